import NIOCore
import NIOPosix
import RTCBase
import RTCSTUN

/// One UDP socket on one event loop, shared by any number of connections of that loop.
///
/// Writes of a batch are joined (`DatagramBatch`) and flushed once. The kernel can refuse a destination in ways for
/// which NIO closes the socket (a peer may signal any address): every destination is tried with a socket of its own
/// first. A socket that closes nevertheless opens again on the same address.
package final class DatagramPort {
  package let eventLoop: any EventLoop
  /// The address the socket is bound to: the base of its candidates (RFC 8445 §3).
  package let localAddress: TransportAddress
  package private(set) var counters = DatagramPortCounters()

  private let readsMany: Bool
  private var channel: (any Channel)?
  /// In place of a socket.
  private let network: (any DatagramNetwork)?
  /// What the network gets with `flush()`.
  private var outgoing: [Transmit] = []
  private var routes = DatagramRoutes()
  private var batch = DatagramBatch()
  private var pendingReceivers: [any DatagramReceiver] = []
  /// Destinations that the kernel has a route to.
  private var socketAddresses: [TransportAddress: SocketAddress] = [:]
  private var lastDestination: TransportAddress?
  private var isClosed = false
  private var reopenings = 0

  /// Times that a closed socket is opened again at once; after that, and after a failure, it takes a pause first.
  static let immediateReopenings = 100
  static let reopeningPause = TimeAmount.seconds(1)
  static let socketAddressLimit = 1_024

  private init(channel: any Channel, localAddress: TransportAddress, readsMany: Bool) {
    self.channel = channel
    self.localAddress = localAddress
    self.readsMany = readsMany
    network = nil
    eventLoop = channel.eventLoop
  }

  private init(network: any DatagramNetwork, localAddress: TransportAddress, eventLoop: any EventLoop) {
    self.network = network
    self.localAddress = localAddress
    self.eventLoop = eventLoop
    readsMany = false
  }

  /// Opens a port.
  /// - Parameters:
  ///   - address: a concrete local address; port 0 lets the kernel choose.
  ///   - network: carries the datagrams; `nil` is the kernel's.
  ///   - readsMany: whether one system call reads from many senders, at the price of a megabyte: for ports that connections share.
  package static func open(
    _ address: TransportAddress, on eventLoop: any EventLoop, through network: (any DatagramNetwork)? = nil,
    readsMany: Bool = false
  ) -> EventLoopFuture<NIOLoopBound<DatagramPort>> {
    if let network { return eventLoop.submit { try open(address, on: eventLoop, within: network) } }
    return makeChannel(address, on: eventLoop, readsMany: readsMany).flatMapThrowing { channel in
      guard let bound = channel.localAddress?.transportAddress else {
        throw ChannelError.unknownLocalAddress
      }
      let port = DatagramPort(channel: channel, localAddress: bound, readsMany: readsMany)
      try port.attach(to: channel)
      return NIOLoopBound(port, eventLoop: eventLoop)
    }
  }

  private static func open(
    _ address: TransportAddress, on eventLoop: any EventLoop, within network: any DatagramNetwork
  ) throws -> NIOLoopBound<DatagramPort> {
    // The network holds the port until it is closed, as the kernel holds a socket.
    let opened = NIOLoopBoundBox<DatagramPort?>(nil, eventLoop: eventLoop)
    let bound = try network.bind(address) { datagrams in
      eventLoop.execute { opened.value?.read(datagrams) }
    }
    let port = DatagramPort(network: network, localAddress: bound, eventLoop: eventLoop)
    opened.value = port
    return NIOLoopBound(port, eventLoop: eventLoop)
  }

  private static func makeChannel(
    _ address: TransportAddress, on eventLoop: any EventLoop, readsMany: Bool
  ) -> EventLoopFuture<any Channel> {
    let socket: CInt
    do { socket = try UDPSocket.open(address.family, boundTo: address) } catch {
      return eventLoop.makeFailedFuture(error)
    }
    let joins = System.supportsUDPReceiveOffload
    // A run of one sender that the kernel has joined (UDP_GRO) is as large as IP allows; a datagram is not.
    let (count, size) = joins ? (readsMany ? 16 : 1, 65_536) : (32, 2_048)
    let bootstrap = DatagramBootstrap(group: eventLoop)
      .channelOption(.datagramVectorReadMessageCount, value: count > 1 ? count : 0)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: count * size))
      // A vector that is not full was the last; what is left wakes the loop again.
      .channelOption(.maxMessagesPerRead, value: UInt(count > 1 ? 1 : 8))
      .channelOption(.socketOption(.so_rcvbuf), value: 1 << 20)
      .channelOption(.socketOption(.so_sndbuf), value: 1 << 20)
      .channelOption(.writeBufferWaterMark, value: .init(low: 1 << 20, high: 4 << 20))
    guard joins else { return bootstrap.withBoundSocket(socket) }
    return
      bootstrap
      .channelOption(.datagramReceiveOffload, value: true)
      .channelOption(.datagramReceiveSegmentSize, value: true)
      .withBoundSocket(socket)
  }

  private func attach(to channel: any Channel) throws {
    self.channel = channel
    try channel.pipeline.syncOperations.addHandler(DatagramPortHandler(port: self))
  }

  /// Sends what is addressed to `fragment`, the connection's local user name fragment, to `receiver`.
  package func register(_ receiver: any DatagramReceiver, fragment: String) {
    eventLoop.preconditionInEventLoop()
    routes.add(receiver, fragment: fragment)
  }

  package func unregister(fragment: String) { routes.remove(fragment: fragment) }

  package func unregister(_ receiver: any DatagramReceiver) {
    routes.remove(receiver)
    pendingReceivers.removeAll { $0 === receiver }
  }

  /// Connections on this port.
  package var receiverCount: Int { routes.receiverCount }

  /// `receiver` has authenticated a datagram from `remote`: what else comes from there is its own.
  package func confirm(_ remote: TransportAddress, for receiver: any DatagramReceiver) {
    routes.confirm(remote, for: receiver)
  }

  /// Queues a datagram until `flush()`.
  package func send(_ datagram: RawSpan, to remote: TransportAddress, from receiver: any DatagramReceiver) {
    routes.expect(datagram, to: remote, for: receiver)
    guard let channel else { return sendWithoutSocket(datagram, to: remote) }
    guard channel.isWritable else {
      // The kernel's buffer and four megabytes behind it are full: a datagram that waits longer is of no use.
      counters.sendsRefused += 1
      return
    }
    guard isKnown(remote) else {
      counters.sendsRefused += 1
      return
    }
    counters.datagramsSent += 1
    let finished = batch.append(
      datagram, to: remote, joining: System.supportsUDPSegmentationOffload, allocator: channel.allocator)
    if let finished { write(finished, on: channel) }
  }

  private func sendWithoutSocket(_ datagram: RawSpan, to remote: TransportAddress) {
    guard network != nil, !isClosed else {
      counters.sendsRefused += 1
      return
    }
    counters.datagramsSent += 1
    outgoing.append(Transmit(bytes: datagram.withUnsafeBytes { Array($0) }, from: localAddress, to: remote))
  }

  package func flush() {
    guard let channel else { return flushToNetwork() }
    if let write = batch.take() { self.write(write, on: channel) }
    channel.flush()
  }

  private func flushToNetwork() {
    guard let network, !outgoing.isEmpty else { return }
    counters.writes += 1
    network.send(outgoing)
    outgoing.removeAll(keepingCapacity: true)
  }

  private func write(_ write: DatagramBatch.Write, on channel: any Channel) {
    counters.writes += 1
    let metadata = write.segmentSize.map {
      AddressedEnvelope<ByteBuffer>.Metadata(ecnState: .transportNotCapable, packetInfo: nil, segmentSize: $0)
    }
    let envelope = AddressedEnvelope(
      remoteAddress: socketAddresses[write.destination] ?? SocketAddress(write.destination), data: write.buffer,
      metadata: metadata)
    channel.write(envelope, promise: nil)
  }

  /// Whether datagrams can go to an address, which then is in `socketAddresses`.
  private func isKnown(_ address: TransportAddress) -> Bool {
    if lastDestination == address || socketAddresses[address] != nil {
      lastDestination = address
      return true
    }
    guard Route.exists(from: localAddress.ip, to: address) else { return false }
    if socketAddresses.count >= Self.socketAddressLimit { socketAddresses.removeAll(keepingCapacity: true) }
    socketAddresses[address] = SocketAddress(address)
    lastDestination = address
    return true
  }

  /// Closes the socket; datagrams queued but not flushed are flushed first.
  package func close() -> EventLoopFuture<Void> {
    flush()
    isClosed = true
    network?.unbind(localAddress)
    guard let channel else { return eventLoop.makeSucceededVoidFuture() }
    self.channel = nil
    let closed = channel.closeFuture
    channel.close(promise: nil)
    return closed
  }

  /// Closes the socket as the kernel would, for tests.
  func closeSocket() -> EventLoopFuture<Void> { channel?.close() ?? eventLoop.makeSucceededVoidFuture() }

  func read(_ envelope: AddressedEnvelope<ByteBuffer>) {
    guard let remote = envelope.remoteAddress.transportAddress else { return }
    counters.reads += 1
    envelope.data.withUnsafeReadableBytes { bytes in
      // A run that the kernel has joined is of one size, but for the last datagram.
      receive(RawSpan(_unsafeBytes: bytes), cutAt: envelope.metadata?.segmentSize ?? bytes.count, from: remote)
    }
  }

  private func read(_ datagrams: [Transmit]) {
    guard !isClosed else { return }
    counters.reads += 1
    for datagram in datagrams {
      datagram.bytes.withRawSpan { receive($0, cutAt: $0.byteCount, from: datagram.source) }
    }
    readComplete()
  }

  /// A run comes from one address: but for STUN messages, which may name their receiver, it has one receiver, looked up once.
  private func receive(_ run: RawSpan, cutAt size: Int, from remote: TransportAddress) {
    let size = size > 0 ? size : run.byteCount
    let rivals = routes.rivals(at: remote)
    var known: (any DatagramReceiver)?
    var offset = 0
    repeat {
      let datagram = run.extracting(offset..<min(offset + size, run.byteCount))
      offset += datagram.byteCount
      counters.datagramsReceived += 1
      let mayNameReceiver = DatagramRoutes.mayBeSTUN(datagram)
      var owner = mayNameReceiver ? nil : known
      if let owner {
        owner.receive(datagram, from: remote, to: localAddress)
      } else if let found = routes.receiver(for: datagram, from: remote) {
        owner = found
        if !mayNameReceiver { known = found }
        deliver(datagram, from: remote, to: found)
      } else {
        counters.datagramsUnrouted += 1
      }
      guard !rivals.isEmpty, !mayNameReceiver || STUNUsername.localUfrag(of: datagram) == nil else { continue }
      for rival in rivals where rival !== owner { deliver(datagram, from: remote, to: rival) }
    } while offset < run.byteCount
  }

  private func deliver(_ datagram: RawSpan, from remote: TransportAddress, to receiver: any DatagramReceiver) {
    expectBatchEnd(of: receiver)
    receiver.receive(datagram, from: remote, to: localAddress)
  }

  private func expectBatchEnd(of receiver: any DatagramReceiver) {
    if pendingReceivers.last !== receiver, !pendingReceivers.contains(where: { $0 === receiver }) {
      pendingReceivers.append(receiver)
    }
  }

  func readComplete() {
    while let receiver = pendingReceivers.popLast() { receiver.receiveBatchEnded() }
  }

  /// The socket closed under us: opens it again on the same address.
  func channelClosed(_ closed: any Channel) {
    guard !isClosed, channel === closed else { return }
    channel = nil
    _ = batch.take()
    if reopenings < Self.immediateReopenings { reopen() } else { reopenLater() }
  }

  private func reopen() {
    guard !isClosed, channel == nil else { return }
    reopenings += 1
    counters.reopenings += 1
    let port = NIOLoopBound(self, eventLoop: eventLoop)
    Self.makeChannel(localAddress, on: eventLoop, readsMany: readsMany).whenComplete { result in
      guard case .success(let channel) = result else { return port.value.reopenLater() }
      guard !port.value.isClosed else { return channel.close(promise: nil) }
      do {
        try port.value.attach(to: channel)
      } catch {
        channel.close(promise: nil)
      }
    }
  }

  /// The interface may come back, and a peer must not make the port spin.
  private func reopenLater() {
    eventLoop.assumeIsolated().scheduleTask(in: Self.reopeningPause) { [weak self] in self?.reopen() }
  }
}
