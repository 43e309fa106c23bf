import RTCBase
import RTCJSEP
import RTCSCTP
import RTCSecurity
import WebRTCTypes

/// Data channels: what the application asks for, and their packets.
extension PeerEngine {
  // MARK: Channels

  /// Makes a channel (webrtc-pc §6.1, createDataChannel, from step 8 on); it opens once the association is connected.
  ///
  /// - Throws: `OperationError` for an identifier in use or too many channels, `TypeError` for options that cannot be,
  ///   `InvalidStateError` when closed.
  package mutating func openDataChannel(
    _ options: DataChannelOptions, now: MonotonicTime
  ) throws(WebRTCError) -> DataChannelHandle {
    guard !isClosed else { throw .invalidStateError("The connection is closed.") }
    guard configuration.jsep.supportsDataChannels else {
      throw .notSupportedError("Data channels are not enabled in this session.")
    }
    if let data, data.session.state.isClosed {
      throw .operationError("The SCTP association has ended, and with it the connection's data channels.")
    }
    var data = self.data.take() ?? makeDataTransport()
    defer { self.data = data }
    do {
      let channel = try data.session.open(options, now: now)
      try jsep.requestDataChannels()
      setDirty(now: now)
      return channel
    } catch let error as DataChannelError {
      throw WebRTCError(error, options)
    } catch let error as WebRTCError {
      throw error
    } catch {
      throw .operationError("\(error)")
    }
  }

  /// Queues a message; the channel must be open.
  package mutating func send(
    _ message: DataChannelMessage, on channel: DataChannelHandle, now: MonotonicTime
  ) throws(DataChannelError) {
    guard data != nil else { throw .notOpen }
    try data?.session.send(message, on: channel, now: now)
    setDirty(now: now)
  }

  /// The channel's next message; taking it lets the peer send as much more.
  package mutating func takeMessage(
    from channel: DataChannelHandle, now: MonotonicTime
  ) -> DataChannelMessage? {
    guard let message = data?.session.takeMessage(from: channel) else { return nil }
    setDirty(now: now)
    return message
  }

  package mutating func setBufferedAmountLowThreshold(_ threshold: Int, of channel: DataChannelHandle) {
    data?.session.setBufferedAmountLowThreshold(threshold, of: channel)
  }

  /// Closes a channel once what it has buffered is sent.
  package mutating func closeDataChannel(_ channel: DataChannelHandle, now: MonotonicTime) {
    data?.session.close(channel, now: now)
    setDirty(now: now)
  }

  /// The shell is done with a channel that has closed.
  package mutating func releaseDataChannel(_ channel: DataChannelHandle) { data?.session.release(channel) }

  package func dataChannel(_ channel: DataChannelHandle) -> DataChannelDescription? {
    data?.session.description(of: channel)
  }

  package func bufferedAmount(of channel: DataChannelHandle) -> Int {
    data?.session.bufferedAmount(of: channel) ?? 0
  }

  /// What `RTCSctpTransport` shows; `nil` before a data section is agreed on.
  package var sctpTransport: EngineSCTPTransport? {
    guard let data, let section = data.section else { return nil }
    return EngineSCTPTransport(
      transport: section.transportID, state: RTCSctpTransportState(data.session.state),
      maximumMessageSize: data.maximumMessageSize, maximumChannels: data.session.maximumChannels)
  }

  // MARK: Life

  private func makeDataTransport() -> DataTransport {
    DataTransport(
      configuration.jsep, maximumDatagramSize: configuration.maximumDatagramSize, random: random, crypto: crypto)
  }

  /// Takes the data section of the descriptions.
  mutating func reconcileData(now: MonotonicTime) {
    let section = negotiated.data
    if data == nil, section == nil { return }
    if data == nil { data = makeDataTransport() }
    let before = sctpTransport
    let hadSection = data?.section != nil
    data?.configure(section)
    // The section was taken away, or the peer rejected it: the wish for one is answered.
    if section == nil, hadSection || !jsep.wantsDataChannels { data?.session.abort(now: now) }
    startData(now: now)
    if sctpTransport != before { output.append(.sctpTransportChanged) }
  }

  /// Where the transport of the association is.
  private var dataTransportIndex: Int? {
    guard let id = data?.section?.transportID else { return nil }
    // Handed to a closure, each transport would be copied.
    for index in transports.indices where transports[index].session.id == id { return index }
    return nil
  }

