/// An op whose work can be made longer or shorter by an exact share: it does the same small kernel so many times and
/// gives the last result, so that every version gives the same and takes as long as it repeats.
struct StudyOp {
  var name: String
  /// What is repeated, in a few words.
  var title: String
  /// Python expression that is repeated; of `x`.
  var kernel: String
  /// Python expression of the example input.
  var input: String

  /// Repetitions of the op's own code.
  static let repeats = 100

  /// Some milliseconds each: spread over the threads by PyTorch, by the matrix library, and in one thread.
  static let all = [
    StudyOp(
      name: "exp", title: "exp of 131 072 numbers, all threads", kernel: "torch.exp(x)", input: "torch.randn(131072)"),
    StudyOp(
      name: "matmul", title: "product of two 128 × 128 matrices, all threads", kernel: "torch.mm(x, x)",
      input: "torch.randn(128, 128)"),
    StudyOp(
      name: "cumsum", title: "running sum of 16 384 numbers, one thread", kernel: "torch.cumsum(x, 0)",
      input: "torch.randn(16384)"),
  ]

  /// A file that defines `Model` or `ModelNew`.
  func source(_ name: String, repeats: Int = repeats) -> String {
    """
    import torch
    from torch import nn


    class \(name)(nn.Module):
        def forward(self, x):
            for _ in range(\(repeats)):
                y = \(kernel)
            return y


    def get_inputs():
        return [\(input)]
    """
  }
}

/// How a candidate differs from the op: by its number of repetitions alone.
struct Variant: Hashable {
  var repeats: Int

  /// Difference of its work from the op's own, in per cent.
  var percent: Int { repeats - StudyOp.repeats }

  static let identical = Variant(repeats: StudyOp.repeats)
  /// 3 %, 10 % and 50 % less work, and more.
  static let different = [97, 103, 90, 110, 50, 150].map(Variant.init)
}
