/// Python that gives one op a fast path: self-contained, readable, and careful to take the original in any other case.
public struct GeneratedBlock: Sendable, Hashable {
  /// Dotted name of the op, e.g. `Model`.
  public var opName: String
  public var isFunction: Bool
  /// What it does, why, and how exact it is: one comment line each.
  public var notes: [String]
  /// The function that wraps the original; its name is `wrapper`.
  public var definition: String
  public var wrapper: String

  private func header(_ provenance: [String]) -> String {
    (provenance + notes).flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
      .map { $0.isEmpty ? "#" : "# \($0)" }.joined(separator: "\n")
  }

  /// A file in the kernel-benchmark form: the person's own text, and `ModelNew`, made from its op.
  ///
  /// `provenance` are lines for the comment on top (which leaves `from __future__` imports where they are allowed).
  public func candidateFile(original: String, provenance: [String]) -> String {
    let text = original.hasSuffix("\n") || original.isEmpty ? original : original + "\n"
    let model =
      isFunction
      ? """
      import torch as _kw_torch

      _kw_accelerated = \(wrapper)(\(opName))


      class ModelNew(_kw_torch.nn.Module):
          def forward(self, *args, **kwargs):
              return _kw_accelerated(*args, **kwargs)
      """
      : """
      class ModelNew(\(opName)):
          forward = \(wrapper)(\(opName).forward)
      """
    return header(provenance) + "\n" + text + "\n\n" + definition + "\n\n\n" + model + "\n"
  }

  /// What goes into the person's file right below the op, marker lines included; `indentation` is the op's own.
  public func appliedText(provenance: [String], indentation: String = "") -> String {
    // Inside a class body only the last part of a dotted name is known.
    let name = indentation.isEmpty ? opName : String(opName.split(separator: ".").last ?? "")
    let binding =
      isFunction ? "\(name) = \(wrapper)(\(name))" : "\(name).forward = \(wrapper)(\(name).forward)"
    let text = """
      # kernelwright: begin generated \(opName)
      \(header(provenance))
      \(definition)


      \(binding)
      # kernelwright: end generated \(opName)

      """
    if indentation.isEmpty { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : indentation + $0 }.joined(separator: "\n")
  }
}
