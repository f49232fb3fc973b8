/// Works out what an op means: itself, and what it reaches in its file.
struct Fingerprinter {
  let chunks: SharedList<ParsedChunk>
  let table: ModuleTable

  struct Result {
    var digest: Digest
    /// Hashes of the names that the fingerprint depends on, sorted.
    var names: [UInt32]
  }

  /// Fingerprint of a definition. `inputs` are further names that it depends on: the functions that make its inputs.
  func fingerprint(
    of index: Int, in chunk: ParsedChunk, at chunkIndex: Int, name: String, directive: Directive?, inputs: [String]
  ) -> Result {
    let definition = chunk.contents.definitions[index]
    var bytes: [UInt8] = []
    let reads: ArraySlice<FreeName>
    if let digest = definition.digest {
      append(digest, to: &bytes)
      reads = chunk.contents.freeNames[definition.freeNames]
    } else {
      // A function in a class sees the class through `self`, and one under `if` depends on the condition.
      append(chunk.contents.digest, to: &bytes)
      if definition.parent >= 0 || chunk.contents.definitions.count(where: { $0.parent < 0 }) > 1 {
        append(name, to: &bytes)
      }
      reads = chunk.contents.reads[...]
    }
    let root = String(name.prefix { $0 != "." })
    var reached: Set<String> = [root]
    var open = reads.map(\.name) + inputs
    var seenChunks: Set<Int> = definition.digest == nil ? [chunkIndex] : []
    for reference in table.bindings(of: root) where seenChunks.insert(reference.chunk).inserted {
      open.append(contentsOf: chunks[reference.chunk].contents.reads.map(\.name))
    }
    var unbound = false
    while let next = open.popLast() {
      guard reached.insert(next).inserted else { continue }
      var isBound = false
      for reference in table.bindings(of: next) {
        isBound = true
        if case .importing = reference.kind { continue }
        if seenChunks.insert(reference.chunk).inserted {
          open.append(contentsOf: chunks[reference.chunk].contents.reads.map(\.name))
        }
      }
      if !isBound, !Builtins.names.contains(next) { unbound = true }
    }
    appendOrder(of: reached, except: definition.digest == nil ? chunkIndex : -1, to: &bytes)
    for name in reached.sorted() {
      appendBindings(of: name, except: definition.digest == nil ? chunkIndex : -1, to: &bytes)
    }
    if unbound { for module in table.starImports { append("from \(module) import *", to: &bytes) } }
    if let directive { Self.append(directive, to: &bytes) }
    return Result(
      digest: SHA256.digest(bytes), names: reached.map(ChunkOps.hash).sorted())
  }

  /// Where a name is bound more than once, what the others get of it depends on the order.
  private func appendOrder(of names: Set<String>, except own: Int, to bytes: inout [UInt8]) {
    var reached: Set<Int> = []
    var isRebound = false
    for name in names {
      var first: Int?
      for reference in table.bindings(of: name) where reference.chunk != own {
        if case .importing = reference.kind { continue }
        if let first, first != reference.chunk { isRebound = true }
        first = first ?? reference.chunk
        reached.insert(reference.chunk)
      }
    }
    guard isRebound else { return }
    for chunk in reached.sorted() { append(chunks[chunk].contents.digest, to: &bytes) }
  }

  private func appendBindings(of name: String, except own: Int, to bytes: inout [UInt8]) {
    var last = -1
    var imports: [String] = []
    for reference in table.bindings(of: name) {
      if case .importing(_, let statement) = reference.kind {
        if !imports.contains(statement) { imports.append(statement) }
      } else if reference.chunk != own, reference.chunk != last {
        append(name, to: &bytes)
        append(chunks[reference.chunk].contents.digest, to: &bytes)
        last = reference.chunk
      }
    }
    for statement in imports.sorted() {
      append(name, to: &bytes)
      append(statement, to: &bytes)
    }
  }

  static func append(_ directive: Directive, to bytes: inout [UInt8]) {
    func append(_ text: String, to bytes: inout [UInt8]) { bytes += Array(text.utf8) + [0] }
    for tensor in directive.tensors.sorted(by: { $0.name < $1.name }) {
      append("\(tensor.name)=\(tensor.dtype)\(tensor.shape)", to: &bytes)
    }
    if let arguments = directive.initArguments { append("init=" + arguments, to: &bytes) }
    if let tolerance = directive.tolerance { append("tolerance=\(tolerance)", to: &bytes) }
    if let shapes = directive.shapes { append("shapes=" + shapes, to: &bytes) }
    if let grad = directive.grad { append("grad=\(grad)", to: &bytes) }
  }

  private func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }

  private func append(_ digest: Digest, to bytes: inout [UInt8]) { digest.append(to: &bytes) }
}
