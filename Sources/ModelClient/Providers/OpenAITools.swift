/// What both of OpenAI's protocols say of tools and forms of answers, though in different places.
extension AnswerFormat {
  var openAI: JSONTree {
    .object(["name": .string(name), "schema": schema.tree, "strict": .boolean(true)])
  }
}

extension ModelTool {
  var openAI: JSONTree {
    .object([
      "name": .string(name), "description": .string(description), "parameters": parameters.tree,
      "strict": .boolean(true),
    ])
  }
}

extension ToolChoice {
  /// nil for what is usual.
  ///
  /// - Parameter named: how the protocol names a tool, beside the kind of tool.
  func openAI(_ named: (String) -> JSONTree) -> JSONTree? {
    switch self {
    case .automatic: nil
    case .required: .string("required")
    case .named(let name): named(name).adding("type", .string("function"))
    }
  }
}

extension JSONTree {
  /// An object with one more member.
  func adding(_ key: String, _ value: JSONTree) -> JSONTree {
    guard case .object(var members) = self else { return self }
    members[key] = value
    return .object(members)
  }
}

extension ModelRequest {
  /// Requests of one conversation go to where its beginning is kept.
  var openAICacheKey: String? {
    guard isContinued, let first = messages.first else { return nil }
    // FNV-1a: the same in every process, and nothing secret.
    let hash = (system + first.text).utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return "kernelwright-" + String(hash, radix: 16)
  }
}
