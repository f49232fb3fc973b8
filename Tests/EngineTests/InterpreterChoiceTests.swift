import Foundation
import Testing

@testable import Engine

@Suite("Which Python is used for a file")
struct InterpreterChoiceTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "kernelwright-\(UUID().uuidString)")

  private func program(_ path: String) throws -> String {
    let url = folder.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("#!/bin/sh\n".utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    return url.path
  }

  @Test("Named, then .venv, $VIRTUAL_ENV, conda, python3 on the path")
  func order() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let named = try program("named/python")
    let onPath = try program("bin/python3")
    let conda = try program("conda/bin/python")
    let virtual = try program("virtual/bin/python")
    let ours = try program("workspace/.venv/bin/python")
    var environment = [
      "PATH": folder.path + "/bin", "CONDA_PREFIX": folder.path + "/conda", "VIRTUAL_ENV": folder.path + "/virtual",
    ]
    var choice = InterpreterChoice(
      named: named, workspace: folder.path + "/workspace", environment: environment)
    #expect(choice.executable() == named)
    choice.named = nil
    #expect(choice.executable() == ours)
    try FileManager.default.removeItem(atPath: ours)
    #expect(choice.executable() == virtual)
    environment["VIRTUAL_ENV"] = nil
    choice.environment = environment
    #expect(choice.executable() == conda)
    environment["CONDA_PREFIX"] = nil
    choice.environment = environment
    #expect(choice.executable() == onPath)
    choice.environment = ["PATH": folder.path + "/nowhere"]
    #expect(choice.executable() == nil)
  }

  @Test("A named interpreter that isn't there is not replaced by another")
  func missing() {
    let choice = InterpreterChoice(named: "/no/such/python", workspace: "/", environment: ["PATH": "/usr/bin"])
    #expect(choice.executable() == nil)
  }
}
