import Foundation

/// Whether the compiler takes every vector extension of this processor that PyTorch's compiler would use.
///
/// `torch.compile` finds that out anew in every process that has an empty cache, by compiling seven small programs, which
/// takes longer than most ops do. So PyTorch is asked once, in a process without anybody's code, and the answer is kept
/// for this processor, compiler and PyTorch; where it is yes, workers are told so (`TORCHINDUCTOR_VEC_ISA_OK`). What
/// is compiled stays the same.
struct VectorExtensions: Sendable {
  private let file: String?

  /// - Parameter variables: where the cache folder is looked up; nil for this process's own environment.
  init(_ python: PythonEnvironment, _ toolchain: Toolchain?, variables: [String: String]? = nil) {
    guard let toolchain, let version = python.torchVersion, let folder = CacheFolder.path(environment: variables) else {
      file = nil
      return
    }
    let parts = [python.executable, version, toolchain.compiler, toolchain.version, Self.processor]
    file = folder + "/vectors-" + CacheFolder.fingerprint(Array(parts.joined(separator: "\n").utf8))
  }

  private static let processor = DeviceFacts.ofThisMachine().fingerprint

  /// What is known: nil before anybody has looked.
  var areUsable: Bool? {
    guard let file, let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    return text == Self.yes
  }

  /// Looks where nobody has yet: about eight seconds.
  /// - Parameter background: what the process that looks belongs to.
  /// - Returns: whether nobody had looked before.
  @discardableResult
  func look(in environment: RunnerEnvironment, _ background: BackgroundProcesses) async -> Bool {
    guard let file, areUsable == nil,
      let worker = try? await Worker.launch(
        role: .device, environment: environment, workspace: nil, arena: nil, background: background)
    else { return false }
    defer {
      background.remove(worker.tree)
      worker.terminate()
    }
    struct Request: Encodable, Sendable {}
    struct Reply: Decodable, Sendable {
      var usable: Bool
    }
    let usable: Bool
    do {
      usable = try await worker.request("check_vectors", Request(), reply: Reply.self, timeout: .seconds(120)).usable
    } catch WorkerFailure.raised {
      // A PyTorch that has no such checks, or no use for this compiler, has none to leave out.
      usable = false
    } catch {
      return true
    }
    try? (usable ? Self.yes : Self.no).write(toFile: file, atomically: true, encoding: .utf8)
    return true
  }

  private static let yes = "usable\n"
  private static let no = "not usable\n"
}
