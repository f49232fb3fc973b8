public import Foundation

/// What is wrong with a captured graph, in one sentence.
public struct CaptureFormatError: Error, Sendable, CustomStringConvertible {
  public var description: String
}

extension TensorGraph {
  /// Decodes the worker's capture (protocol/worker/graph.schema.json).
  ///
  /// What the graph can hold but not replace becomes an obstacle, so that the op is left alone with a reason.
  /// Throws `CaptureFormatError` for anything that isn't such a document.
  public init(json: Data) throws {
    let document: JSONValue
    do {
      document = try JSONDecoder().decode(JSONValue.self, from: json)
    } catch {
      throw CaptureFormatError(description: "the captured graph is not JSON: \(error)")
    }
    guard document["format"].integer == 1 else {
      throw CaptureFormatError(description: "the captured graph has an unknown format")
    }
    var decoder = CaptureDecoder()
    self = try decoder.graph(document)
  }
}

/// Turns the captured document into nodes; names become indices.
private struct CaptureDecoder {
  var graph = TensorGraph()
  var identifiers: [String: TensorGraph.ValueID] = [:]

  mutating func graph(_ document: JSONValue) throws -> TensorGraph {
    for input in document["inputs"].items { try decodeInput(input) }
    for node in document["nodes"].items { try decodeNode(node) }
    for output in document["outputs"].items {
      if let name = output["node"].string {
        graph.outputs.append(.value(try identifier(name)))
      } else {
        let text = literal(output["value"])
        graph.outputs.append(.literal(text))
      }
    }
    graph.structure = structure(document["structure"])
    if case .bool(true) = document["trains_alike"] { graph.trainsAlike = true }
    for mutation in document["mutations"].items {
      obstacle("it changes \(mutation["target"].string ?? "a tensor") in place")
    }
    for reason in document["reasons"].items.compactMap(\.string) { obstacle(reason) }
    for sentence in graph.assertionsOnData { obstacle(sentence) }
    for module in document["modules"].items {
      guard case .object(let attributes) = module["attributes"] else { continue }
      graph.modules.append(
        .init(
          path: module["path"].string ?? "", type: module["type"].string ?? "",
          attributes: attributes.compactMapValues(\.string)))
    }
    return graph
  }

  private mutating func obstacle(_ reason: String) {
    if !graph.obstacles.contains(reason) { graph.obstacles.append(reason) }
  }

  private func identifier(_ name: String) throws -> TensorGraph.ValueID {
    guard let id = identifiers[name] else {
      throw CaptureFormatError(description: "the captured graph uses \(name) before it is defined")
    }
    return id
  }

  private func type(_ entry: JSONValue) -> TensorType? {
    guard let dtype = entry["dtype"].string else { return nil }
    // Sparse, or of a shape that only the data decides: nothing that kernels could be written for.
    if entry["reason"].string != nil { return TensorType(.other, []) }
    return TensorType(ElementType(rawValue: dtype) ?? .other, entry["shape"].integers)
  }

