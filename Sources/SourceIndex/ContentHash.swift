/// Names a text by what it says.
public enum ContentHash {
  /// The first 128 bits of the text's SHA-256, as 32 lower-case hexadecimal digits.
  public static func hexadecimal(of text: String) -> String {
    var text = text
    return text.withUTF8 { SHA256.digest($0).hexadecimal }
  }
}
