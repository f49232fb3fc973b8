"""A client that announces everything of which the server makes use, LSP 3.18 included; diagnostics it pulls."""

from __future__ import annotations

from typing import Any, Dict

CAPABILITIES: Dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "notebookDocument": {"synchronization": {"executionSummarySupport": False}},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": True}},
        "inlayHint": {"refreshSupport": True},
        "codeLens": {"refreshSupport": True},
        "diagnostics": {"refreshSupport": True},
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "textDocumentContent": {},
        "workspaceFolders": True,
    },
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor"]}},
            "isPreferredSupport": True,
            "disabledSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "honorsChangeAnnotations": True,
            "tagSupport": {"valueSet": [1]},
        },
        "codeLens": {},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "inlayHint": {"resolveSupport": {"properties": ["tooltip"]}},
        "diagnostic": {},
    },
}
