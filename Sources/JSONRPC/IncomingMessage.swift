/// One message from the other side (JSON-RPC 2.0 sections 4 and 5).
public enum IncomingMessage: Sendable {
  case request(id: RequestID, method: String, params: JSONValue)
  case notification(method: String, params: JSONValue)
  case response(id: RequestID, Result<JSONValue, ResponseError>)
  /// Something that can't be answered as what it meant to be: answer with this error and this id (null when it had none).
  case malformed(id: RequestID?, ResponseError)

  /// Sorts a parsed message. Batches are refused: LSP never sends them.
  public init(_ json: JSONValue) {
    guard json.objectValue != nil else {
      self = .malformed(id: nil, ResponseError(.invalidRequest, "a message must be one JSON object"))
      return
    }
    let idValue = json["id"] ?? .null
    let id = try? RequestID(json: idValue)
    if let methodValue = json["method"] {
      guard let method = methodValue.stringValue else {
        self = .malformed(id: id, ResponseError(.invalidRequest, "the method must be a string"))
        return
      }
      let params = json["params"] ?? .null
      if let id {
        self = .request(id: id, method: method, params: params)
      } else if json["id"] == nil {
        self = .notification(method: method, params: params)
      } else {
        self = .malformed(id: nil, ResponseError(.invalidRequest, "an id must be an integer or a string"))
      }
      return
    }
    guard let id else {
      // An error without an id answers something of ours that the client could not read: there is nothing to answer.
      let isResponse = json["error"] != nil || json["result"] != nil
      self =
        isResponse
        ? .response(id: .string(""), .failure(ResponseError(.invalidRequest, "a response without an id")))
        : .malformed(id: nil, ResponseError(.invalidRequest, "neither a method nor an id"))
      return
    }
    if let error = json["error"], error != .null {
      self = .response(
        id: id,
        .failure((try? ResponseError(json: error)) ?? ResponseError(.internalError, "an error that could not be read")))
    } else {
      self = .response(id: id, .success(json["result"] ?? .null))
    }
  }
}
