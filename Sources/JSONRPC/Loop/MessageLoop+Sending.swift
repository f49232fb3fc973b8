extension MessageLoop {
  /// Answers a request.
  public func reply(_ id: RequestID, _ result: some JSONEncodable) {
    send(key: nil) { writer in
      writer.field("id", id)
      writer.field("result", result)
    }
  }

  /// Refuses a request; without an id where it could not be read.
  public func fail(_ id: RequestID?, _ error: ResponseError) {
    send(key: nil) { writer in
      writer.field("id", id)
      writer.field("error", error)
    }
  }

  /// Sends a notification. With a key it takes the place of an older one of the same key that still waits.
  public func notify(_ method: String, _ params: some JSONEncodable, replacing key: CoalescingKey? = nil) {
    send(key: key) { writer in
      writer.field("method", method)
      writer.field("params", params)
    }
  }

  /// Sends a request of ours.
  public func request(_ id: RequestID, _ method: String, _ params: some JSONEncodable) {
    send(key: nil) { writer in
      writer.field("id", id)
      writer.field("method", method)
      writer.field("params", params)
    }
  }

  private func send(key: CoalescingKey?, _ write: (inout JSONWriter) -> Void) {
    encoder.encode(write) { output.send($0, key: key) }
  }
}
