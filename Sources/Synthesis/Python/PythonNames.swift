/// Readable, unique variable names for the values of a graph.
struct PythonNames {
  private var taken = Set(LibraryCall.optional.values).union([
    // Names that the generated function itself uses, and Python's own words.
    "self", "args", "kwargs", "torch", "F", "original", "instance", "library", "threads", "instances", "forward",
    "special", "kernels", "loaded", "source", "prepare", "ctypes", "functools", "operator", "threading", "warnings",
    "weakref", "expected", "tensors", "Instance", "and", "as", "assert", "async", "await", "break", "class",
    "continue", "def", "del", "elif", "else", "except", "False", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "None", "nonlocal", "not", "or", "pass", "raise", "return", "True", "try", "while", "with",
    "yield", "type", "any", "repr", "float", "int", "len", "tuple", "list", "compiled", "warned", "constants",
    "frozen", "Frozen", "compilations", "kept", "fresh", "frozen_for", "types",
    "is_compiling", "is_grad_enabled", "get_num_threads", "get_instance", "empty", "load", "lock", "describe",
    "Tensor", "strided", "functorch", "dispatch_modes", "function_modes", "autocast", "tracing", "dual", "before",
    "after", "standard", "kind", "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8",
    "uint8", "bool", "complex64", "complex128", "other", "library_of", "gradient_kernels", "gradient_source",
    "compute", "results", "Differentiable", "again", "plain", "ctx", "call", "upstream", "saved", "needs", "model",
    "contextlib", "prepare_gradients", "gradient_constants", "room", "rooms", "alone", "use_count", "sys",
  ])
  private var names: [TensorGraph.ValueID: String] = [:]

  /// A new name near to the one wished for.
  mutating func unique(_ wish: String) -> String {
    var base = Python.identifier(wish)
    if base.hasPrefix("p_") || base.hasPrefix("b_") || base.hasPrefix("c_") { base = String(base.dropFirst(2)) }
    while base.hasPrefix("__") { base = String(base.dropFirst()) }
    if base.isEmpty { base = "value" }
    var name = base
    var number = 2
    while !taken.insert(name).inserted {
      name = "\(base)_\(number)"
      number += 1
    }
    return name
  }

  mutating func name(_ id: TensorGraph.ValueID, _ wish: String) -> String {
    if let name = names[id] { return name }
    let name = unique(wish)
    names[id] = name
    return name
  }

  mutating func set(_ id: TensorGraph.ValueID, _ name: String) { names[id] = name }

  func known(_ id: TensorGraph.ValueID) -> String? { names[id] }
}
