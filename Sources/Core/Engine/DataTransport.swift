import RTCBase
import RTCJSEP
import RTCSCTP
import RTCSecurity

/// The data channels of a connection, and the transport that their association goes over.
///
/// It exists from the first channel or the first data section on; the association begins when its transport's DTLS is connected.
struct DataTransport {
  var session: DataChannelSession
  /// What the descriptions agree on; `nil` before, and when the section was rejected.
  private(set) var section: NegotiatedDataSection?
  /// There is more to send than one drain may: datagrams of others have their turn first.
  var isPending = false
  /// Datagrams that may still leave in this drain.
  var allowance = Self.datagramsPerDrain
  /// Channels that have opened, and those of them that have closed.
  private(set) var openedCount: UInt32 = 0
  private(set) var closedCount: UInt32 = 0
  private var open: Set<DataChannelHandle> = []

  /// What a drain sends at most before media, acknowledgements and other connections of the event loop have their turn.
  static let datagramsPerDrain = 100

  init(
    _ jsep: JSEPConfiguration, maximumDatagramSize: Int, random: RandomSource, crypto: any CryptoProvider
  ) {
    // The header, nonce and tag of a DTLS 1.2 record take 37 bytes; chunks are padded to four.
    let packetSize = max(256, min(maximumDatagramSize, PacketBuffer.capacity) - 40) & ~3
    var configuration = DataChannelConfiguration()
    configuration.sctp.localPort = jsep.sctpPort
    configuration.sctp.maximumPacketSize = packetSize
    configuration.sctp.maximumMessageSize = Int(clamping: jsep.maximumMessageSize)
    session = DataChannelSession(
      configuration: configuration, random: random,
      authenticator: crypto.makeMessageAuthenticator(key: random.bytes(32)))
  }

  /// Bytes of a message that the peer takes and this side can send (webrtc-pc §6.1.1, [[MaxMessageSize]]).
  var maximumMessageSize: Int {
    let limit = session.configuration.sctp.sendBufferLimit
    guard let section, let remote = section.maximumMessageSize else { return limit }
    return min(limit, Int(clamping: remote))
  }

  /// Takes what the descriptions say now.
  mutating func configure(_ section: NegotiatedDataSection?) { self.section = section }

  /// Mutating for speed: what is mutating is called in place.
  mutating func deadline(now: MonotonicTime) -> Deadline? {
    guard session.role != nil else { return nil }
    return isPending ? Deadline(now, "sctp.backlog") : session.deadline
  }

  mutating func handleTimeout(now: MonotonicTime) {
    if let deadline = session.deadline, deadline.time <= now { session.handleTimeout(now: now) }
  }

  /// Keeps count of what `RTCPeerConnectionStats` tells.
  mutating func count(_ event: DataChannelEvent) {
    switch event {
    case .opened(let channel):
      openedCount &+= 1
      open.insert(channel)
    case .closed(let channel, _):
      if open.remove(channel) != nil { closedCount &+= 1 }
    case .associationChanged, .channelArrived, .messagesAvailable, .bufferedAmountLow, .closing: break
    }
  }
}
