/// What a rule looks at: one line, with what the op around it does.
struct ProfileFinding: Sendable, Hashable {
  var calls: [ProfiledCall]
  var roofline: AchievedRoofline
  /// Passes over large tensors in the whole op that could be one with this line's, these included.
  var passesInOp: Int

  var ms: Double { calls.reduce(0) { $0 + $1.ms } }
  var largest: Int { calls.map(\.largestBytes).max() ?? 0 }
  /// Passes of this line over tensors as large as its largest, or nearly.
  var passes: Int { Self.passes(calls, over: largest) }

  /// Calls that could be one pass with others over tensors of about this size.
  static func passes(_ calls: [ProfiledCall], over bytes: Int) -> Int {
    calls.filter { $0.kind.isFusible && $0.largestBytes > 0 && $0.largestBytes * 2 >= bytes }.reduce(0) {
      $0 + $1.count
    }
  }

  /// The kind of call that most of the line's time goes to, when it is most.
  func dominates(_ condition: (ProfiledCall) -> Bool) -> ProfiledCall? {
    let chosen = calls.filter(condition)
    guard chosen.reduce(0, { $0 + $1.ms }) > 0.6 * ms else { return nil }
    return chosen.max { $0.ms < $1.ms }
  }

  /// `12 % of the memory roof`
  var roofText: String? {
    guard let fraction = roofline.fraction, let binding = roofline.binding else { return nil }
    return "\(ProfileText.percent(fraction)) of the \(binding.rawValue) roof"
  }
}

/// A reason why a line matters, as a small value: a name and the sentence it says about what it applies to.
struct ProfileRule: Sendable {
  var name: String
  /// Nil where the rule does not apply.
  var sentence: @Sendable (ProfileFinding) -> String?

  /// From this share of the op's time on, a line gets a diagnostic: below it, doing away with the whole line would hardly be
  /// noticed.
  static let shareThatMatters = 0.1
  /// A library's kernel that reaches this much of its roof is left alone.
  static let nearRoof = 0.75
  /// What stays below this is held back by something other than the roof.
  static let farFromRoof = 0.3
  /// So many calls in one line are a loop.
  static let loop = 8

  /// In the order in which they are asked; the first that has something to say is right.
  static let all: [ProfileRule] = [launches, library, pooling, severalPasses, oneOfSeveralPasses, copying, singlePass]

  static func diagnostic(_ finding: ProfileFinding) -> String? {
    all.lazy.compactMap { $0.sentence(finding) }.first
  }

  static let launches = ProfileRule(name: "launches") { finding in
    let count = finding.calls.reduce(0) { $0 + $1.count }
    guard finding.roofline.isLaunchBound, count >= loop else { return nil }
    let each = ProfileText.duration(ms: finding.ms / Double(count))
    return "\(count) calls of \(each) each: calling costs more than computing; one call on all of it would not"
  }

  static let library = ProfileRule(name: "library") { finding in
    guard let call = finding.dominates(\.kind.isLibrary), let fraction = finding.roofline.fraction else { return nil }
    let noun =
      switch call.kind {
      case .convolution: "convolution"
      case .attention: "attention"
      default: "matrix product"
      }
    let peak = finding.roofline.binding == .compute ? "peak" : "the memory roof"
    let at = "\(noun) at \(ProfileText.percent(fraction)) of \(peak)"
    if fraction >= nearRoof { return "\(at): left to the library" }
    return "\(at): another layout, algorithm or what can be folded into it may help"
  }

  static let pooling = ProfileRule(name: "pooling") { finding in
    guard let call = finding.dominates({ $0.kind == .pooling }), let text = finding.roofText,
      let fraction = finding.roofline.fraction, fraction < nearRoof
    else { return nil }
    let elements = Double(call.largestBytes) / Double(DType(rawValue: call.dtype)?.size ?? 4)
    let readings = Int((Double(call.flops) / Double(call.count) / max(elements, 1)).rounded())
    guard readings >= 2 else { return nil }
    return "\(text): each element is read \(ProfileText.number(readings)) times, once for every window it lies in"
  }

  static let severalPasses = ProfileRule(name: "several passes") { finding in
    guard finding.passes >= 2, let text = finding.roofText, let fraction = finding.roofline.fraction else { return nil }
    let but = fraction >= nearRoof ? ", but" : ":"
    return
      "\(text)\(but) \(ProfileText.number(finding.passes)) passes over a \(ProfileText.bytes(finding.largest)) tensor"
      + " that could be one"
  }

  static let oneOfSeveralPasses = ProfileRule(name: "one of several passes") { finding in
    guard finding.passes == 1, finding.passesInOp >= 2, let text = finding.roofText else { return nil }
    return "\(text): one of \(ProfileText.number(finding.passesInOp)) passes over a"
      + " \(ProfileText.bytes(finding.largest)) tensor that could be one"
  }

  static let copying = ProfileRule(name: "copying") { finding in
    guard let call = finding.dominates({ $0.kind == .copy }), let text = finding.roofText else { return nil }
    return "\(text): copies \(ProfileText.bytes(call.bytes / 2)); whatever comes next may take it as it lies"
  }

  static let singlePass = ProfileRule(name: "single pass") { finding in
    guard let text = finding.roofText, let fraction = finding.roofline.fraction else { return nil }
    if fraction >= nearRoof { return "\(text): only moving fewer bytes would help" }
    if fraction < farFromRoof {
      return "\(text): something else holds it back (costly functions, strides, or too few threads)"
    }
    return nil
  }

  /// What is said about the op as a whole.
  static func overhead(totalMs: Double, overheadMs: Double) -> String? {
    guard overheadMs >= farFromRoof * totalMs else { return nil }
    let figures = "\(ProfileText.duration(ms: overheadMs)) of \(ProfileText.duration(ms: totalMs))"
    return overheadMs > totalMs / 2 ? "Python overhead dominates: \(figures)" : "Python overhead is \(figures)"
  }
}
