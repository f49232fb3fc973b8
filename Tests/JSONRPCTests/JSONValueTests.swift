import Testing

@testable import JSONRPC

@Suite("JSON values")
struct JSONValueTests {
  @Test("integers are exact to the ends of 64 bits, and beyond them numbers are doubles")
  func integers() throws {
    #expect(try JSONValue(parsing: "9223372036854775807") == .int(.max))
    #expect(try JSONValue(parsing: "-9223372036854775808") == .int(.min))
    #expect(try JSONValue(parsing: "9223372036854775808") == .double(9_223_372_036_854_775_808))
    #expect(try JSONValue(parsing: "-0") == .int(0))
    #expect(try JSONValue(parsing: "123456789012345678") == .int(123_456_789_012_345_678))
    #expect(jsonString(JSONValue.int(.min)) == "-9223372036854775808")
  }

  @Test(
    "doubles read back as the same number",
    arguments: [0.1, -1e-300, 1.7976931348623157e308, 0x1p-1074, 3.0, 1e21])
  func doubles(_ value: Double) throws {
    #expect(try JSONValue(parsing: jsonString(value)).doubleValue == value)
  }

  @Test("infinities and NaN, which JSON lacks, are written as null")
  func nonFinite() {
    #expect(jsonString([Double.infinity, .nan]) == "[null,null]")
  }

  @Test(
    "what is not JSON is refused with the place",
    arguments: [
      ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\" 1}", 5), ("01", 2), ("-", 1), ("1.", 2), ("1e", 2), ("1e999", 5),
      ("tru", 0), ("\"a", 2), ("\"\\q\"", 1), ("\"\\u12g4\"", 1), ("[1] 2", 4), ("{1:2}", 1), ("nan", 0), ("+1", 0),
      ("[1 2]", 3),
    ])
  func malformed(_ text: String, _ offset: Int) {
    let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
    #expect(error?.offset == offset)
  }

  @Test("escapes, surrogate pairs and lone surrogates")
  func escapes() throws {
    #expect(try JSONValue(parsing: #""\"\\\/\b\f\n\r\tA\u00e9\u4e2d\ud83d\udd25""#) == "\"\\/\u{8}\u{c}\n\r\tAé中🔥")
    #expect(try JSONValue(parsing: #""a\ud83d""#) == "a\u{FFFD}")
    #expect(try JSONValue(parsing: #""\udd25\ud83d\ud83d\udd25""#) == "\u{FFFD}\u{FFFD}🔥")
    #expect(try JSONValue(parsing: #""\ud83d\u0041""#) == "\u{FFFD}A")
  }

  @Test("invalid UTF-8 is replaced, not refused")
  func invalidUTF8() throws {
    #expect(try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x62, 0x22]) == "a\u{FFFD}b")
    #expect(try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x5C, 0x6E, 0x22]) == "a\u{FFFD}\n")
  }

  @Test("every control character, quotes and backslashes survive a round trip")
  func roundTrip() throws {
    var text = "é\u{2028}🔥\"\\/"
    for code in UInt8(0)..<0x20 { text.unicodeScalars.append(Unicode.Scalar(code)) }
    #expect(try JSONValue(parsing: jsonString(text)) == .string(text))
  }

  @Test("strings of every length around the width of a word end where they end")
  func wordBoundaries() throws {
    for length in 0..<40 {
      let plain = String(repeating: "x", count: length)
      #expect(try JSONValue(parsing: "[\"\(plain)\",\"\(plain)\\n\",1]") == [.string(plain), .string(plain + "\n"), 1])
    }
  }

  @Test("nesting is bounded: neither the parser nor the release of the tree can overflow the stack")
  func nesting() throws {
    let depth = JSONLimits().depth
    let deepest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    _ = try JSONValue(parsing: deepest)
    for opening in ["[", "{\"a\":"] {
      let error = #expect(throws: JSONParseError.self) {
        try JSONValue(parsing: String(repeating: opening, count: 2_000_000))
      }
      #expect(error?.reason == .tooDeep)
    }
  }

  @Test("the number of values is bounded")
  func manyValues() throws {
    var limits = JSONLimits()
    limits.values = 1000
    let text = "[" + String(repeating: "1,", count: 1000) + "1]"
    let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array(text.utf8), limits: limits) }
    #expect(error?.reason == .tooMany)
  }

  @Test("objects compare without order; the last of two members with one name counts")
  func objects() throws {
    #expect(try JSONValue(parsing: #"{"a":1,"b":2}"#) == JSONValue(parsing: #"{"b":2,"a":1}"#))
    #expect(try JSONValue(parsing: #"{"a":1,"a":2}"#)["a"] == 2)
    #expect(JSONValue(parsing: #"{"a":1}"#, or: nil) != JSONValue(parsing: #"{"a":2}"#, or: nil))
  }

  @Test("the writer puts commas between members and elements, and nowhere else")
  func writer() {
    var writer = JSONWriter()
    writer.array { writer in
      writer.object { _ in }
      writer.object { writer in
        writer.field("a", 1)
        writer.field("skipped", ifPresent: Int?.none)
        writer.field("b", [String]())
        writer.field("c", ["x", "y"])
      }
      writer.write(-12)
      writer.writeNull()
    }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #"[{},{"a":1,"b":[],"c":["x","y"]},-12,null]"#)
  }

  @Test("a decoding error names the member")
  func decodingErrors() throws {
    let json: JSONValue = ["outer": ["list": [1, "two"]]]
    struct Outer: JSONDecodable {
      init(json: JSONValue) throws { _ = try json.required("list", as: [Int].self) }
    }
    let error = #expect(throws: JSONDecodingError.self) { try json.required("outer", as: Outer.self) }
    #expect(error?.description == "outer.list.[1]: expected an integer")
    #expect(throws: JSONDecodingError.self) { try json.required("missing", as: Int.self) }
    #expect(try json.optional("missing", as: Int.self) == nil)
  }
}

extension JSONValue {
  fileprivate init(parsing text: String, or fallback: JSONValue) {
    self = (try? JSONValue(parsing: text)) ?? fallback
  }
}
