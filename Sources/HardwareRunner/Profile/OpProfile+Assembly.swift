import Foundation

extension OpProfile {
  /// From calls to lines: pure.
  init(_ reply: ProfileReply, device: DeviceFacts, date: Date) {
    let measured = reply.calls.reduce(0) { $0 + $1.ms }
    let overhead = min(measured > 0 ? reply.overheadMs : reply.totalMs, reply.totalMs)
    // Timing every call costs a little, and the machine is not as fast in every run: what was measured without it counts.
    let scale = measured > 0 ? (reply.totalMs - overhead) / measured : 1
    let calls = reply.calls.map { call in
      var call = call
      call.ms *= scale
      return call
    }
    let whole = AchievedRoofline(calls, on: device)
    let byLine = Dictionary(grouping: calls.filter { $0.line != nil }) { $0.line ?? 0 }
    self.init(
      totalMs: reply.totalMs, overheadMs: overhead,
      elsewhereMs: calls.filter { $0.line == nil }.reduce(0) { $0 + $1.ms },
      lines: byLine.sorted { $0.key < $1.key }.map { line, own in
        LineProfile(line: line, calls: own, of: calls, totalMs: reply.totalMs, device: device)
      },
      fractionOfRoof: whole.fraction, roof: whole.binding,
      diagnostic: ProfileRule.overhead(totalMs: reply.totalMs, overheadMs: overhead), runs: reply.runs,
      threads: reply.threads, device: device.name, deviceFingerprint: device.fingerprint, date: date)
  }
}

extension LineProfile {
  init(line: Int, calls: [ProfiledCall], of all: [ProfiledCall], totalMs: Double, device: DeviceFacts) {
    let ms = calls.reduce(0) { $0 + $1.ms }
    let share = totalMs > 0 ? ms / totalMs : 0
    let work = calls.filter { $0.kind != .view }
    let largest = work.map(\.largestBytes).max() ?? 0
    let finding = ProfileFinding(
      calls: work, roofline: AchievedRoofline(work, on: device),
      passesInOp: ProfileFinding.passes(Self.neighbours(of: line, in: all), over: largest))
    let (fraction, binding) = (finding.roofline.fraction, finding.roofline.binding)
    self.init(
      line: line, ms: ms, share: share, bytes: work.reduce(0) { $0 + $1.bytes },
      flops: work.reduce(0) { $0 + $1.flops }, ops: work.map(\.op), calls: work.reduce(0) { $0 + $1.count },
      counted: work.allSatisfy(\.counted), fractionOfRoof: fraction, roof: binding,
      level: fraction == nil ? nil : finding.roofline.level,
      hint: ProfileText.hint(ms: ms, share: share, fraction: fraction, roof: binding),
      diagnostic: share >= ProfileRule.shareThatMatters ? ProfileRule.diagnostic(finding) : nil)
  }

  /// The calls that come before and after those of the line with nothing in between that can't be fused with them.
  private static func neighbours(of line: Int, in calls: [ProfiledCall]) -> [ProfiledCall] {
    let runs = calls.filter { $0.kind != .view }.split { !$0.kind.isFusible }
    return runs.filter { $0.contains { $0.line == line } }.flatMap { $0 }
  }
}
