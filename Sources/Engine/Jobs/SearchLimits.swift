/// Numbers that decide how a search goes, with their reasons, in one place.
enum SearchLimits {
  /// What the whole protocol takes for one candidate, about: 4 s of gates and 14 s of timing (docs/performance.md).
  static let verification = Duration.seconds(20)
  /// What trying one idea takes at most, mostly: by so much less time may be left when the best of all is known. Without it
  /// a better idea than the one that was judged early would never be judged.
  static let lastIdea = Duration.seconds(6)
  /// Share of a budget that is too small for both: verifying is what a person gets, and there must be something to verify.
  static let verificationShare = 0.45
  /// How many finalists get the whole protocol: a second one, since the coarse order of near ties is a coin toss.
  static let finalists = 2
  /// A second finalist is worth its time only within this factor of the best coarse ratio.
  static let nearTie = 0.9
  /// A candidate below this coarse ratio to the user's own code is not a finalist while a better one is there.
  static let hopeless = 0.8
  /// The best candidate is judged at once if it has this coarse ratio to the fastest baseline, as soon as every rule agent's
  /// first idea was ranked.
  static let likelyGain = 1.15
  /// It is judged at once if it has this coarse ratio to the user's own code while PyTorch's compiler is still at work, which
  /// seldom comes to more than that.
  static let likelyEnough = 1.5
  /// From this coarse ratio to the user's own code on, what PyTorch's compiler makes of the op with frozen weights isn't
  /// tried: it came to 1.5 times as fast as the person's own code in the mean of fifty chains, and compiling it takes a
  /// third of a search.
  static let clearGain = 2.0
  /// From here on a person is told what `torch.compile` alone would bring.
  static let worthTelling = 1.1
  /// Turns that a language model gets to mend a refused candidate.
  static let modelTurns = 3
}
