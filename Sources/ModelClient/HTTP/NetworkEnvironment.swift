/// The proxies and certificates that the person's environment asks for, by the variables that command-line tools share.
///
/// - `https_proxy`, `HTTPS_PROXY`, `http_proxy`, `all_proxy`, `ALL_PROXY`, `no_proxy`, `NO_PROXY`, read as curl reads
///   them: `HTTP_PROXY` in capitals is not, because a request header can set it where a program runs as a CGI script.
/// - `CURL_CA_BUNDLE`, else `SSL_CERT_FILE` and `SSL_CERT_DIR`.
///
/// This machine itself is never reached through a proxy: model servers on it are the usual reason for a base URL, and
/// no proxy can reach them.
struct NetworkEnvironment: Sendable, Equatable {
  var httpProxy = ""
  var httpsProxy = ""
  var noProxy = loopback
  /// A file of PEM certificates.
  var certificateFile: String?
  /// The variable that named the file, for messages.
  var certificateFileVariable = ""
  /// A folder of hashed PEM certificates.
  var certificateFolder: String?

  private static let loopback = "localhost,127.0.0.1,::1,[::1]"

  init(_ environment: [String: String]) {
    func first(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    let any = first("all_proxy", "ALL_PROXY") ?? ""
    httpProxy = first("http_proxy") ?? any
    httpsProxy = first("https_proxy", "HTTPS_PROXY") ?? any
    if let exceptions = first("no_proxy", "NO_PROXY") {
      // "*" alone is curl's word for "no proxy at all"; in a list it would mean nothing.
      noProxy = exceptions == "*" ? "*" : exceptions + "," + Self.loopback
    }
    if let bundle = first("CURL_CA_BUNDLE") {
      certificateFile = bundle
      certificateFileVariable = "CURL_CA_BUNDLE"
    } else {
      certificateFile = first("SSL_CERT_FILE")
      certificateFileVariable = certificateFile == nil ? "" : "SSL_CERT_FILE"
      certificateFolder = first("SSL_CERT_DIR")
    }
  }

  /// The proxy for a URL, "" for none.
  func proxy(for url: String) -> String {
    url.lowercased().hasPrefix("https:") ? httpsProxy : httpProxy
  }
}
