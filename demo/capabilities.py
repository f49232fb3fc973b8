"""What the bundled client tells the server it can do (LSP 3.17, `ClientCapabilities`)."""

from __future__ import annotations

from typing import Any, Dict

CAPABILITIES: Dict[str, Any] = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "window": {"workDoneProgress": True, "showMessage": {}},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True},
        "inlayHint": {"refreshSupport": True},
        "configuration": True,
        "workspaceFolders": True,
    },
    "textDocument": {
        "synchronization": {"didSave": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
            "isPreferredSupport": True,
            "disabledSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
        },
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "inlayHint": {"resolveSupport": {"properties": ["tooltip"]}},
        "publishDiagnostics": {"versionSupport": True},
    },
}
