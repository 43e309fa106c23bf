/// Which simulcast streams an m-section sends and receives (RFC 8853 §5.1).
package struct SimulcastAttribute: Hashable, Sendable {
  /// One of the formats of a stream.
  package struct Alternative: Hashable, Sendable {
    package var rid: String
    /// `~`: the stream is paused at first.
    package var isPaused: Bool

    package init(rid: String, isPaused: Bool = false) {
      self.rid = rid
      self.isPaused = isPaused
    }
  }

  /// One stream: its alternative formats, the preferred first.
  package struct Stream: Hashable, Sendable {
    package var alternatives: [Alternative]

    package init(alternatives: [Alternative]) { self.alternatives = alternatives }
    package init(rid: String, isPaused: Bool = false) { alternatives = [Alternative(rid: rid, isPaused: isPaused)] }
  }

  package var send: [Stream]
  package var receive: [Stream]
  /// The line names what is received before what is sent.
  package var listsReceiveFirst: Bool

  package init(send: [Stream] = [], receive: [Stream] = [], listsReceiveFirst: Bool = false) {
    self.send = send
    self.receive = receive
    self.listsReceiveFirst = listsReceiveFirst
  }
}
