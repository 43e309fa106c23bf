import RTCBase

/// Control chunks that wait for a packet: each kind once, answers to the peer within bounds.
struct ControlOutput {
  var needsInit = false
  var needsCookieEcho = false
  var needsCookieAcknowledgement = false
  var needsShutdown = false
  var needsShutdownAcknowledgement = false
  /// SHUTDOWN COMPLETE, with the peer's own tag when there is no association any more.
  var needsShutdownComplete = false
  /// Ends everything; nothing follows it.
  var abort: SCTPErrorCause?
  /// Causes for an ERROR chunk.
  var errors: [SCTPErrorCause] = []
  /// Heartbeats to send back.
  var heartbeats: [[UInt8]] = []
  /// An INIT to answer: its answer travels alone.
  var initAnswer: InitAnswer?

  struct InitAnswer {
    var acknowledgement: InitChunk
    var tag: VerificationTag
  }

  static let errorLimit = 4
  static let heartbeatLimit = 4

  mutating func clear() { self = ControlOutput() }
}
