import Foundation
import Testing

@testable import ModelClient

@Suite("Secrets")
struct SecretTests {
  @Test("a key shows in no description, mirror or dump")
  func hidden() throws {
    let secret = try Secret(Support.key, from: "TEST_KEY")
    let header = AuthorizationHeader(prefix: "x-api-key: ", key: secret)
    let request = HTTPRequest(url: "https://h", headers: [], authorization: header, body: Data())
    var dumped = ""
    dump(request, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\(request)", String(reflecting: request), dumped] {
      #expect(!text.contains(Support.key))
    }
    #expect("\(secret)" == "[key]")
    #expect(secret.redacted(in: "a \(Support.key) b") == "a [key] b")
  }

  @Test("what would break out of its header is no key", arguments: ["", " \n", "a b", "a\r\nx: y", "a\u{0}", "ké"])
  func malformed(_ text: String) {
    let error = #expect(throws: ModelError.self) { try Secret(text, from: "TEST_KEY") }
    #expect(error?.kind == .configuration)
    #expect(error?.description.contains("TEST_KEY") == true)
  }

  @Test("a key's line end is not part of it")
  func trimmed() throws {
    #expect(try Secret(" \(Support.key)\n", from: "x").revealed == Support.key)
  }

  @Test("a key file is read when nobody else can read it", arguments: [0o600, 0o400, 0o640, 0o604, 0o660, 0o777])
  func mode(_ mode: Int) throws {
    try withFile(Support.key + "\n", mode: mode) { path in
      if mode == 0o600 || mode == 0o400 {
        let secret = try Secret(contentsOfFile: path)
        #expect(secret.revealed == Support.key)
      } else {
        let error = #expect(throws: ModelError.self) { try Secret(contentsOfFile: path) }
        #expect(error?.description.contains("chmod 600") == true)
      }
    }
  }

  @Test("a file that is no key file is refused, and not shown")
  func otherFiles() throws {
    try withFile(String(repeating: "k", count: 5000), mode: 0o600) { path in
      let error = #expect(throws: ModelError.self) { try Secret(contentsOfFile: path) }
      #expect(error?.description.contains("kkk") == false)
    }
    try withFile("", mode: 0o600) { path in
      #expect(throws: ModelError.self) { try Secret(contentsOfFile: path) }
    }
    #expect(throws: ModelError.self) { try Secret(contentsOfFile: NSTemporaryDirectory()) }
    #expect(throws: ModelError.self) { try Secret(contentsOfFile: "/nowhere/at/all") }
  }

  private func withFile(_ text: String, mode: Int, _ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "kernelwright-key-\(UUID().uuidString)"
    let isMade = FileManager.default.createFile(
      atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    try #require(isMade)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    try body(path)
  }
}
