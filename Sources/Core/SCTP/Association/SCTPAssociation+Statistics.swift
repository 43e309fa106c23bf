import RTCBase

extension SCTPAssociation {
  package var statistics: SCTPStatistics {
    var statistics = SCTPStatistics()
    statistics.congestionWindow = sender.congestion.window
    statistics.receiverWindow = sender.peerWindow
    statistics.maximumPacketSize = configuration.maximumPacketSize
    statistics.unacknowledgedChunks = sender.outstanding.inFlightCount + sender.outstanding.lostCount
    statistics.unacknowledgedBytes = sender.outstanding.unacknowledgedPayload
    statistics.smoothedRoundTripTime = sender.timeout.smoothed
    statistics.retransmissionTimeout = sender.timeout.value
    statistics.packetsSent = counters.packetsSent
    statistics.packetsReceived = counters.packetsReceived
    statistics.bytesSent = counters.bytesSent
    statistics.bytesReceived = counters.bytesReceived
    statistics.chunksRetransmitted = sender.retransmittedCount
    statistics.fastRecoveries = sender.recovery.fastRecoveryCount
    statistics.retransmissionTimeouts = sender.timeoutCount
    statistics.tailLossProbes = sender.recovery.probeCount
    statistics.messagesAbandoned = sender.abandonedMessageCount
    statistics.messagesReceived = receiver?.reassembly.completed.count ?? 0
    statistics.invalidPackets = counters.invalidPackets
    statistics.invalidChunks = counters.invalidChunks
    statistics.duplicateChunks = receiver?.duplicateCount ?? 0
    statistics.overflowChunks = receiver?.overflowCount ?? 0
    statistics.usesInterleaving = extensions.contains(.interleaving)
    statistics.usesZeroChecksum = extensions.contains(.zeroChecksum)
    return statistics
  }
}
