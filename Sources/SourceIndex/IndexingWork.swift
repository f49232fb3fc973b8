/// How much was done to make a snapshot, counted and not timed: what tells that an edit's cost follows the edit.
///
/// Not counted is the copying of the lists of blocks, chunks and ops, one pointer each: that is the only part of an edit
/// inside a definition that grows with the file.
public struct IndexingWork: Hashable, Sendable {
  /// Bytes that the parser went over, those that it had to go over twice counted twice.
  public var bytesParsed = 0
  /// Ops whose fingerprint, inputs and parameters were worked out.
  public var opsMade = 0
  /// Module-level names that were looked up anew, because names came, went or changed places. In a C-family file only
  /// those of the items that were parsed.
  public var bindingsRead = 0
}
