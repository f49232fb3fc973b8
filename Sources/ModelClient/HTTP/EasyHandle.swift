import CCurl
import Foundation

/// Makes libcurl's handle for one transfer. To be called on the transfer loop's thread.
enum EasyHandle {
  private static let userAgent = "kernelwright"

  static func create(for transfer: Transfer, network: NetworkEnvironment) -> OpaquePointer? {
    let request = transfer.request
    let lines = request.headers + (request.authorization.map { [$0.line] } ?? [])
    return withCStrings(lines) { headers in
      withCStrings([request.url, userAgent, network.proxy(for: request.url), network.noProxy]) { strings in
        withCStrings([network.certificateFile, network.certificateFolder].compactMap(\.self)) { certificates in
          request.body.withUnsafeBytes { body in
            guard let url = strings[0], let agent = strings[1], let proxy = strings[2], let noProxy = strings[3]
            else { return nil }
            let folder = network.certificateFile == nil ? 0 : 1
            return headers.withMemoryRebound(to: UnsafePointer<CChar>.self) { headers in
              var description = kwc_request(
                url: url, body: body.assumingMemoryBound(to: CChar.self).baseAddress, body_length: body.count,
                headers: headers.baseAddress, header_count: lines.count, user_agent: agent,
                connect_timeout_ms: request.timeouts.connect.milliseconds, proxy: proxy, no_proxy: noProxy,
                ca_bundle: network.certificateFile == nil ? nil : certificates[0],
                ca_path: network.certificateFolder == nil ? nil : certificates[folder],
                on_header: { bytes, length, context in
                  EasyHandle.transfer(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: length))
                    ?? false
                },
                on_body: { bytes, length, context in
                  EasyHandle.transfer(context)?.receiveBody(UnsafeRawBufferPointer(start: bytes, count: length))
                    ?? false
                },
                context: Unmanaged.passUnretained(transfer).toOpaque())
              return kwc_easy_create(&description)
            }
          }
        }
      }
    }
  }

  /// The transfer behind a callback's context. The loop keeps it alive for as long as the handle lives.
  private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Lends C copies of strings to `body`.
  private static func withCStrings<R>(
    _ strings: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> R
  ) -> R {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return copies.map { UnsafePointer($0) }.withUnsafeBufferPointer(body)
  }
}
