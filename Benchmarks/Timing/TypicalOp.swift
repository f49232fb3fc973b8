/// An op of about 5 ms on two cores, of the kinds that people bring, and an honest other way to write it. Speed is of no
/// matter here: the gates and the rounds take as long for a slow candidate.
struct TypicalOp {
  var name: String
  var title: String
  var setUp: String
  var forward: [String]
  var rewritten: [String]
  var input: String

  static let all = [
    TypicalOp(
      name: "softmax", title: "softmax of weighted rows, [3072, 2048]",
      setUp: "self.scale = nn.Parameter(torch.rand(2048) + 0.5)",
      forward: ["return torch.softmax(x * self.scale, dim=-1)"],
      rewritten: [
        "y = x * self.scale", "y = torch.exp(y - y.detach().amax(-1, keepdim=True))",
        "return y / y.sum(-1, keepdim=True)",
      ],
      input: "torch.randn(3072, 2048)"),
    TypicalOp(
      name: "pooling", title: "average pooling 3 × 3, [9, 32, 64, 64]",
      setUp: "self.pool = nn.AvgPool2d(3, stride=1, padding=1)", forward: ["return self.pool(x)"],
      rewritten: ["x = F.avg_pool2d(x, (1, 3), 1, (0, 1))", "return F.avg_pool2d(x, (3, 1), 1, (1, 0))"],
      input: "torch.randn(9, 32, 64, 64)"),
    TypicalOp(
      name: "linear", title: "linear layer and GELU, [512, 1024] → 1024", setUp: "self.linear = nn.Linear(1024, 1024)",
      forward: ["return F.gelu(self.linear(x))"],
      rewritten: [
        "y = torch.addmm(self.linear.bias, x, self.linear.weight.t())",
        "return 0.5 * y * (1 + torch.erf(y * 0.7071067811865476))",
      ],
      input: "torch.randn(512, 1024)"),
  ]

  var reference: String { source("Model", forward) }
  var candidate: String { source("ModelNew", rewritten) }

  private func source(_ name: String, _ body: [String]) -> String {
    """
    import torch
    import torch.nn.functional as F
    from torch import nn


    class \(name)(nn.Module):
        def __init__(self):
            super().__init__()
            \(setUp)

        def forward(self, x):
            \(body.joined(separator: "\n        "))


    def get_inputs():
        return [\(input)]
    """
  }
}
