/// What kind of thing an op is.
public enum OpKind: String, Sendable, CaseIterable {
  /// A class derived from `torch.nn.Module`.
  case module
  /// A function that uses tensors.
  case function
  /// Statements selected by a person.
  case selection
  /// A function under `@triton.jit`.
  case tritonKernel = "triton-kernel"
  /// A function that uses JAX.
  case jax
  /// A CUDA or HIP function under `__global__`.
  case cudaKernel = "cuda-kernel"
  /// An OpenCL C function under `__kernel` or `kernel`.
  case openclKernel = "opencl-kernel"
  /// A Metal function under `kernel`.
  case metalKernel = "metal-kernel"
  /// An `extern "C"` function with a directive comment.
  case nativeFunction = "native-function"
}

/// Where an op's example inputs come from.
public enum InputSource: String, Sendable, CaseIterable {
  /// A directive comment at the op.
  case directive
  /// The file's `get_inputs()` and, where it has one, `get_init_inputs()`.
  case functions = "get_inputs"
  /// Shapes that a real run gave to it. The index knows of no runs: whoever does replaces `missing` by this.
  case recorded
  case missing
}

/// A tensor operation that can be measured and replaced: a module class, a function, a kernel, or selected statements.
///
/// A value of a snapshot: cheap to copy, and equal to another where all that it says is equal.
public struct Op: Hashable, Sendable {
  /// All that does not change when the op is moved about in its file.
  let content: OpContent
  /// Line of the file at which the lines of `content` begin to count.
  let firstLine: Int
  /// The generated block that replaces this op: whole lines, from the first marker to behind the second.
  public let generatedRegion: SourceRange?

  /// Dotted name in the file: `Model`, `Outer.Inner`, `f`; for selections `Model.forward:12-15`.
  public var name: String { content.name }
  public var kind: OpKind { content.kind }
  /// The definition as CPython's `ast` gives it: from `class`, `def` or `async` to its end, without decorators.
  public var range: SourceRange { content.span.range(at: firstLine) }
  /// The definition with its decorators.
  public var fullRange: SourceRange {
    SourceRange(start: content.fullStart.position(at: firstLine), end: content.span.end.position(at: firstLine))
  }
  public var nameRange: SourceRange { content.nameSpan.range(at: firstLine) }
  /// Parameters of the function, or of the class's `forward` without `self` (its own or that of a base class in the
  /// same file), without `*args` and `**kwargs`. For selections the local variables that they read.
  public var parameters: [String] { content.parameters }
  /// The parameters of a C, C++, CUDA, OpenCL C or Metal function, with their places; empty for Python.
  public var parameterDeclarations: [ParameterDeclaration] {
    content.declarations.map { ParameterDeclaration(name: $0.name, range: $0.range.shifted(byLines: firstLine)) }
  }
  /// For selections: the variables assigned in it that are read later, or, if none is, all that are assigned.
  public var results: [String] { content.results }
  public var inputSource: InputSource { content.inputSource }
  public var directive: Directive? { content.directive?.shifted(byLines: firstLine) }
  /// The call expressions inside, decorators and defaults included, in order of their start.
  public var calls: [Call] {
    content.chunk.calls(from: content.fullStart.offset, to: content.span.end.offset, firstLine: firstLine)
  }
  /// 32 lower-case hexadecimal digits that change with the op's meaning and with nothing else.
  public var fingerprint: String { content.fingerprint.hexadecimal }
  /// Lines of the statements of the function, or of the class's `forward`: all of a simple statement, the header of a
  /// compound one.
  public var statementLines: [ClosedRange<Int>] {
    content.chunk.contents.statementLines[content.statementLines].map {
      (Int($0.lowerBound) + firstLine)...(Int($0.upperBound) + firstLine)
    }
  }
  /// Line at whose start a generated block goes: the one after the op's last line.
  public var insertionLine: Int { range.end.line + 1 }
  /// Line at whose start a directive comment goes: that of the first decorator or of the definition.
  public var directiveLine: Int { fullRange.start.line }
  /// Blanks in front of the definition.
  public var indentation: String { content.indentation }

  public static func == (left: Op, right: Op) -> Bool {
    left.firstLine == right.firstLine && left.generatedRegion == right.generatedRegion
      && (left.content === right.content || left.content.isEqual(to: right.content))
      && (left.content.chunk === right.content.chunk || left.calls == right.calls)
      && (left.content.chunk === right.content.chunk || left.statementLines == right.statementLines)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(firstLine)
    hasher.combine(content.fingerprint)
  }
}

/// An op, with lines relative to the chunk that it stands in.
final class OpContent: Sendable {
  let name: String
  let kind: OpKind
  let span: Span
  let fullStart: Place
  let nameSpan: Span
  let parameters: [String]
  let results: [String]
  let inputSource: InputSource
  let directive: Directive?
  let fingerprint: Digest
  let statementLines: Range<Int>
  let indentation: String
  /// Parameters that example tensors are needed for.
  let tensorParameters: [String]
  /// Literal arguments that its constructor may be called with, where it needs any.
  let constructorArguments: String?
  let chunk: ParsedChunk
  let declarations: [ParameterDeclaration]

  init(
    name: String, kind: OpKind, span: Span, fullStart: Place, nameSpan: Span, parameters: [String], results: [String],
    inputSource: InputSource, directive: Directive?, fingerprint: Digest, statementLines: Range<Int>,
    indentation: String, tensorParameters: [String], constructorArguments: String?, chunk: ParsedChunk,
    declarations: [ParameterDeclaration] = []
  ) {
    self.name = name
    self.kind = kind
    self.span = span
    self.fullStart = fullStart
    self.nameSpan = nameSpan
    self.parameters = parameters
    self.results = results
    self.inputSource = inputSource
    self.directive = directive
    self.fingerprint = fingerprint
    self.statementLines = statementLines
    self.indentation = indentation
    self.tensorParameters = tensorParameters
    self.constructorArguments = constructorArguments
    self.chunk = chunk
    self.declarations = declarations
  }

  func isEqual(to other: OpContent) -> Bool {
    name == other.name && kind == other.kind && fingerprint == other.fingerprint && span == other.span
      && fullStart == other.fullStart && nameSpan == other.nameSpan && parameters == other.parameters
      && results == other.results && inputSource == other.inputSource && directive == other.directive
      && indentation == other.indentation && tensorParameters == other.tensorParameters
      && constructorArguments == other.constructorArguments && declarations == other.declarations
  }
}
