import LanguageServerProtocol

/// Words to the person: the log for everything, a popup only as the answer to something asked for.
extension LanguageServer {
  func log(_ type: MessageType, _ sentence: String) {
    // A client that doesn't read keeps the latest line of each text, not a thousand of them.
    notify(LogMessageNotification.self, MessageParams(type: type, message: sentence), about: sentence)
  }

  /// Tells a client that asked for it how long a request took here.
  func tellTrace(_ method: String, since begun: ContinuousClock.Instant) {
    let microseconds = Int((ContinuousClock.now - begun) / .microseconds(1))
    notify(
      LogTraceNotification.self,
      .init(
        message: "\(method): \(microseconds) µs",
        verbose: trace == .verbose ? "\(Figures.count(documents.count, "document")) open" : nil))
  }

  /// Shows a message about an op; the same one is not shown twice in a row.
  func show(_ type: MessageType, _ sentence: String, about subject: String) {
    guard lastShown[subject] != sentence else { return log(type, sentence) }
    lastShown[subject] = sentence
    notify(ShowMessageNotification.self, MessageParams(type: type, message: sentence))
  }
}
