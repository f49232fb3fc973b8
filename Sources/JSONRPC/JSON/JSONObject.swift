/// The members of a JSON object in the order they were written.
///
/// A list, not a dictionary: objects of the protocol have a handful of members, for which a scan is faster than hashing
/// and which cost one allocation. Where a key comes twice the last one counts, as in JavaScript.
public struct JSONObject: Sendable {
  public struct Member: Sendable, Hashable {
    public var key: String
    public var value: JSONValue

    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  public var members: [Member]

  public init(_ members: [Member] = []) {
    self.members = members
  }

  public subscript(_ key: String) -> JSONValue? {
    get { members.last { $0.key == key }?.value }
    set {
      members.removeAll { $0.key == key }
      if let newValue { members.append(Member(key: key, value: newValue)) }
    }
  }

  /// The object as a dictionary, for comparison and for objects that are used as maps.
  public var dictionary: [String: JSONValue] {
    Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
  }
}

extension JSONObject: Hashable {
  /// Objects are equal when they have equal members, whatever the order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members == right.members || left.dictionary == right.dictionary
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(dictionary)
  }
}
