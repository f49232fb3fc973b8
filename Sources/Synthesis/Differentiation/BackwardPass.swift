/// The backward pass of an op as a graph of its own: from what the op reads and the gradients of what it returns to the
/// gradients of what it reads.
///
/// The forward's values are computed again from its inputs, as far as gradients need them; fusion makes that cheap.
struct BackwardPass: Sendable {
  /// What one of the graph's arguments is.
  enum Source: Sendable, Hashable {
    /// The op's argument at this position.
    case argument(Int)
    /// A tensor of the module.
    case parameter(path: String)
    /// What the op returned as this leaf.
    case result(Int)
    /// The gradient of what the op returned as this leaf.
    case upstream(Int)

    var isUpstream: Bool { if case .upstream = self { true } else { false } }
  }

  /// In primitives, with one argument for each of `sources`; it returns the gradients of `wanted` in their order.
  var graph: TensorGraph
  /// The same as its kernels compute it.
  private(set) var fused: (graph: TensorGraph, partition: FusionPartition)
  var sources: [Source]
  /// The arguments and parameters that get a gradient.
  var wanted: [Source]
  /// Returned leaves that have a gradient, with what they depend on.
  var differentiable: [Int: Set<Source>]

  /// Differentiates a captured graph; nil where one of its calls has no derivative here, or where training isn't known
  /// to be the same computation.
  init?(_ captured: TensorGraph) {
    guard captured.trainsAlike, captured.obstacles.isEmpty else { return nil }
    // Where half precision is rounded on the way back is PyTorch's to say.
    guard captured.nodes.allSatisfy({ !$0.type.dtype.isFloating || [.float32, .float64].contains($0.type.dtype) })
    else {
      return nil
    }
    let captured = captured.pruned()
    if let own = BackwardPass(captured, readsResults: true), !own.readsResults || own.isDifferentiable {
      self = own
    } else if let own = BackwardPass(captured, readsResults: false) {
      self = own
    } else {
      return nil
    }
  }

  /// Something that the op returned is read again, and perhaps not what it was made of.
  var readsResults: Bool { sources.contains { if case .result = $0 { true } else { false } } }

  /// Can be differentiated once more as it stands, when PyTorch runs it step by step: it has one result's gradient, which
  /// is there or nothing is, and reads nothing by its place in memory.
  private var isDifferentiable: Bool {
    differentiable.count == 1
      && graph.nodes.allSatisfy { node in
        switch node.operation {
        case .view, .call: false
        default: true
        }
      }
  }

  private init?(_ captured: TensorGraph, readsResults: Bool) {
    guard var reverse = ReverseMode(captured, readsResults: readsResults), reverse.differentiate() else { return nil }
    var graph = TensorGraph(nodes: reverse.builder.nodes)
    differentiable = reverse.differentiable
    wanted = []
    for (source, gradient) in reverse.gradients {
      wanted.append(source)
      graph.outputs.append(.value(gradient))
    }
    if wanted.isEmpty { return nil }
    graph.structure = .tuple(wanted.indices.map { .leaf($0) })
    graph = graph.pruned()
    // What is read, numbered anew.
    sources = []
    for (id, node) in graph.nodes.enumerated() {
      guard case .input(let number) = node.operation else { continue }
      graph.nodes[id].operation = .input(sources.count)
      sources.append(reverse.sources[number])
      graph.arguments.append(.tensor(name: node.origin.name, node.type))
    }
    self.graph = graph
    let recomputation = Recomputation(graph)
    fused = (recomputation.graph, FusionPartition(recomputation.graph, owners: recomputation.owners))
  }
}
