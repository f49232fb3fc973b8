import Foundation
import HardwareRunner
import ModelClient
import SourceIndex
import Synthesis

/// The op as a graph, as far as it can be had, with what a person should know about it.
struct OpCapture: Sendable {
  var graph: TensorGraph?
  /// Where there is no graph of the whole: those of its parts.
  var segments: [SegmentedRequest.Segment] = []
  /// Why there is no graph of the whole; without parts either, the rules have nothing to say.
  var problem: String?
  var inputs: [String]

  /// A sandboxed worker that has loaded the op, and what the op is like.
  /// - Throws: what a person must know to go on: the file doesn't load, the op raises on its inputs.
  static func load(
    _ reference: OpReference, _ environment: ResolvedEnvironment
  ) async throws -> (Worker, Worker.OpDescription) {
    let worker = try await Worker.launch(
      role: .reference, environment: environment.runner, workspace: reference.workspace, arena: nil)
    do {
      return (worker, try await worker.load(reference))
    } catch {
      worker.terminate()
      guard let failure = error as? WorkerFailure else { throw error }
      throw EngineError(.op, "\(reference.name) can't be run on its example inputs: \(failure)")
    }
  }

  /// Traces the op in a worker that has loaded it.
  static func run(in worker: Worker, _ description: Worker.OpDescription) async throws -> OpCapture {
    var capture = OpCapture(inputs: description.inputs)
    do {
      let reply = try await worker.request(
        "capture", CaptureCommand(), reply: CaptureReply.self, timeout: .seconds(120))
      capture.graph = try reply.graph.map { try TensorGraph(json: JSONEncoder().encode($0)) }
      capture.segments = try (reply.segments ?? []).map {
        .init(signature: $0.signature, graph: try TensorGraph(json: JSONEncoder().encode($0.graph)))
      }
      capture.problem = reply.problem.map { $0 + "; the parts that PyTorch's tracer cuts it into are worked on" }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      capture.problem = "The op could not be captured as a graph, so the built-in rules are left out: \(error)"
    }
    return capture
  }

  /// What the rules are given; nil without a graph.
  func request(_ op: Op, _ environment: ResolvedEnvironment) -> SynthesisRequest? {
    graph.map { Self.request($0, op, environment) }
  }

  /// What they are given where there is no graph of the whole; nil where there are no parts either.
  func segmented(_ op: Op, _ environment: ResolvedEnvironment) -> SegmentedRequest? {
    guard graph == nil, !segments.isEmpty else { return nil }
    return SegmentedRequest(
      segments: segments, whole: Self.request(TensorGraph(), op, environment),
      signature: WorkerSources.signatureFunction)
  }

  private static func request(
    _ graph: TensorGraph, _ op: Op, _ environment: ResolvedEnvironment
  ) -> SynthesisRequest {
    SynthesisRequest(
      graph: graph, opName: op.name, isFunction: op.kind == .function, vectorBits: environment.device.vectorBits,
      threads: environment.runner.threads, cacheBytes: environment.device.cacheBytes)
  }
}

private struct CaptureCommand: Encodable, Sendable {}

private struct CaptureReply: Decodable, Sendable {
  struct Segment: Decodable, Sendable {
    var signature: String
    var graph: JSONTree
  }

  var graph: JSONTree?
  var problem: String?
  var segments: [Segment]?
}
