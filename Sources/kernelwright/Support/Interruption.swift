import Dispatch
import Foundation
import Synchronization

/// Calls back on Ctrl-C or a request to end, so that processes are stopped and results kept before the exit.
final class Interruption {
  private var sources: [any DispatchSourceSignal] = []

  init(_ handler: @escaping @Sendable () -> Void) {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler(handler: handler)
      source.resume()
      sources.append(source)
    }
  }
}

/// Whether the person interrupted, told from the failures that stopping processes causes.
final class InterruptionFlag: Sendable {
  private let state = Mutex(false)

  func set() { state.withLock { $0 = true } }
  var isSet: Bool { state.withLock { $0 } }
}