  /// Strides of dimensions with one element mean nothing.
  private func isContiguous(_ entry: JSONValue, _ type: TensorType) -> Bool {
    let strides = entry["stride"].integers
    guard strides.count == type.shape.count else { return false }
    return zip(type.shape, zip(strides, Shape.strides(type.shape))).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  private mutating func decodeInput(_ entry: JSONValue) throws {
    guard let name = entry["name"].string else {
      throw CaptureFormatError(description: "an input of the captured graph has no name")
    }
    let kind = entry["kind"].string ?? ""
    if let reason = entry["reason"].string { obstacle(reason) }
    let origin = TensorGraph.Origin(name: name, target: kind)
    guard let type = type(entry) else {
      if kind == "user" {
        let text = literal(entry["value"])
        graph.arguments.append(.literal(name: name, text))
      }
      return
    }
    let operation: TensorGraph.Operation
    if kind == "user" {
      graph.arguments.append(.tensor(name: name, type))
      operation = .input(graph.arguments.count - 1)
      if !isContiguous(entry, type) { obstacle("the example for \(name) is not contiguous") }
      if let device = entry["device"].string, device != "cpu" { obstacle("\(name) is on the device \(device)") }
    } else if let path = entry["target"].string, isContiguous(entry, type) {
      operation = .parameter(path: path, kind: .init(rawValue: kind) ?? .constant)
    } else if entry["values"].items.count == 1, case .object(let value) = entry["values"].items[0],
      let number = value["float"]?.string.flatMap(Self.number), type.shape.isEmpty
    {
      operation = .scalar(number)
    } else {
      // Only an obstacle if something uses it (see `TensorGraph.lowered()`).
      operation = .parameter(path: "", kind: .constant)
    }
    graph.nodes.append(.init(operation, [], type, origin: origin))
    identifiers[name] = graph.nodes.count - 1
  }

  private mutating func decodeNode(_ entry: JSONValue) throws {
    guard let name = entry["name"].string, let target = entry["op"].string else {
      throw CaptureFormatError(description: "a node of the captured graph has no name or operator")
    }
    let results = entry["results"].items
    let origin = TensorGraph.Origin(name: name, target: target, line: entry["line"].integer)
    var operands: [TensorGraph.ValueID] = []
    let arguments = entry["args"].items.map { argument($0, operands: &operands) }
    var keywords: [String: CallArgument] = [:]
    if case .object(let members) = entry["kwargs"] {
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        keywords[key] = argument(value, operands: &operands)
      }
    }
    let type = results.first.flatMap { self.type($0) } ?? TensorType(.other, [])
    if target == "getitem", case .integer(let index)? = arguments.last, let operand = operands.first {
      graph.nodes.append(.init(.element(index), [operand], type, origin: origin))
    } else {
      let call = Call(target, arguments, keywords: keywords)
      graph.nodes.append(.init(.call(call), operands, type, origin: origin))
    }
    identifiers[name] = graph.nodes.count - 1
  }

  private mutating func argument(_ value: JSONValue, operands: inout [TensorGraph.ValueID]) -> CallArgument {
    switch value {
    case .null: return .none
    case .bool(let truth): return .truth(truth)
    case .integer(let number): return .integer(number)
    case .string(let text): return .string(text)
    case .array(let items): return .list(items.map { argument($0, operands: &operands) })
    case .object:
      if let name = value["node"].string {
        // A name that isn't a tensor: an argument that was a number when captured.
        guard let id = identifiers[name] else {
          obstacle("it computes with an argument, \(name), that is not a tensor")
          return .none
        }
        operands.append(id)
        return .operand(operands.count - 1)
      }
      if case .array(let items) = value["items"] { return .list(items.map { argument($0, operands: &operands) }) }
      if let text = value["float"].string, let number = Self.number(text) { return .number(number) }
      if let dtype = value["dtype"].string { return .dtype(ElementType(rawValue: dtype) ?? .other) }
      if let constant = value["constant"].string { return .constant(constant) }
      obstacle(value["reason"].string ?? "it has an argument that can't be written down")
      return .none
    }
  }

  private static func number(_ text: String) -> Double? {
    switch text {
    case "inf": .infinity
    case "-inf": -.infinity
    case "nan": .nan
    default: Double(text)
    }
  }

  /// A value that is no tensor, as Python text.
  private mutating func literal(_ value: JSONValue) -> String {
    var none: [TensorGraph.ValueID] = []
    return argument(value, operands: &none).python(operands: [])
  }

  private mutating func structure(_ value: JSONValue) -> TensorGraph.OutputStructure {
    if let leaf = value["leaf"].integer { return .leaf(leaf) }
    if case .array(let items) = value["tuple"] { return .tuple(items.map { structure($0) }) }
    if case .array(let items) = value["list"] { return .list(items.map { structure($0) }) }
    if case .array(let entries) = value["dict"] {
      return .dictionary(
        entries.compactMap { entry in
          guard entry.items.count == 2, let key = entry.items[0].string else { return nil }
          return .init(key: key, value: structure(entry.items[1]))
        })
    }
    obstacle(value["reason"].string ?? "its output has a structure that can't be rebuilt")
    return .leaf(0)
  }
}
