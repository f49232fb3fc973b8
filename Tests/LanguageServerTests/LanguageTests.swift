import JSONRPC
import Testing

@testable import LanguageServer

@Suite("Languages besides Python")
struct LanguageTests {
  @Test(
    "a kernel is a symbol with a card; optimizing it is disabled with the reason",
    arguments: [
      ("cuda", "k.cu", "__global__ void ⟦name⟧scale(float *x) {\n}\n", "CUDA kernel"),
      ("cuda-cpp", "k.cu", "__global__ void ⟦name⟧scale(float *x) {\n}\n", "CUDA kernel"),
      ("cpp", "k.cu", "__global__ void ⟦name⟧scale(float *x) {\n}\n", "CUDA kernel"),
      ("opencl", "k.cl", "kernel void ⟦name⟧scale(global float *x) {\n}\n", "OpenCL kernel"),
      ("c", "k.cl", "kernel void ⟦name⟧scale(global float *x) {\n}\n", "OpenCL kernel"),
      ("metal", "k.metal", "kernel void ⟦name⟧scale(device float *x [[buffer(0)]]) {\n}\n", "Metal kernel"),
      ("cpp", "k.cpp", "// kernelwright: x=f32[4]\nextern \"C\" void ⟦name⟧scale(float *x) {\n}\n", "C function"),
      ("c", "k.c", "// kernelwright: x=f32[4]\nvoid ⟦name⟧scale(float *x) {\n}\n", "C function"),
    ])
  func kernels(_ identifier: String, _ file: String, _ source: String, _ title: String) throws {
    let client = try TestClient()
    let uri = "file:///project/\(file)"
    let text = Marked(source)
    client.notify(
      "textDocument/didOpen",
      [
        "textDocument": [
          "uri": .string(uri), "languageId": .string(identifier), "version": 1, "text": .string(text.text),
        ]
      ])
    #expect(try client.expect("textDocument/publishDiagnostics").params["diagnostics"] == [])
    let name = text.position("name")
    let symbols = try client.request("textDocument/documentSymbol", ["textDocument": ["uri": .string(uri)]])
    #expect(symbols[0]?["name"] == "scale" && symbols[0]?["detail"] == .string(title))
    #expect(symbols[0]?["selectionRange"]?["start"] == name)
    #expect(try client.hover(name, uri: uri)?.contains("can't be measured yet") == true)
    let actions = try client.actions(at: name, uri: uri)
    #expect(actions.count == 1 && actions[0]["title"] == "Optimize this op")
    #expect(actions[0]["disabled"]?["reason"]?.stringValue?.contains(title) == true)
    #expect(try client.labels(uri: uri).isEmpty)
    // An edit takes the kernel away.
    client.change(to: "int x;\n", version: 2, uri: uri)
    #expect(try client.request("textDocument/documentSymbol", ["textDocument": ["uri": .string(uri)]]) == [])
    try client.expect("textDocument/publishDiagnostics")
    try client.finish()
  }
}
