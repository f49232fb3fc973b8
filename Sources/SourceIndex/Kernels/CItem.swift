/// A declaration or definition at namespace level, or a `#define`.
struct CItem: Sendable {
  /// Indices of its tokens.
  var tokens: Range<Int>
  /// Index of the `{` of its first block; nil for declarations.
  var body: Int?
  var isMacro = false
  /// What it stands in.
  var scopes: [CContext.Scope] = []
  /// Of the preprocessor conditions that it stands under, which are part of its meaning.
  var conditions: Digest
}
