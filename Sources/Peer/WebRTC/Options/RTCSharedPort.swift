internal import NIOCore
internal import NIOPosix
internal import RTCBase
package import RTCTransport

/// One UDP port for any number of connections: what a server behind a firewall needs.
///
/// The port belongs to one event loop, and so do its connections: use several ports to use several cores. Close it after its connections.
public final class RTCSharedPort: Sendable {
  /// The port's number.
  public let port: UInt16
  let eventLoop: any EventLoop
  let ports: NIOLoopBound<[DatagramPort]>

  private init(ports: NIOLoopBound<[DatagramPort]>, port: UInt16, eventLoop: any EventLoop) {
    self.ports = ports
    self.port = port
    self.eventLoop = eventLoop
  }

  /// Opens the port on every address that the policy names.
  ///
  /// - Parameters:
  ///   - port: 0 lets the system choose.
  ///   - network: which addresses.
  /// - Throws: `WebRTCError.notReadableError` when no address can be found or bound, `.typeError` when the policy names something else than addresses.
  public static func open(port: UInt16 = 0, network: RTCNetworkPolicy = .automatic) async throws -> RTCSharedPort {
    try await open(port: port, network: network, through: nil)
  }

  /// The same within a network that carries the datagrams in place of the kernel.
  package static func open(
    port: UInt16, network: RTCNetworkPolicy, through datagramNetwork: (any DatagramNetwork)?
  ) async throws -> RTCSharedPort {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let addresses = try network.addresses()
    var opened: [NIOLoopBound<DatagramPort>] = []
    var number = port
    var failures: [String] = []
    for address in addresses {
      do {
        let bound = try await DatagramPort.open(
          TransportAddress(address.ip, port: number), on: eventLoop, through: datagramNetwork, readsMany: true
        ).get()
        opened.append(bound)
        if number == 0 {
          number = try await eventLoop.submit { bound.value.localAddress.port }.get()
        }
      } catch {
        let reason = SocketFailure.reason(error)
        if !failures.contains(reason) { failures.append(reason) }
      }
    }
    guard !opened.isEmpty else {
      throw WebRTCError.notReadableError(
        "UDP port \(port) could not be opened on any address: \(failures.joined(separator: ", ")).")
    }
    let bound = opened
    let ports = try await eventLoop.submit { NIOLoopBound(bound.map(\.value), eventLoop: eventLoop) }.get()
    return RTCSharedPort(ports: ports, port: number, eventLoop: eventLoop)
  }

  /// Closes the sockets.
  public func close() async {
    let ports = ports
    let closing = eventLoop.flatSubmit { [eventLoop] in
      EventLoopFuture.andAllComplete(ports.value.map { $0.close() }, on: eventLoop)
    }
    try? await closing.get()
  }
}
