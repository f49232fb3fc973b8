public import JSONRPC

/// `workspace/inlayHint/refresh`: what the hints say has changed without an edit.
public enum InlayHintRefreshRequest: ServerRequest {
  public static let method = "workspace/inlayHint/refresh"
  public typealias Params = JSONNull
  public typealias Result = JSONValue
}

/// `workspace/codeLens/refresh`
public enum CodeLensRefreshRequest: ServerRequest {
  public static let method = "workspace/codeLens/refresh"
  public typealias Params = JSONNull
  public typealias Result = JSONValue
}

/// `workspace/diagnostic/refresh`: for clients that pull diagnostics.
public enum DiagnosticRefreshRequest: ServerRequest {
  public static let method = "workspace/diagnostic/refresh"
  public typealias Params = JSONNull
  public typealias Result = JSONValue
}
