/// Puts kernels, guard and calls together into the wrapper function of a generated block.
enum BlockWriter {
  /// `kw_` and the op's name as an identifier: what the block's names start with.
  static func prefix(_ opName: String) -> String { "kw_" + Python.identifier(opName) }

  /// The block for a graph that was rewritten and cut into groups.
  static func block(
    _ graph: TensorGraph, _ partition: FusionPartition, schedule: Schedule, request: SynthesisRequest,
    backward: BackwardPass? = nil, notes: [String]
  ) -> GeneratedBlock {
    let prefix = prefix(request.opName)
    let calls = CallSequence(graph, partition, schedule: schedule, threads: request.threads, prefix: prefix)
    let values = calls.values
    let training =
      calls.kernels.isEmpty
      ? nil
      : backward.flatMap { TrainingText($0, calls, request: request, schedule: schedule) }.flatMap { training in
        // What kernels of the backward pass would look up could have changed since it was looked at.
        training.backward.lookups.isEmpty ? training : nil
      }
    var body: [String] = []
    if !calls.kernels.isEmpty {
      body.append("source = r\"\"\"\n\(source(calls.kernels))\"\"\"")
      var libraries = [library("kernels", "source", calls.kernels)]
      if let training {
        body.append("gradient_source = r\"\"\"\n\(source(training.backward.kernels))\"\"\"")
        libraries.append(library("gradient_kernels", "gradient_source", training.backward.kernels))
      }
      body.append(LoaderText.text(op: request.opName, libraries))
    }
    if calls.rooms > 0 { body.append(RoomText.text) }
    body.append(GuardText.special)
    if training != nil { body.append(GuardText.plain) }
    let lookups = calls.lookups
    if !lookups.isEmpty { body.append(GuardText.within) }
    if let operators = GuardText.operators(graph) { body.append(operators) }
    if request.isFunction {
      if !values.isEmpty {
        body.append(
          (["def prepare():", "    with torch.inference_mode(False), torch.no_grad():"]
            + calls.preparation.map { "        " + $0 } + ["    return (\(values.joined(separator: ", ")),)"])
            .joined(separator: "\n"))
        body.append("constants = []")
      }
    } else {
      body.append(
        GuardText.instance(
          graph.modules, calls.needed, preparation: calls.preparation, values: values, trains: training != nil))
    }
    if let training { body.append(training.definitions) }
    let statements = calls.statements + ["return \(calls.structured(calls.results))"]
    body.append(
      fastPath(
        graph, request: request, arguments: calls.argumentNames, hasKernels: !calls.kernels.isEmpty,
        lookups: lookups, values: values, statements: statements, training: training))
    var remarks = training == nil ? [] : ["Gradients: kernels of their own, where PyTorch differentiates once."]
    if calls.rooms > 0 {
      remarks.append("Memory: that of large results is kept for the next ones, once nobody holds them.")
    }
    return assemble(body, graph, request: request, notes: notes + remarks, trains: training != nil)
  }

  private static func library(_ function: String, _ source: String, _ kernels: [KernelText]) -> LoaderText.Library {
    .init(
      function: function, source: source,
      signatures: kernels.map { ($0.name, $0.inputs.count + $0.outputs.count) })
  }

  // MARK: Parts

  private static func source(_ kernels: [KernelText]) -> String {
    var text = """
      #include <cmath>
      #include <cstddef>
      #include <cstdint>
      #include <utility>
      #if defined(__x86_64__)
      #include <immintrin.h>
      #elif defined(__aarch64__)
      #include <arm_neon.h>
      #endif
      #if defined(__linux__)
      #include <sys/mman.h>
      #endif

      """
    for dtype in [ElementType.float32, .float64] {
      let own = kernels.filter { $0.dtype == dtype }
      guard let first = own.first else { continue }
      let header = VectorHeader(dtype: dtype, bits: first.vectorBits)
      text += "\nnamespace \(dtype.rawValue)_kernels {\n\n"
      text += header.text(using: own.reduce(into: []) { $0.formUnion($1.pieces) })
      for kernel in own { text += "\n/// \(kernel.summary).\n\(kernel.text)" }
      text += "\n}  // namespace \(dtype.rawValue)_kernels\n"
    }
    return text
  }

