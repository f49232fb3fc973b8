import Foundation

/// What PyTorch's compiler finds out and builds for itself, before it looks at any op, in every process that has an empty
/// cache: whether the C++ compiler takes each vector extension of this processor (a small program each), and its
/// headers precompiled. Together that takes longer than most ops do.
///
/// So it is asked for it once, in a process without anybody's code, and what is found is kept for this processor, compiler
/// and PyTorch. Where all extensions are usable workers are told so (`TORCHINDUCTOR_VEC_ISA_OK`), and the files stand in
/// their caches from the start, read-only. What is compiled stays the same.
struct InductorCache: Sendable {
  /// A file of a worker's scratch folder.
  struct File: Sendable, Hashable {
    /// Relative to the scratch folder.
    var place: String
    /// Where it is kept.
    var path: String
  }

  private let folder: String?

  /// - Parameter variables: where the cache folder is looked up; nil for this process's own environment.
  init(_ python: PythonEnvironment, _ toolchain: Toolchain?, variables: [String: String]? = nil) {
    guard let toolchain, let version = python.torchVersion, let folder = CacheFolder.path(environment: variables) else {
      folder = nil
      return
    }
    let parts = [python.executable, version, toolchain.compiler, toolchain.version, Self.processor]
    self.folder = folder + "/inductor-" + CacheFolder.fingerprint(Array(parts.joined(separator: "\n").utf8))
  }

  private static let processor = DeviceFacts.ofThisMachine().fingerprint

  /// Whether the compiler takes every vector extension that would be used: nil before anybody has looked.
  var areVectorsUsable: Bool? {
    guard let folder, let text = try? String(contentsOfFile: folder + Self.answer, encoding: .utf8) else { return nil }
    return text == Self.yes
  }

  /// What was built; none before anybody has looked.
  var files: [File] {
    guard let folder, let found = FileManager.default.enumerator(atPath: folder + Self.kept) else { return [] }
    return found.compactMap { $0 as? String }
      .filter { !($0 as NSString).pathExtension.isEmpty }
      .sorted()
      .map { File(place: $0, path: "\(folder)\(Self.kept)/\($0)") }
  }

  /// Looks where nobody has yet: about fifteen seconds.
  /// - Parameter background: what the process that looks belongs to.
  /// - Returns: whether nobody had looked before.
  @discardableResult
  func look(in environment: RunnerEnvironment, _ background: BackgroundProcesses) async -> Bool {
    guard let folder, areVectorsUsable == nil, let arena = try? SharedArena(size: Self.room),
      let worker = try? await Worker.launch(
        role: .device, environment: environment, workspace: nil, arena: arena, background: background)
    else { return false }
    defer {
      background.remove(worker.tree)
      worker.terminate()
    }
    let found: Reply
    do {
      let request = Request(headers: Self.canUseHeaders(environment))
      found = try await worker.request("prepare_compiler", request, timeout: Self.patience)
    } catch WorkerFailure.raised {
      // A PyTorch that has no such checks, or no use for this compiler, has none to leave out.
      found = Reply(usable: false, files: [])
    } catch {
      return true
    }
    try? Self.keep(found, of: arena, in: folder)
    return true
  }

  /// Where files can be put into a worker's scratch folder before it runs; and of compilers only GNU's doesn't ask when a
  /// header was written.
  private static func canUseHeaders(_ environment: RunnerEnvironment) -> Bool {
    guard case .bubblewrap = environment.sandbox.kind else { return false }
    return environment.toolchain.map { !$0.version.lowercased().contains("clang") } ?? false
  }

  private struct Request: Encodable, Sendable {
    /// Whether precompiled headers are wanted.
    var headers: Bool
  }

  private struct Reply: Decodable, Sendable {
    struct File: Decodable, Sendable {
      var place: String
      var offset: Int
      var size: Int
    }
    var usable: Bool
    var files: [File]
  }

  /// Beside its place and then moved there: another server may be about the same.
  private static func keep(_ found: Reply, of arena: SharedArena, in folder: String) throws {
    let files = FileManager.default
    let draft = folder + "-" + UUID().uuidString
    defer { try? files.removeItem(atPath: draft) }
    try files.createDirectory(atPath: draft, withIntermediateDirectories: true)
    do {
      for file in found.files.prefix(mostFiles) { try keep(file, of: arena, below: draft + kept) }
    } catch {
      // No room, say: the answer is worth having without them.
      try? files.removeItem(atPath: draft + kept)
    }
    try (found.usable ? yes : no).write(toFile: draft + answer, atomically: false, encoding: .utf8)
    // What has no answer in it is nothing that anybody uses.
    if !files.fileExists(atPath: folder + answer) { try? files.removeItem(atPath: folder) }
    guard rename(draft, folder) == 0 else { return }
    dropOlder(in: (folder as NSString).deletingLastPathComponent)
  }

  /// The process that says this runs the person's own PyTorch, which nobody vouches for.
  private static func keep(_ file: Reply.File, of arena: SharedArena, below folder: String) throws {
    let parts = file.place.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { ["", ".", ".."].contains($0) }),
      kinds.contains((file.place as NSString).pathExtension), file.offset >= 0, file.size >= 0,
      file.offset <= arena.size, file.size <= arena.size - file.offset
    else { return }
    let path = folder + "/" + file.place
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try arena.withUnsafeBytes(file.offset..<file.offset + file.size) { try Data($0).write(to: URL(filePath: path)) }
    // Workers may be another user's.
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
  }

  private static let kinds: Set = ["h", "gch", "cpp", "so"]
  /// Each becomes an argument of every worker's sandbox.
  private static let mostFiles = 64

  /// Precompiled headers are large: those of the last few compilers and PyTorches are enough.
  private static func dropOlder(in folder: String) {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: folder)) ?? []
    let ages = names.filter { $0.hasPrefix("inductor-") }.map { name in
      let path = folder + "/" + name
      return (path, (try? files.attributesOfItem(atPath: path)[.creationDate] as? Date) ?? .distantPast)
    }
    for (path, _) in ages.sorted(by: { $0.1 > $1.1 }).dropFirst(remembered) { try? files.removeItem(atPath: path) }
  }

  private static let remembered = 3
  /// Fifteen seconds where the machine has nothing else to do; workers yield to whatever else there is, and who gives up
  /// has it all to do again in the next process.
  private static let patience = Duration.seconds(600)
  /// Bytes of the arena that files come through; only what they take is touched.
  private static let room = 2 << 30
  private static let answer = "/vectors"
  private static let kept = "/files"
  private static let yes = "usable\n"
  private static let no = "not usable\n"
}
