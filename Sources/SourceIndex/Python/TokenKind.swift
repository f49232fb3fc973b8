/// Kinds of Python tokens, as coarse as the parser can do with.
enum TokenKind: UInt8 {
  case end, newline
  case name, number, string, formattedString
  case openParen, closeParen, openBracket, closeBracket, openBrace, closeBrace
  case comma, colon, semicolon, dot, assign, walrus, augmentedAssign, arrow, at, star, doubleStar, exclamation
  /// An operator between or in front of operands.
  case `operator`
  /// `True`, `False`, `None`, `...`
  case constant
  /// `and`, `or`, `not`, `is`, `if` and `else` inside expressions are told apart only where a statement begins.
  case wordOperator
  /// A byte that begins no token.
  case unknown
  case `in`, `if`, `else`, `for`, async, await, lambda, yield, from, `import`, `as`
  case `def`, `class`, `return`, raise, `try`, `while`, with, del, pass, `break`, `continue`, global, nonlocal, assert
  case except, finally, elif

  /// True for keywords that only ever begin a statement. A line inside brackets that begins with one proves that a
  /// bracket was left open. (`import` follows `from`, but never at a line's start inside brackets.)
  var beginsStatementOnly: Bool { rawValue >= TokenKind.def.rawValue || self == .import }

  var isCloser: Bool { self == .closeParen || self == .closeBracket || self == .closeBrace }
}

/// Looks up keywords by their bytes, packed into one integer: all have at most eight.
enum Keyword {
  static func kind(_ start: UnsafePointer<UInt8>, length: Int) -> TokenKind {
    guard length >= 2, length <= 8 else { return .name }
    let first = start[0]
    guard first >= 0x61 && first <= 0x79 || first == 0x46 || first == 0x4E || first == 0x54 else { return .name }
    var packed: UInt64 = 0
    for index in 0..<length { packed = packed << 8 | UInt64(start[index]) }
    return kinds(packed)
  }

  @inline(__always)
  private static func kinds(_ packed: UInt64) -> TokenKind {
    switch packed {
    case 0x6966: .if
    case 0x696E: .in
    case 0x6973, 0x6F72, 0x616E64, 0x6E6F74: .wordOperator  // is or and not
    case 0x6173: .as
    case 0x646566: .def
    case 0x64656C: .del
    case 0x666F72: .for
    case 0x747279: .try
    case 0x656C_7365: .else
    case 0x656C_6966: .elif
    case 0x6672_6F6D: .from
    case 0x7061_7373: .pass
    case 0x7769_7468: .with
    case 0x5472_7565, 0x4E6F_6E65, 0x46_616C_7365: .constant  // True None False
    case 0x63_6C61_7373: .class
    case 0x72_6169_7365: .raise
    case 0x77_6869_6C65: .while
    case 0x79_6965_6C64: .yield
    case 0x61_7379_6E63: .async
    case 0x61_7761_6974: .await
    case 0x62_7265_616B: .break
    case 0x696D_706F_7274: .import
    case 0x7265_7475_726E: .return
    case 0x6C61_6D62_6461: .lambda
    case 0x676C_6F62_616C: .global
    case 0x6173_7365_7274: .assert
    case 0x6578_6365_7074: .except
    case 0x66_696E_616C_6C79: .finally
    case 0x636F_6E74_696E_7565: .continue
    case 0x6E6F_6E6C_6F63_616C: .nonlocal
    default: .name
    }
  }
}
