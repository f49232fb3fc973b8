/// The parser of directive comments on arbitrary bytes: every problem is a part of the comment.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDirectives(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = FuzzedInput(start, count)
  let parameters = [["x", "weight", "é"], [], nil][input.byte() % 3]
  let lines = input.bytes.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
  let comments = lines.enumerated().map { line, text in
    DirectiveComment(place: Place(offset: 0, line: Int32(line), column: 7), bytes: Array(text))
  }
  guard let directive = DirectiveParser.parse(comments, parameters: parameters, owner: "Model") else { return 0 }
  for problem in directive.problems {
    require(problem.range.start <= problem.range.end, "a problem that ends before it starts")
    require(problem.range.start.line < comments.count, "a problem on no line")
    require(
      problem.range.start.column >= 7
        && problem.range.end.column <= 7 + comments[problem.range.start.line].bytes.count,
      "a problem outside of its comment: \(problem)")
  }
  require(directive.tensors.allSatisfy { $0.shape.allSatisfy { $0 >= 0 } }, "a negative extent")
  require(directive.tolerance.map { $0 > 0 && $0.isFinite } ?? true, "a tolerance that is none")
  return 0
}
