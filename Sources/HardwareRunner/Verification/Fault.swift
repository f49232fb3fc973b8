/// What ends a verification before it is through: a verdict with the gate that spoke it.
struct Fault: Sendable, Hashable {
  var verdict: Verdict
  /// Name of the failed gate.
  var gate: String
  /// One sentence for a person.
  var detail: String
  var counterexample: Counterexample?
  /// Whether the candidate said no by raising, which is its right on unusual inputs.
  var raised = false

  init(_ verdict: Verdict, gate: String, detail: String, counterexample: Counterexample? = nil) {
    self.verdict = verdict
    self.gate = gate
    self.detail = detail
    self.counterexample = counterexample
  }

  /// The verdict on a candidate whose process let us down while `gate` was at work; nil when our own side stopped it.
  init?(_ failure: WorkerFailure, gate: String, doing what: String) {
    switch failure {
    case .raised:
      self.init(.wrong, gate: gate, detail: "It raises \(what): \(failure.description)")
      raised = true
    case .crashed, .exited, .timedOut, .outOfMemory, .outputFlood:
      self.init(.unsafe, gate: gate, detail: "It fails \(what): \(failure.description).")
    case .protocolViolation(let detail):
      self.init(.unsafe, gate: gate, detail: "Its process forged an answer \(what): \(detail).")
    case .terminated, .launchFailed:
      return nil
    }
  }
}

/// Remembers a candidate's outputs by fingerprint, to know an old one when it comes back as the answer to new inputs.
struct ReplayMemory: Sendable {
  private var seen: [UInt64: (name: String, inputs: InputCase?)] = [:]

  /// Outputs smaller than this, or all of one byte, coincide by chance.
  static let smallest = 64

  /// The name of an earlier call that gave exactly these bytes; remembers them otherwise.
  /// - Parameter inputs: what says which inputs they were (``OracleCase/identity``), where some are used several times:
  ///   the same output on the same inputs is none that was given back.
  mutating func recall(_ outputs: [OutputTensor], of name: String, on inputs: InputCase? = nil) -> String? {
    guard let fingerprint = Self.fingerprint(outputs) else { return nil }
    if let earlier = seen[fingerprint] {
      return inputs != nil && earlier.inputs == inputs ? nil : earlier.name
    }
    seen[fingerprint] = (name, inputs)
    return nil
  }

  /// nil for outputs that say too little to be recognised.
  static func fingerprint(_ outputs: [OutputTensor]) -> UInt64? {
    guard outputs.reduce(0, { $0 + $1.bytes.count }) >= smallest else { return nil }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var varied = false
    func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
      let mixed = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      return mixed ^ mixed >> 32
    }
    for output in outputs {
      output.bytes.withUnsafeBytes { bytes in
        let first = bytes.first
        // Four at once: each step of one has to wait for the step before it.
        var lanes = SIMD4<UInt64>(1, 2, 3, 4)
        for start in stride(from: 0, to: bytes.count & ~31, by: 32) {
          lanes = (lanes ^ bytes.loadUnaligned(fromByteOffset: start, as: SIMD4<UInt64>.self)) &* 0x9E37_79B9_7F4A_7C15
          lanes ^= lanes &>> 32
        }
        for lane in 0..<4 { hash = mix(hash, lanes[lane]) }
        for byte in bytes.suffix(bytes.count & 31) { hash = mix(hash, UInt64(byte)) }
        if !varied { varied = bytes.contains { $0 != first } }
      }
    }
    return varied ? hash : nil
  }
}
