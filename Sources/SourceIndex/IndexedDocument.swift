/// Languages whose ops the server can find.
public enum SourceLanguage: String, Sendable, CaseIterable {
  case python, c, cpp, cuda, opencl, metal

  /// The language that an editor names by an LSP language identifier, or by none and a file's name.
  public init?(identifier: String, path: String) {
    let suffix = path.split(separator: ".").last.map(String.init) ?? ""
    switch (identifier.lowercased(), suffix) {
    // Editors without a language for these open them as C or C++.
    case ("c", "cu"), ("cpp", "cu"), ("c", "cuh"), ("cpp", "cuh"): self = .cuda
    case ("c", "cl"), ("cpp", "cl"): self = .opencl
    case ("c", "metal"), ("cpp", "metal"): self = .metal
    case ("python", _), ("", "py"), ("", "pyi"): self = .python
    case ("c", _), ("", "c"), ("", "h"): self = .c
    case ("cpp", _), ("", "cpp"), ("", "cc"), ("", "cxx"), ("", "hpp"): self = .cpp
    case ("cuda", _), ("cuda-cpp", _), ("", "cu"), ("", "cuh"): self = .cuda
    case ("opencl", _), ("", "cl"): self = .opencl
    case ("metal", _), ("", "metal"): self = .metal
    default: return nil
    }
  }
}

/// A text and the ops in it: an immutable snapshot that requests are answered from.
public struct IndexedDocument: Sendable {
  public let text: SourceText
  public let language: SourceLanguage
  /// In the order in which they stand in the file, an enclosing class before what is nested in it.
  public var ops: [Op] { lazyOps?.value ?? listedOps }
  public var opCount: Int { lazyOps == nil ? listedOps.count : kernels?.opCount ?? index.opCount }
  private let lazyOps: LazyOps?
  private let listedOps: [Op]
  /// Empty in a file of another language than Python.
  let index: ModuleIndex
  /// Nil in a Python file.
  let kernels: KernelIndex?
  /// What it took to make this snapshot from the one before it, or from nothing.
  public var work: IndexingWork { kernels?.work ?? index.work }

  /// Indexes a text from scratch, in one pass.
  public init(text: SourceText, language: SourceLanguage = .python) {
    if language == .python {
      let index = ModuleIndex(SharedList(Parser.allChunks(of: text)), bytesParsed: text.count)
      self.init(text: text, language: language, index: index)
    } else {
      self.init(text: text, kernels: KernelIndex(text.utf8, language))
    }
  }

  /// A Python file.
  init(text: SourceText, language: SourceLanguage, index: ModuleIndex) {
    self.text = text
    self.language = language
    self.index = index
    kernels = nil
    lazyOps = LazyOps { index.ops() }
    listedOps = []
  }

  /// A file of another language.
  init(text: SourceText, kernels: KernelIndex) {
    self.text = text
    language = kernels.language
    index = .empty
    self.kernels = kernels
    lazyOps = LazyOps { kernels.ops() }
    listedOps = []
  }

  init(text: SourceText, language: SourceLanguage, index: ModuleIndex, ops: [Op]) {
    self.text = text
    self.language = language
    self.index = index
    kernels = nil
    lazyOps = nil
    listedOps = ops
  }

  /// The innermost op around a position; decorators belong to their op.
  public func op(at position: Position) -> Op? {
    if let kernels { return kernels.op(at: position) }
    if lazyOps != nil { return index.op(at: position) }
    // Definitions nest, so the last op that starts before the position and reaches it is the innermost one.
    var candidate = ops.partitioningIndex { $0.fullRange.start > position } - 1
    while candidate >= 0 {
      if ops[candidate].fullRange.contains(position) { return ops[candidate] }
      candidate -= 1
    }
    return nil
  }

  /// The op of a dotted name; where a name is defined more than once, the last, which is the one that counts.
  public func op(named name: String) -> Op? {
    ops.last { $0.name == name }
  }

  /// The generated blocks in the text, by the name of the op that each is for: whole lines, markers included.
  public var generatedRegions: [(name: String, range: SourceRange)] {
    index.regions()
  }

  /// The text as its author wrote it: without generated blocks.
  public var strippedOfGeneratedRegions: SourceText {
    var result = text
    for region in generatedRegions.reversed() { result = result.replacing(region.range, with: "") }
    return result
  }
}
