import Engine
import Foundation
import HardwareRunner
import JSONRPC
import SourceIndex

extension Engines {
  /// What the engine offers to other agents. Every answer is the object that the command of that name prints with
  /// `--json` (protocol/).
  nonisolated var tools: [Tool] {
    [
      Tool(
        name: "list_ops", description: "Lists the tensor ops in a Python file, without running anything of it.",
        inputSchema: Self.schema(["file": Self.file], required: ["file"])
      ) { arguments, _ in
        let file = try LoadedFile(try Self.text("file", in: arguments))
        return try Self.json(OpsReport(file: file.path, document: file.document))
      },
      Tool(
        name: "profile_op",
        description:
          "Runs an op on its example inputs in a sandbox and measures it line by line, with rooflines.",
        inputSchema: Self.schema(["file": Self.file, "op": Self.op, "python": Self.python], required: ["file"])
      ) { arguments, progress in
        let (file, request) = try self.request(arguments)
        let bodies = try await self.host(of: file.workspace).run(.profile, request, progress: progress)
        for case .profiled(let view) in bodies {
          if let profile = view.profile {
            return try Self.json(ProfileReport(file: file.path, op: request.op, profile: profile))
          }
        }
        throw EngineError(.environment, "The profile of \(request.op.name) came back empty; ask again.")
      },
      Tool(
        name: "optimize_op",
        description: "Searches for a faster replacement of an op and verifies it against a float64 oracle and every "
          + "baseline on this machine. Takes a minute or two. Changes no file.",
        inputSchema: Self.schema(
          [
            "file": Self.file, "op": Self.op, "python": Self.python,
            "budget_seconds": ["type": "number", "description": "How long to search.", "exclusiveMinimum": 0],
          ], required: ["file"])
      ) { arguments, progress in
        let (file, request) = try self.request(arguments)
        let bodies = try await self.host(of: file.workspace).run(.optimize, request, progress: progress)
        guard case .finished(let result?) = bodies.last else { throw CancellationError() }
        return try Self.json(
          VerdictReport.of(
            result, op: request.op, device: DeviceFacts.ofThisMachine().name, policy: VerificationPolicy.currentVersion)
        )
      },
      Tool(
        name: "verify_candidate",
        description: "Checks and times your own replacement of an op: text of a Python file that defines the class "
          + "ModelNew with the op's constructor and call. Says verified, not-faster, wrong, cheating, unsafe or inconclusive.",
        inputSchema: Self.schema(
          [
            "file": Self.file, "op": Self.op, "python": Self.python,
            "candidate": ["type": "string", "description": "Text of a Python file that defines ModelNew."],
          ], required: ["file", "candidate"])
      ) { arguments, progress in
        let candidate = try Self.text("candidate", in: arguments)
        let (file, request) = try self.request(arguments)
        let engine = try await self.host(of: file.workspace).engine
        let registry = ProcessRegistry()
        let verification = try await withTaskCancellationHandler {
          try await engine.verify(candidate, named: "another agent's", against: request, registry: registry) { step in
            progress(ToolProgress(fraction: step.fraction, message: step.message))
          }
        } onCancel: {
          registry.killAll()
        }
        return try Self.json(VerdictReport(verification: verification, source: candidate))
      },
      Tool(
        name: "device_info", description: "What this machine's device can do: caches, bandwidths, peaks, as measured.",
        inputSchema: Self.schema(["python": Self.python], required: [])
      ) { arguments, _ in
        let workspace = LoadedFile.workspace(of: FileManager.default.currentDirectoryPath + "/_")
        return try Self.json(try await self.host(of: workspace).engine.device(self.settings(of: workspace, arguments)))
      },
    ]
  }

  private nonisolated func request(_ arguments: JSONValue) throws -> (LoadedFile, OpRequest) {
    let path = try Self.text("file", in: arguments)
    let file = try LoadedFile(path)
    let selector = arguments["op"]?.stringValue.map { "\(path)::\($0)" } ?? path
    let op = try OpSelector(argument: selector).op(in: file.document)
    let request = OpRequest(
      file: file.path, document: file.document, op: op, settings: settings(of: file.workspace, arguments),
      workspace: file.workspace)
    return (file, request)
  }

  private static let file: JSONValue = ["type": "string", "description": "Path of a Python file."]
  private static let op: JSONValue = [
    "type": "string", "description": "The op's name; by default the class Model, or the file's only op.",
  ]
  private static let python: JSONValue = [
    "type": "string", "description": "The interpreter to use; by default the project's own.",
  ]

  private static func schema(_ properties: JSONValue, required: [String]) -> JSONValue {
    ["type": "object", "properties": properties, "required": .array(required.map { .string($0) })]
  }

  private static func text(_ name: String, in arguments: JSONValue) throws -> String {
    guard let text = arguments[name]?.stringValue, !text.isEmpty else {
      throw ArgumentProblem(description: "`\(name)` is missing: give it as a string.")
    }
    return text
  }

  private static func json(_ report: some Encodable) throws -> JSONValue {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    return try JSONValue(parsing: [UInt8](encoder.encode(report)))
  }
}
