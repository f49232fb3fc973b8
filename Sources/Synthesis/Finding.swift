/// Something a person should know about an op: what was left alone, or what stands in the way, and why.
public struct Finding: Sendable, Hashable {
  /// One sentence.
  public var reason: String
  /// One-based line in the person's file that it is about.
  public var line: Int?

  public init(_ reason: String, line: Int? = nil) {
    self.reason = reason
    self.line = line
  }
}