  /// The association begins as soon as there is a transport to carry it (RFC 8841 §5.1: both sides may initiate).
  mutating func startData(now: MonotonicTime) {
    guard let section = data?.section, data?.session.role == nil, let index = dataTransportIndex,
      transports[index].session.isConnected, let role = transports[index].session.role
    else { return }
    data?.session.start(role: role, remotePort: section.remotePort, now: now)
  }

  // MARK: Packets

  /// Hands the records that a transport's DTLS has decrypted to the association.
  mutating func receiveData(_ index: Int, now: MonotonicTime) {
    let packet = pool.take()
    while transports[index].session.nextApplicationData(into: packet) {
      startData(now: now)
      guard data?.session.role != nil, data?.section?.transportID == transports[index].session.id else {
        transports[index].session.countUnexpectedData()
        continue
      }
      data?.session.handle(packet.bytes, now: now)
    }
    pool.give(packet)
  }

  /// The association's next packet as a datagram, within what one drain may send.
  mutating func nextDataDatagram(now: MonotonicTime) -> OutgoingDatagram? {
    guard data?.session.role != nil, let index = dataTransportIndex, transports[index].canSendData() else {
      // What waits is due once there is a way to send it: until then it must not wake anybody.
      data?.isPending = false
      return nil
    }
    guard let allowance = data?.allowance, allowance > 0 else {
      data?.isPending = true
      return nil
    }
    let packet = pool.take()
    defer { pool.give(packet) }
    while data?.session.pollPacket(into: packet, now: now) == true {
      // What cannot be protected is lost, and SCTP sends it again.
      guard let datagram = transports[index].makeDataDatagram(packet.bytes, now: now) else { continue }
      data?.allowance = allowance - 1
      return datagram
    }
    data?.isPending = false
    return nil
  }

  /// A drain has ended: the next may send as much again.
  mutating func renewDataAllowance() { data?.allowance = DataTransport.datagramsPerDrain }

  var dataDeadline: Deadline? {
    mutating get { data?.deadline(now: lastTime) }
  }

  // MARK: Collection

  /// What the association has to tell, as far as the shell has room for it.
  mutating func collectData(now: MonotonicTime) {
    guard data != nil else { return }
    startData(now: now)
    if data?.session.role != nil, data?.session.state.isClosed == false {
      let state = dataTransportIndex.map { transports[$0].session.dtlsState } ?? .closed
      // Without DTLS nothing gets through any more.
      if state == .closed || state == .failed { data?.session.abort(now: now) }
    }
    while output.hasRoomForEvents, let event = data?.session.pollEvent() {
      data?.count(event)
      if case .associationChanged = event { output.append(.sctpTransportChanged) }
      output.append(.dataChannel(event))
    }
  }

  /// An ABORT and all that goes with it, before DTLS says goodbye.
  mutating func closeData(now: MonotonicTime) {
    guard data?.session.role != nil, data?.session.state.isClosed == false else { return }
    data?.session.abort(now: now)
    renewDataAllowance()
    while let datagram = nextDataDatagram(now: now) { output.append(datagram, pool: pool) }
  }
}

/// The association as `RTCSctpTransport` shows it.
package struct EngineSCTPTransport: Hashable, Sendable {
  /// The DTLS transport below.
  package var transport: TransportID
  package var state: RTCSctpTransportState
  /// In bytes.
  package var maximumMessageSize: Int
  /// `nil` until connected.
  package var maximumChannels: UInt16?
}

extension RTCSctpTransportState {
  init(_ state: SCTPState) {
    self =
      switch state {
      case .new, .connecting: .connecting
      case .connected: .connected
      case .shuttingDown, .closed: .closed
      }
  }
}

extension WebRTCError {
  init(_ error: DataChannelError, _ options: DataChannelOptions) {
    switch error {
    case .notOpen: self = .invalidStateError("The data channel is not open.")
    case .invalidOptions:
      self = .typeError("A label or protocol has at most 65,535 bytes, and a negotiated channel an id up to 65,534.")
    case .identifierInUse: self = .operationError("The id \(options.id ?? 0) is in use by another data channel.")
    case .tooManyChannels: self = .operationError("There are as many data channels as the association has room for.")
    case .bufferFull: self = .operationError("Too much data waits to be sent already.")
    }
  }
}
