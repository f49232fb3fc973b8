import Foundation
import Testing

@testable import HardwareRunner

@Suite("Doctor") struct DoctorTests {
  private func python(torch: String?, headers: String? = "/usr/include/python3.11") -> PythonEnvironment {
    PythonEnvironment(
      executable: "/usr/bin/python3", prefix: "/usr", basePrefix: "/usr", searchPath: [], version: "3.11.2",
      torchVersion: torch, includeDirectory: headers)
  }

  @Test("what is missing comes with what to type")
  func missing() {
    for check in [
      Doctor.torch(nil), Doctor.torch(python(torch: nil)), Doctor.torch(python(torch: "2.5.1")),
      Doctor.compiler(nil), Doctor.headers(nil), Doctor.headers(python(torch: "2.6.0", headers: nil)),
    ] {
      #expect(check.status != .ok && check.nextStep?.isEmpty == false, "\(check)")
      #expect(!check.detail.contains("\n"))
    }
    #expect(Doctor.torch(python(torch: nil)).nextStep?.contains("pip install") == true)
    #expect(Doctor.torch(python(torch: "2.6.0")).status == .ok)
    #expect(Doctor.headers(python(torch: "2.6.0")).status == .ok)
  }

  @Test("an interpreter that isn't there is the first problem, and no worker is started")
  func noPython() async throws {
    let project = try Project()
    let checks = await Doctor(python: "/no/such/python", workspace: project.folder).checks()
    #expect(checks.map(\.name) == ["python", "torch", "compiler", "headers", "sandbox", "workspace"])
    #expect(checks[0].status == .problem && checks[1].status == .problem)
    #expect(checks[5].status == .ok)
    try ReportSchemas.expect(["checks": checks], "doctor.schema.json")
  }

  @Test("a workspace that can't be written is a warning")
  func readOnly() async {
    let checks = await Doctor(python: "/no/such/python", workspace: "/no/such/workspace").checks()
    #expect(checks.last?.status == .warning && checks.last?.nextStep != nil)
  }

  @Test(
    "a machine with everything passes, down to a worker that loads PyTorch",
    .enabled(
      if: Machine.canSandbox && Machine.hasCompiler, "needs bubblewrap, a compiler, and KERNELWRIGHT_TEST_PYTHON"))
  func everything() async throws {
    let project = try Project()
    let checks = await Doctor(python: try #require(Machine.python), workspace: project.folder).checks()
    #expect(checks.last?.name == "worker")
    #expect(checks.allSatisfy { $0.status != .problem }, "\(checks)")
    try ReportSchemas.expect(["checks": checks], "doctor.schema.json")
  }
}
