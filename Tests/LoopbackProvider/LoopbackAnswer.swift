import Foundation

/// A good answer in the words of each protocol, as the providers document them.
public enum LoopbackAnswer {
  /// Why the model stopped.
  public enum Stop: Sendable {
    case endOfTurn
    case maxTokens
    case refusal
  }

  /// A tool that is to be used, and with what.
  public struct Call: Sendable {
    public var id: String
    public var name: String
    /// JSON.
    public var arguments: String

    public init(id: String = "call_loopback", name: String, arguments: String) {
      self.id = id
      self.name = name
      self.arguments = arguments
    }
  }

  /// The events of an answer, each ready to be sent; nil for a path that belongs to no protocol.
  public static func events(
    path: String, text: String, calls: [Call] = [], tokens: LoopbackReply.Tokens = .init(), stop: Stop = .endOfTurn
  ) -> [String]? {
    let path = path.split(separator: "?").first ?? ""
    if path.hasSuffix("/v1/messages") { return anthropic(pieces(of: text), calls, tokens, stop) }
    if path.hasSuffix("/v1/chat/completions") { return chat(pieces(of: text), calls, tokens, stop) }
    if path.hasSuffix("/v1/responses") { return responses(pieces(of: text), calls, tokens, stop) }
    return nil
  }

  /// Pieces of uneven length, as models write them.
  private static func pieces(of text: String) -> [String] {
    var pieces: [String] = []
    var rest = Substring(text)
    while !rest.isEmpty {
      pieces.append(String(rest.prefix(1 + pieces.count * 7 % 23)))
      rest = rest.dropFirst(pieces[pieces.count - 1].count)
    }
    return pieces
  }

