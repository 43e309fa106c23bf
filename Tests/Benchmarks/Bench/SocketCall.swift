import NIOCore
import RTCBase
import RTCSecurity
import WebRTCTypes

/// Two engines that call each other over loopback sockets, each on its event loop.
struct SocketCall {
  let caller: SocketPeer.Reference
  let callee: SocketPeer.Reference

  /// Returns when both are connected.
  static func connect(
    certificate: any LocalCertificate, bitrate: Bitrate = .kilobitsPerSecond(2_500), kinds: [MediaStreamTrackKind],
    on loops: (caller: any EventLoop, callee: any EventLoop)
  ) async throws -> SocketCall {
    let caller = SocketPeer.open(certificate: certificate, bitrate: bitrate, kinds: kinds, on: loops.caller)
    let callee = SocketPeer.open(certificate: certificate, bitrate: bitrate, kinds: kinds, on: loops.callee)
    let call = SocketCall(caller: try await caller.get(), callee: try await callee.get())
    let offer = try await call.onCaller { $0.describe() }
    try await call.onCallee { peer in
      try peer.accept(offer)
      return peer.driver.eventLoop.makeSucceededVoidFuture()
    }
    let answer = try await call.onCallee { $0.describe() }
    try await call.onCaller { peer in
      try peer.accept(answer)
      return peer.whenConnected
    }
    try await call.onCallee { $0.whenConnected }
    return call
  }

  func close() async throws {
    try await onCaller { $0.close() }
    try await onCallee { $0.close() }
  }

  func onCaller<Result: Sendable>(
    _ body: @escaping @Sendable (SocketPeer) throws -> EventLoopFuture<Result>
  ) async throws -> Result {
    try await Self.on(caller, body)
  }

  func onCallee<Result: Sendable>(
    _ body: @escaping @Sendable (SocketPeer) throws -> EventLoopFuture<Result>
  ) async throws -> Result {
    try await Self.on(callee, body)
  }

  private static func on<Result: Sendable>(
    _ peer: SocketPeer.Reference, _ body: @escaping @Sendable (SocketPeer) throws -> EventLoopFuture<Result>
  ) async throws -> Result {
    try await peer.eventLoop.flatSubmit {
      do {
        return try body(peer.value)
      } catch {
        return peer.eventLoop.makeFailedFuture(error)
      }
    }.get()
  }
}
