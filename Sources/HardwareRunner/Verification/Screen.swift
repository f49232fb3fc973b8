import Foundation

/// A look at a candidate's text, for honest labels. It reads words, so it can be fooled: nothing is *trusted* because
/// of it. What must not pass is kept out by the sandbox and found by the other gates.
struct Screen: Sendable, Hashable {
  /// `nil` where the text can't be a candidate.
  var problem: String?
  var labels: Set<Label> = []
  /// What kind of thing it is, in a few words.
  var kind: String
  /// Whether `torch.compile` is named.
  var compiles: Bool
  /// Things that a replacement has no business with, by name.
  var suspicious: [String] = []

  /// Words that mean machine code of the candidate's own.
  static let native = [
    "ctypes", "cpp_extension", "load_inline", "triton", "cffi", "numba", "__global__", "torch.library", "ffi.cdef",
  ]
  /// Words that lower precision, unless the reference has them too.
  static let lowering = [
    ".half()", ".bfloat16()", "float16", "bfloat16", "allow_tf32", "set_float32_matmul_precision",
    "torch.autocast", "amp.autocast",
    "_Float16", "__bf16", "__half", "quantize", "torch.int8", "qint8", "float8", "-ffast-math", "-Ofast",
  ]
  /// Words with which harnesses have been attacked, with what they are for.
  static let telling = [
    "gc.get_objects": "walks the heap", "sys._getframe": "walks the stack", "inspect.stack": "walks the stack",
    "inspect.currentframe": "walks the stack", "/proc/": "reads other processes", "os._exit": "ends the process",
    "ptrace": "reads other processes", "os.kill": "sends signals", "socket": "opens the network",
    "perf_counter =": "replaces a clock", "time.time =": "replaces a clock", "allclose =": "replaces a comparison",
    "data_ptr()] ": "remembers addresses",
  ]

  /// Files that loaders of native code read: which libraries are loaded, and what the processor can do.
  static let harmless = ["/proc/self/maps", "/proc/cpuinfo"]

  /// - Parameter types: of the op's inputs, as far as its file doesn't say them.
  init(candidate: String, reference: String, types: [DType] = []) {
    let code = Self.withoutComments(candidate)
    compiles = Self.usesCompile(candidate)
    let original = Self.withoutComments(reference)
    guard let body = Self.classBody("ModelNew", in: code) else {
      // It may still be defined in another way (`ModelNew = …`); loading it tells.
      problem = code.contains("ModelNew") ? nil : "The file defines no ModelNew."
      kind = "something that is no class"
      return
    }
    // What a process may well want to know of itself and of the machine is no look at others.
    let outward = Self.harmless.reduce(code) { $0.replacing($1, with: "") }
    suspicious = Self.telling.filter { outward.contains($0.key) && !original.contains($0.key) }
      .map { "\($0.key) (\($0.value))" }.sorted()
    let known = Self.precisions(original, types)
    // What keeps precision up where a caller has it lowered is no lowering.
    let lowerable = code.replacing(/autocast\([^()]*enabled=False\s*\)/, with: "")
    if Self.lowering.contains(where: {
      Self.names($0, in: lowerable) && !Self.names($0, in: original) && !known.contains($0)
    }) {
      labels.insert(.precisionChange)
    }
    if Self.native.contains(where: code.contains) && !Self.native.allSatisfy({ original.contains($0) }) {
      kind = "a new kernel"
      return
    }
    let statements = Self.forwardStatements(in: body)
    if compiles {
      labels.insert(.libraryCall)
      kind = "torch.compile of existing code"
    } else if statements.isEmpty {
      labels.formUnion([.trivial, .libraryCall])
      kind = "no forward of its own"
    } else if statements.count == 1 && Self.calls(in: statements[0]) <= 1 {
      labels.formUnion([.trivial, .libraryCall])
      kind = "one call of an already optimised op"
    } else {
      labels.insert(.libraryCall)
      kind = "a re-expression in PyTorch calls"
    }
  }

  /// Whether a word of ``lowering`` stands in a text, and not only as the end of another of them.
  private static func names(_ word: String, in text: String) -> Bool {
    (word == DType.float16.rawValue ? text.replacing(DType.bfloat16.rawValue, with: "") : text).contains(word)
  }

  /// The lower precisions that the op is in already, by the words for their types.
  static func precisions(_ reference: String, _ types: [DType]) -> [String] {
    let isHalf = [".half()", "torch.half"].contains(where: reference.contains)
    return types.map(\.rawValue) + (isHalf ? [DType.float16.rawValue] : [])
  }

  /// Whether `torch.compile` is named (`torch.compiler` is another thing): calls may then take as long as compiling does.
  static func usesCompile(_ text: String) -> Bool { withoutComments(text).contains(/torch\.compile\b/) }

  /// The text without `#` comments (a `#` inside a string is rare enough to lose).
  static func withoutComments(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in
        let trimmed = line.drop { $0 == " " || $0 == "\t" }
        // Preprocessor lines of embedded C++ begin with # too.
        if trimmed.hasPrefix("#include") || trimmed.hasPrefix("#pragma") || trimmed.hasPrefix("#define") {
          return String(line)
        }
        guard let hash = line.firstIndex(of: "#"), !line[..<hash].contains(where: { $0 == "\"" || $0 == "'" }) else {
          return String(line)
        }
        return String(line[..<hash])
      }
      .joined(separator: "\n")
  }

  /// The lines of a top-level class, without its first.
  static func classBody(_ name: String, in text: String) -> [Substring]? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let heads = ["class \(name)(", "class \(name):"]
    guard let start = lines.firstIndex(where: { line in heads.contains { line.hasPrefix($0) } }) else { return nil }
    let rest = lines[(start + 1)...]
    let end = rest.firstIndex { $0.first.map { !$0.isWhitespace && $0 != ")" } ?? false } ?? lines.endIndex
    return Array(rest[..<end])
  }

  /// The statements of `forward`, one string each; a docstring doesn't count.
  static func forwardStatements(in body: [Substring]) -> [String] {
    guard let start = body.firstIndex(where: { $0.drop { $0 == " " }.hasPrefix("def forward(") }) else { return [] }
    let indent = body[start].prefix { $0 == " " }.count
    var statements: [String] = []
    var depth = 0
    var inHead = true
    for line in body[start...] {
      let content = line.trimmingCharacters(in: .whitespaces)
      let column = line.prefix { $0 == " " }.count
      if !inHead && depth == 0 && !content.isEmpty && column <= indent { break }
      let opened = content.count { "([{".contains($0) } - content.count { ")]}".contains($0) }
      if inHead {
        depth += opened
        if depth <= 0 && content.hasSuffix(":") { (inHead, depth) = (false, 0) }
        continue
      }
      if content.isEmpty || content.hasPrefix("\"\"\"") { continue }
      if depth > 0, let last = statements.indices.last {
        statements[last] += " " + content
      } else {
        statements.append(content)
      }
      depth += opened
    }
    return statements
  }

  /// How many calls a statement makes.
  private static func calls(in statement: String) -> Int {
    var count = 0
    var previous: Character = " "
    for character in statement {
      if character == "(" && (previous.isLetter || previous.isNumber || previous == "_" || previous == ")") {
        count += 1
      }
      previous = character
    }
    return count
  }
}
