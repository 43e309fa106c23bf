/// What the association itself counts; the rest is with its parts.
struct SCTPCounters {
  var packetsSent: UInt64 = 0
  var packetsReceived: UInt64 = 0
  var bytesSent: UInt64 = 0
  var bytesReceived: UInt64 = 0
  var invalidPackets: UInt64 = 0
  var invalidChunks: UInt64 = 0
  /// Answers to packets for an association that is over.
  var lateAnswers = 0
}
