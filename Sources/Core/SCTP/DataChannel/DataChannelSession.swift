import RTCBase
import RTCSecurity

/// The data channels of one connection over one SCTP association (RFC 8831, RFC 8832), which it owns.
///
/// ```
///   open, send, close ──► ┌────────────────────────────────┐ ──► events
///                         │ channels ── DCEP ── association │ ──► takeMessage
///   DTLS records ───────► └────────────────────────────────┘ ──► pollPacket: DTLS records
/// ```
///
/// Channels may be opened before there is a transport. Once DTLS is connected, `start` begins the association and numbers the channels.
/// After each input the owner drains `pollPacket` and `pollEvent`, and calls `handleTimeout` when `deadline` has come. Messages stay inside
/// until `takeMessage` fetches them; what is untaken narrows the window that the peer may fill.
package struct DataChannelSession {
  package let configuration: DataChannelConfiguration
  package private(set) var role: DTLSRole?
  package internal(set) var association: SCTPAssociation

  var channels: [Slot] = []
  var freeSlots: [Int] = []
  var slotByStream: [SCTPStreamIdentifier: Int] = [:]
  var identifiers = StreamIdentifierPool()
  var events = RingQueue<DataChannelEvent>()
  var early = EarlyMessages()
  var stall = StallWatch()
  /// UTF-8 of labels and protocols that the peer made us keep.
  var remoteTextByteCount = 0

  /// A place for a channel; the generation tells handles of its successive tenants apart.
  struct Slot {
    var generation = 0
    var channel: DataChannel?
  }

  /// - Parameter authenticator: signs the state cookies; under a fresh secret key.
  package init(configuration: DataChannelConfiguration, random: RandomSource, authenticator: any MessageAuthenticator) {
    self.configuration = configuration
    association = SCTPAssociation(configuration: configuration.sctp, random: random, authenticator: authenticator)
  }

  // MARK: Life

  package var state: SCTPState { association.state }

  /// Channels that the negotiated streams allow (`maxChannels`); `nil` until connected.
  package var maximumChannels: UInt16? { association.negotiatedStreams.map { min($0.outgoing, $0.incoming) } }

  /// DTLS is connected: begins the handshake and numbers the channels that wait for it. Later calls change nothing.
  /// - Parameters:
  ///   - role: this side's in DTLS.
  ///   - remotePort: `a=sctp-port` of the remote description.
  package mutating func start(role: DTLSRole, remotePort: UInt16, now: MonotonicTime) {
    guard self.role == nil else { return }
    self.role = role
    for slot in channels.indices where channels[slot].channel?.stream == nil { assignStream(slot) }
    association.connect(remotePort: remotePort, now: now)
    // The peer may have been faster.
    if association.state == .connected { for slot in channels.indices { establish(slot, now: now) } }
    collect(now: now)
  }

  /// Ends the association once what is buffered is delivered (RFC 9260 §9.2).
  package mutating func shutdown(now: MonotonicTime) {
    association.shutdown(now: now)
    collect(now: now)
  }

  /// Ends the association at once with an ABORT, which is still to be polled.
  package mutating func abort(now: MonotonicTime) {
    association.abort(reason: "closed by the application", now: now)
    collect(now: now)
  }

  // MARK: Network and time

  /// Takes one SCTP packet from DTLS, whatever it holds.
  package mutating func handle(_ packet: RawSpan, now: MonotonicTime) {
    association.handle(packet, now: now)
    collect(now: now)
  }

  /// Writes the next SCTP packet into `packet`, whose contents it replaces; `false` when there is none now.
  ///
  /// Acknowledgements of a whole batch of received packets leave as one, so this is best called once all of the batch is handled.
  package mutating func pollPacket(into packet: PacketBuffer, now: MonotonicTime) -> Bool {
    association.pollPacket(into: packet, now: now)
  }

  package var deadline: Deadline? {
    .earliest(association.deadline, stall.deadline.map { Deadline($0, "datachannel.stall") })
  }

  package mutating func handleTimeout(now: MonotonicTime) {
    association.handleTimeout(now: now)
    collect(now: now)
    watchStall(now: now)
  }

  package mutating func pollEvent() -> DataChannelEvent? {
    if events.isEmpty { collectEvents() }
    return events.popFirst()
  }

  // MARK: Reading

  /// The channel's next message; `nil` when none waits. Taking it opens the window for as many bytes.
  package mutating func takeMessage(from handle: DataChannelHandle) -> DataChannelMessage? {
    guard let slot = slot(of: handle), let message = channels[slot].channel?.inbox.popFirst() else { return nil }
    channels[slot].channel?.inboxByteCount -= message.bytes.count
    association.release(messages: 1, byteCount: message.bytes.count)
    return message
  }

  package func description(of handle: DataChannelHandle) -> DataChannelDescription? {
    guard let slot = slot(of: handle), let channel = channels[slot].channel else { return nil }
    return DataChannelDescription(
      options: channel.options, id: channel.stream?.rawValue, state: channel.state, isRemote: channel.isRemote,
      bufferedAmount: bufferedAmount(of: handle), statistics: channel.statistics)
  }

  package func bufferedAmount(of handle: DataChannelHandle) -> Int {
    guard let slot = slot(of: handle) else { return 0 }
    guard channels[slot].channel?.state != .closed, let stream = channels[slot].channel?.stream else {
      return channels[slot].channel?.finalBufferedAmount ?? 0
    }
    return association.bufferedAmount(on: stream)
  }

  package var statistics: SCTPStatistics { association.statistics }

  /// Every channel that was not released.
  package var handles: [DataChannelHandle] { channels.indices.filter { channels[$0].channel != nil }.map(handle(of:)) }

  // MARK: Slots

  func handle(of slot: Int) -> DataChannelHandle { DataChannelHandle(number: channels[slot].generation << 32 | slot) }

  func slot(of handle: DataChannelHandle) -> Int? {
    let slot = handle.number & 0xFFFF_FFFF
    guard slot < channels.count, channels[slot].generation == handle.number >> 32, channels[slot].channel != nil else {
      return nil
    }
    return slot
  }

  mutating func insert(_ channel: DataChannel) -> Int {
    guard let slot = freeSlots.popLast() else {
      channels.append(Slot(channel: channel))
      return channels.count - 1
    }
    channels[slot].channel = channel
    return slot
  }

  /// The owner is done with the channel, which must be closed: its untaken messages go, and the handle loses its meaning.
  package mutating func release(_ handle: DataChannelHandle) {
    guard let slot = slot(of: handle), let channel = channels[slot].channel, channel.state == .closed else { return }
    association.release(messages: channel.inbox.count, byteCount: channel.inboxByteCount)
    if channel.isRemote { remoteTextByteCount -= Self.textByteCount(channel.options) }
    channels[slot].channel = nil
    channels[slot].generation += 1
    freeSlots.append(slot)
  }

  static func textByteCount(_ options: DataChannelOptions) -> Int {
    options.label.utf8.count + options.subprotocol.utf8.count
  }
}
