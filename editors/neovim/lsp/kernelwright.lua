-- Found by `vim.lsp.enable('kernelwright')` (Neovim 0.11 or newer). Override any field with `vim.lsp.config`.
---@type vim.lsp.Config
return {
  cmd = { 'kernelwright', 'serve' },
  filetypes = { 'python', 'c', 'cpp', 'cuda', 'opencl', 'metal' },
  root_markers = { 'pyproject.toml', 'setup.py', '.venv', '.git' },
}
