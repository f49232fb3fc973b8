"""The story of Kernelwright, driven through a real LSP client (`make demo`). Standard library only."""
