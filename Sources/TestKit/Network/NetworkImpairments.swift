import RTCBase

/// What one direction of a path does to datagrams. The default is a perfect, instant path.
package struct NetworkImpairments: Hashable, Sendable {
  /// One-way delay of every datagram.
  package var delay = TimeDelta.zero
  /// Up to this much more, evenly distributed. Jitter alone does not reorder: queues keep their order.
  package var jitter = TimeDelta.zero
  /// Share of datagrams lost: 0 to 1.
  package var loss = 0.0
  /// Average length of a run of lost datagrams. At 1 losses are independent; above, they come in bursts (Gilbert's model).
  package var lossBurst = 1.0
  /// Share of datagrams that later ones overtake.
  package var reordering = 0.0
  /// How much later a reordered datagram arrives.
  package var reorderingDelay = TimeDelta.milliseconds(10)
  /// Share of datagrams that arrive twice.
  package var duplication = 0.0
  /// The bottleneck's rate; `nil` for none. IP and UDP headers count.
  package var rate: Bitrate?
  /// Bytes that wait at the bottleneck before it drops what comes in.
  package var queueLimit = 64_000
  /// The largest datagram (UDP payload) that passes; larger ones vanish.
  package var maximumDatagramSize = 65_507
  /// Nothing passes.
  package var isBlackhole = false

  package init() {}

  package static let none = NetworkImpairments()

  package init(
    delay: TimeDelta = .zero, jitter: TimeDelta = .zero, loss: Double = 0, rate: Bitrate? = nil,
    queueLimit: Int = 64_000
  ) {
    self.delay = delay
    self.jitter = jitter
    self.loss = loss
    self.rate = rate
    self.queueLimit = queueLimit
  }
}
