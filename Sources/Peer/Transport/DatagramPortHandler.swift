import NIOCore

/// Hands a socket's events to its port.
final class DatagramPortHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let port: DatagramPort

  init(port: DatagramPort) { self.port = port }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { port.read(unwrapInboundIn(data)) }
  func channelReadComplete(context: ChannelHandlerContext) { port.readComplete() }
  func channelInactive(context: ChannelHandlerContext) { port.channelClosed(context.channel) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A refused destination (ICMP) is a peer's matter, not the socket's: ICE notices by itself.
  }
}
