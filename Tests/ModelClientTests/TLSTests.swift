import Foundation
import Testing

@testable import ModelClient

/// TLS against a server with a certificate that only the test trusts, made by the system's `openssl` and served by its
/// Python.
@Suite(
  "TLS", .timeLimit(.minutes(1)),
  .enabled(if: TLSServer.isPossible, "needs /usr/bin/openssl and /usr/bin/python3 with ssl"))
struct TLSTests {
  @Test(
    "a certificate of the person's own network is accepted when the environment names it",
    arguments: [
      "CURL_CA_BUNDLE", "SSL_CERT_FILE",
    ])
  func trusted(_ variable: String) async throws {
    let server = try await TLSServer()
    defer { server.stop() }
    let environment = Support.environment.merging([variable: server.certificate]) { $1 }
    let client = try Pauses().client(Support.configuration(at: server.baseURL), environment: environment)
    let reply = try await client.complete(Support.request)
    #expect(reply.text == "private")
  }

  @Test("without that it is refused, once, before the key is sent, and the message says what to set")
  func untrusted() async throws {
    let server = try await TLSServer()
    defer { server.stop() }
    let pauses = Pauses()
    let client = try pauses.client(Support.configuration(at: server.baseURL))
    let error = await Support.collect(client.stream(Support.request)).error
    #expect(error?.kind == .certificate)
    #expect(error?.description.contains("CURL_CA_BUNDLE") == true)
    #expect(pauses.all.isEmpty)
  }

  @Test("a bundle that is not there is said to be not there")
  func missingBundle() async throws {
    let server = try await TLSServer()
    defer { server.stop() }
    let environment = Support.environment.merging(["SSL_CERT_FILE": "/nowhere.pem"]) { $1 }
    let client = try Pauses().client(Support.configuration(at: server.baseURL), environment: environment)
    let error = await Support.collect(client.stream(Support.request)).error
    #expect(error?.kind == .certificate)
    #expect(error?.description.contains("/nowhere.pem (SSL_CERT_FILE)") == true)
  }
}

/// An HTTPS server with a certificate of its own; answers every request with the word "private".
private final class TLSServer: Sendable {
  private static let openssl = "/usr/bin/openssl"
  private static let python = "/usr/bin/python3"

  static var isPossible: Bool {
    [openssl, python].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Ends by itself when its standard input closes, so that no test leaves it behind.
  private static let program = """
    import os, socket, ssl, sys, threading
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    events = 'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"private"}}\\n\\n'
    events += 'data: {"type":"message_stop"}\\n\\n'
    reply = f"HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\nContent-Length: {len(events)}\\r\\n\\r\\n{events}"
    while True:
        try:
            connection = context.wrap_socket(listener.accept()[0], server_side=True)
            if connection.recv(65536):
                connection.sendall(reply.encode())
                connection.recv(1)
        except OSError:
            pass
    """

  let baseURL: String
  let certificate: String
  private let folder: String
  private let server: Process
  private let input: Pipe

  init() async throws {
    folder = NSTemporaryDirectory() + "kernelwright-tls-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    certificate = folder + "/certificate.pem"
    let key = folder + "/key.pem"
    _ = try await Self.firstLine(
      of: Self.openssl,
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
        "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
      ], input: Pipe())
    input = Pipe()
    let port: String
    (server, port) = try await Self.firstLine(of: Self.python, ["-c", Self.program, certificate, key], input: input)
    baseURL = "https://127.0.0.1:\(port)"
  }

  func stop() {
    try? input.fileHandleForWriting.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Starts a program and gives its first line of output; "" when it ends without one.
  private static func firstLine(
    of program: String, _ arguments: [String], input: Pipe
  ) async throws -> (Process, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    // Reading blocks, so it has a thread of its own.
    let line = await withCheckedContinuation { continuation in
      Thread {
        var bytes = Data()
        while !bytes.contains(UInt8(ascii: "\n")) {
          let more = output.fileHandleForReading.availableData
          if more.isEmpty { break }
          bytes += more
        }
        continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
      }.start()
    }
    return (process, line.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