  private static func json(_ object: [String: Any]) -> String {
    let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data ?? Data(), as: UTF8.self)
  }

  private static func named(_ object: [String: Any]) -> String {
    "event: \(object["type"] ?? "")\ndata: \(json(object))\n\n"
  }

  private static func anthropic(
    _ pieces: [String], _ calls: [Call], _ tokens: LoopbackReply.Tokens, _ stop: Stop
  ) -> [String] {
    let reason =
      switch stop {
      case _ where !calls.isEmpty: "tool_use"
      case .endOfTurn: "end_turn"
      case .maxTokens: "max_tokens"
      case .refusal: "refusal"
      }
    let start: [String: Any] = [
      "type": "message_start",
      "message": [
        "id": "msg_loopback", "type": "message", "role": "assistant", "model": "loopback", "content": [String](),
        "usage": [
          "input_tokens": tokens.input, "cache_read_input_tokens": tokens.cached,
          "cache_creation_input_tokens": tokens.written,
          "output_tokens": 1,
        ],
      ] as [String: Any],
    ]
    let block: [String: Any] = [
      "type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""],
    ]
    let deltas = pieces.map { piece -> [String: Any] in
      ["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": piece]]
    }
    let blocks = calls.enumerated().flatMap { index, call -> [[String: Any]] in
      let start: [String: Any] = [
        "type": "content_block_start", "index": index + 1,
        "content_block": [
          "type": "tool_use", "id": call.id, "name": call.name, "input": [String: String](),
        ] as [String: Any],
      ]
      let deltas = Self.pieces(of: call.arguments).map { piece -> [String: Any] in
        [
          "type": "content_block_delta", "index": index + 1,
          "delta": ["type": "input_json_delta", "partial_json": piece],
        ]
      }
      return [start] + deltas + [["type": "content_block_stop", "index": index + 1]]
    }
    let end: [[String: Any]] =
      [["type": "content_block_stop", "index": 0]] + blocks + [
        [
          "type": "message_delta", "delta": ["stop_reason": reason, "stop_sequence": NSNull()] as [String: Any],
          "usage": ["output_tokens": tokens.output],
        ],
        ["type": "message_stop"],
      ]
    return ([start, block, ["type": "ping"]] + deltas + end).map(named)
  }

  private static func chat(
    _ pieces: [String], _ calls: [Call], _ tokens: LoopbackReply.Tokens, _ stop: Stop
  ) -> [String] {
    let reason =
      switch stop {
      case _ where !calls.isEmpty: "tool_calls"
      case .endOfTurn: "stop"
      case .maxTokens: "length"
      case .refusal: "content_filter"
      }
    func chunk(_ delta: [String: Any], _ finish: Any = NSNull()) -> [String: Any] {
      [
        "id": "chatcmpl-loopback", "object": "chat.completion.chunk", "created": 0, "model": "loopback",
        "choices": [["index": 0, "delta": delta, "finish_reason": finish] as [String: Any]], "usage": NSNull(),
      ]
    }
    let usage: [String: Any] = [
      "id": "chatcmpl-loopback", "object": "chat.completion.chunk", "created": 0, "model": "loopback",
      "choices": [String](),
      "usage": [
        "prompt_tokens": tokens.question, "completion_tokens": tokens.output,
        "total_tokens": tokens.question + tokens.output,
        "prompt_tokens_details": ["cached_tokens": tokens.cached, "cache_write_tokens": tokens.written],
      ] as [String: Any],
    ]
    let asked = calls.enumerated().flatMap { index, call -> [[String: Any]] in
      func delta(_ more: [String: Any]) -> [String: Any] {
        chunk(["tool_calls": [["index": index].merging(more) { $1 }]])
      }
      return [
        delta(["id": call.id, "type": "function", "function": ["name": call.name, "arguments": ""]])
      ] + Self.pieces(of: call.arguments).map { delta(["function": ["arguments": $0]]) }
    }
    let chunks =
      [chunk(["role": "assistant", "content": ""])] + pieces.map { chunk(["content": $0]) } + asked + [
        chunk([:], reason), usage,
      ]
    return chunks.map { "data: \(json($0))\n\n" } + ["data: [DONE]\n\n"]
  }

  private static func responses(
    _ pieces: [String], _ calls: [Call], _ tokens: LoopbackReply.Tokens, _ stop: Stop
  ) -> [String] {
    func response(_ status: String, _ more: [String: Any] = [:]) -> [String: Any] {
      let plain: [String: Any] = [
        "id": "resp_loopback", "object": "response", "created_at": 0, "model": "loopback", "status": status,
        "output": [String](), "parallel_tool_calls": true, "tool_choice": "auto", "tools": [String](),
      ]
      return plain.merging(more) { $1 }
    }
    let usage: [String: Any] = [
      "input_tokens": tokens.question,
      "input_tokens_details": ["cached_tokens": tokens.cached, "cache_write_tokens": tokens.written],
      "output_tokens": tokens.output, "output_tokens_details": ["reasoning_tokens": 0],
      "total_tokens": tokens.question + tokens.output,
    ]
    let deltaType = stop == .refusal ? "response.refusal.delta" : "response.output_text.delta"
    let deltas = pieces.map { piece -> [String: Any] in
      let delta: [String: Any] = [
        "type": deltaType, "item_id": "msg_loopback", "output_index": 0, "content_index": 0, "delta": piece,
      ]
      return stop == .refusal ? delta : delta.merging(["logprobs": [String]()]) { $1 }
    }
    let end: [String: Any] =
      stop == .maxTokens
      ? [
        "type": "response.incomplete",
        "response": response(
          "incomplete", ["usage": usage, "incomplete_details": ["reason": "max_output_tokens"]]),
      ] : ["type": "response.completed", "response": response("completed", ["usage": usage])]
    let items = calls.enumerated().flatMap { index, call -> [[String: Any]] in
      let item = [
        "type": "function_call", "id": "fc_\(index)", "call_id": call.id, "name": call.name,
        "arguments": call.arguments,
        "status": "completed",
      ]
      let deltas = Self.pieces(of: call.arguments).map { piece -> [String: Any] in
        [
          "type": "response.function_call_arguments.delta", "item_id": "fc_\(index)", "output_index": index + 1,
          "delta": piece,
        ]
      }
      return deltas + [["type": "response.output_item.done", "output_index": index + 1, "item": item]]
    }
    let all = [["type": "response.created", "response": response("in_progress")]] + deltas + items + [end]
    return all.enumerated().map { number, event in named(event.merging(["sequence_number": number]) { $1 }) }
  }
}
