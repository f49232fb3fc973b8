import JSONRPC

/// Something that another agent may ask for.
struct Tool: Sendable {
  var name: String
  /// For the agent that chooses among tools.
  var description: String
  /// JSON Schema of the arguments.
  var inputSchema: JSONValue
  /// Gives one JSON object.
  /// - Throws: an error whose description tells the agent in one sentence what to do.
  var call:
    @Sendable (_ arguments: JSONValue, _ progress: @escaping @Sendable (ToolProgress) -> Void) async throws
      -> JSONValue

  var listing: JSONValue {
    [
      "name": .string(name), "description": .string(description), "inputSchema": inputSchema,
      // No tool changes a file.
      "annotations": ["readOnlyHint": true],
    ]
  }
}

/// How far a call is.
struct ToolProgress: Sendable {
  /// 0…1
  var fraction: Double
  var message: String
}

/// Arguments that a tool can't work with.
struct ArgumentProblem: Error, CustomStringConvertible {
  var description: String
}
