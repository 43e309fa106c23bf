internal import RTCBase
internal import RTCEngine
internal import RTCICE
internal import RTCSCTP
internal import RTCTransport

extension RTCPeerConnection {
  /// What the connection dropped or refused, and why. Not part of the W3C's API.
  public func diagnostics() -> RTCConnectionDiagnostics {
    let known = driver.read { engine, _ in engine.makeDiagnostics() }
    let shared = isClosed ? [] : options.sharedPort?.ports.value ?? []
    let ports = sockets.sorted { $0.key < $1.key }.flatMap(\.value.ports) + shared
    return RTCConnectionDiagnostics(
      transports: known.transports.map { RTCConnectionDiagnostics.Transport($0) },
      association: known.sctp.map { RTCConnectionDiagnostics.Association($0) },
      ports: ports.map { RTCConnectionDiagnostics.Port($0) }, datagramsOverflowed: known.datagramsOverflowed,
      eventsOverflowed: known.eventsOverflowed,
      wakeUps: Dictionary(driver.wakeUps.map { ("\($0.key)", $0.value) }, uniquingKeysWith: +))
  }
}

extension RTCConnectionDiagnostics.Association {
  fileprivate init(_ known: SCTPStatistics) {
    self.init(
      congestionWindow: known.congestionWindow, receiverWindow: known.receiverWindow,
      unacknowledged: known.unacknowledgedBytes, roundTripTime: known.smoothedRoundTripTime?.seconds,
      packetsSent: known.packetsSent, packetsReceived: known.packetsReceived,
      chunksRetransmitted: known.chunksRetransmitted, timeouts: known.retransmissionTimeouts,
      messagesAbandoned: known.messagesAbandoned, invalidPackets: known.invalidPackets,
      invalidChunks: known.invalidChunks, duplicateChunks: known.duplicateChunks,
      overflowChunks: known.overflowChunks)
  }
}

extension RTCConnectionDiagnostics.Transport {
  fileprivate init(_ known: EngineDiagnostics.Transport) {
    let drops = ICEDropCause.allCases.map { ("\($0)", known.ice.dropped($0)) }.filter { $0.1 > 0 }
    self.init(
      id: known.id, unvalidated: known.datagrams.unvalidatedDrops, withoutKeys: known.datagrams.keylessDrops,
      unknown: known.datagrams.unknownDrops, rejected: known.media.rejected, malformed: known.media.malformed,
      duplicates: known.media.duplicates &+ known.packetsDuplicated, unrouted: known.media.unrouted,
      bufferOverflows: known.media.overflows, buffered: known.heldBytes,
      implausibleFeedback: known.implausibleFeedback,
      stun: Dictionary(uniqueKeysWithValues: drops), ignoredCandidates: known.ice.ignoredRemoteCandidates,
      replacedCandidates: known.ice.replacedRemoteCandidates, discardedPairs: known.ice.discardedPairs,
      stunOverflowed: known.ice.overflows,
      roleConflicts: known.ice.roleConflicts, migrations: known.ice.migrations, reordered: known.packetsReordered,
      framesRefused: known.framesRefused, retransmissionsRefused: known.retransmissionsRefused,
      dtlsFailure: known.dtlsFailure.map { "\($0)" })
  }
}

extension RTCConnectionDiagnostics.Port {
  fileprivate init(_ port: DatagramPort) {
    let counted = port.counters
    self.init(
      address: "\(port.localAddress)", received: counted.datagramsReceived, unrouted: counted.datagramsUnrouted,
      sent: counted.datagramsSent, writes: counted.writes, refused: counted.sendsRefused,
      reopenings: counted.reopenings)
  }
}
