import LanguageServerProtocol

/// Whether the person trusts what is open. A client that knows trust says so once, in `initializationOptions`
/// (`"trusted": false`), and starts the server anew when it is given; no setting can give it, since settings may come with
/// the workspace. Without trust everything can be looked at, and nothing of the workspace is run: neither its ops nor an
/// interpreter that its settings name.
enum Trust {
  static let member = "trusted"
  static let missing = "the workspace is not trusted: profiling and optimizing run its code"
}