  static func fastPath(
    _ graph: TensorGraph, request: SynthesisRequest, arguments: [String], hasKernels: Bool,
    lookups: [(argument: String, extent: Int)] = [], values: [String], statements: [String],
    training: TrainingText? = nil
  ) -> String {
    let this = request.isFunction ? "" : "self, "
    let tuple = arguments.isEmpty ? "" : Python.tuple(of: arguments)
    var lines = [
      "@functools.wraps(original)",
      "def forward(\(this)*args, **kwargs):",
      "    if is_compiling() or kwargs or len(args) != \(arguments.count):",
      "        return original(\(this)*args, **kwargs)",
    ]
    if !tuple.isEmpty { lines.append("    \(tuple) = args") }
    let conditions = zip(graph.arguments, arguments).map {
      GuardText.conditions($0, name: $1, takesParameters: request.takesParameters).joined(separator: " and ")
    }
    lines.append("    if special()\(conditions.isEmpty ? ":" : " or not (")")
    for (index, condition) in conditions.enumerated() {
      lines.append("        \(index == 0 ? "" : "and ")\(condition)")
    }
    if !conditions.isEmpty { lines.append("    ):") }
    lines.append("        return original(\(this)*args)")
    let tensors = zip(graph.arguments, arguments).compactMap { argument, name -> String? in
      if case .tensor = argument { "\(name).requires_grad" } else { nil }
    }
    if !request.isFunction {
      lines.append("    instance = get_instance(self)")
      lines.append("    if not instance.fits:")
      lines.append("        return original(self, *args)")
    }
    let gradients = tensors + (request.isFunction ? [] : ["any(p.requires_grad for p in self.parameters())"])
    let wanted = "is_grad_enabled() and (\(gradients.joined(separator: " or ")))"
    if !gradients.isEmpty, training == nil {
      lines.append("    if \(wanted):")
      lines.append("        return original(\(this)*args)")
    }
    for (argument, extent) in lookups {
      lines.append("    if not within(\(argument), \(extent)):")
      lines.append("        return original(\(this)*args)")
    }
    if hasKernels {
      lines.append("    library = kernels()")
      lines.append("    if library is None:")
      lines.append("        return original(\(this)*args)")
    }
    if !values.isEmpty {
      if request.isFunction {
        lines.append("    if not constants:")
        lines.append("        constants.append(prepare())")
      }
      lines.append("    \(Python.tuple(of: values)) = \(request.isFunction ? "constants[0]" : "instance.values")")
    }
    if let training {
      lines += [
        "    if \(wanted):", "        gradients = gradient_kernels()", "        if gradients is None:",
        "            return original(\(this)*args)", "        results = \(training.call)", "    else:",
        "        results = \(training.plainCall)", "    return \(training.returned)",
      ]
      return lines.joined(separator: "\n")
    }
    lines += statements.map { "    " + $0.replacing(CallSequence.originalCall, with: "original(\(this)*args)") }
    return lines.joined(separator: "\n")
  }

  static func assemble(
    _ body: [String], _ graph: TensorGraph, request: SynthesisRequest, notes: [String], trains: Bool = false
  ) -> GeneratedBlock {
    let wrapper = wrapper(of: request)
    let shapes = graph.arguments.compactMap { argument -> String? in
      guard case .tensor(let name, let type) = argument else { return nil }
      return "\(name) \(type.dtype.rawValue)\(type.shape)"
    }.joined(separator: ", ")
    let arguments = graph.arguments.compactMap { if case .tensor(_, let type) = $0 { type.dtype } else { nil } }
    let made = ElementType.allCases.filter { type in body.contains { $0.contains("dtype=\(type.rawValue))") } }
    let types = Set((arguments + made).map(\.rawValue)).sorted().map { "\($0) = torch.\($0)" }.joined(separator: "; ")
    let modes =
      trains
      ? "with gradients or without." : "without gradients\(request.isFunction ? "" : " and in evaluation mode")."
    let intro = """
      \"\"\"Wraps `original` with a fast path for \(shapes.isEmpty ? "the arguments it was verified with" : shapes): contiguous, on the CPU,
      \(modes) Everything else takes `original` itself.
      \"\"\"
      import contextlib, ctypes, functools, operator, sys, threading, warnings, weakref

      import torch
      import torch.autograd.forward_ad

      F, Tensor, strided, empty = torch.nn.functional, torch.Tensor, torch.strided, torch.empty\(types.isEmpty ? "" : "\n" + types)
      """
    let parts = ([intro] + body + ["return forward"]).map { part in
      // C++ lines keep their place: indentation means nothing there, and the text is easier to read.
      part.hasPrefix("source = r") ? indentFirstLine(part) : indent(part)
    }
    return GeneratedBlock(
      opName: request.opName, isFunction: request.isFunction, notes: notes,
      definition: "def \(wrapper)(original):\n" + parts.joined(separator: "\n\n"), wrapper: wrapper)
  }

  /// The name of the function that wraps an op.
  static func wrapper(of request: SynthesisRequest) -> String {
    "_kw_accelerate_" + Python.identifier(request.opName)
  }

  static func indent(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    " + $0 }
      .joined(separator: "\n")
  }

  private static func indentFirstLine(_ text: String) -> String { "    " + text }
}
