import RTCBase

/// What one direction of a path does to datagrams. The default is a perfect, instant path.
public struct NetworkImpairments: Hashable, Sendable {
  /// One-way delay of every datagram.
  public var delay = Duration.zero
  /// Up to this much more, evenly distributed over time. It varies as a queue does that fills and drains, within some bounds' time, so jitter
  /// alone reorders nothing, whatever the rate of datagrams.
  public var jitter = Duration.zero
  /// Share of datagrams lost, 0 to 1: in all, or outside the bursts of `bursts`.
  public var loss = 0.0
  /// Bursts of loss besides; `nil` for none.
  public var bursts: LossBursts?
  /// Share of datagrams that later ones overtake, 0 to 1.
  public var reordering = 0.0
  /// How much later a reordered datagram arrives.
  public var reorderingDelay = Duration.milliseconds(10)
  /// Share of datagrams that arrive twice, 0 to 1.
  public var duplication = 0.0
  /// The bottleneck's rate in bits per second; `nil` for none. IP and UDP headers count.
  public var rate: Int?
  /// Bytes that wait at the bottleneck before it drops what comes in.
  public var queueLimit = 64_000
  /// The largest UDP payload that passes, in bytes: the path's MTU less 28 over IPv4, 48 over IPv6. Larger datagrams vanish.
  public var maximumDatagramSize = 65_507
  /// Nothing passes.
  public var isBlackhole = false

  /// A perfect path.
  public static let none = NetworkImpairments()

  /// Nothing passes.
  public static var blackhole: NetworkImpairments {
    var impairments = NetworkImpairments()
    impairments.isBlackhole = true
    return impairments
  }

  /// The impairments that are set most often; the others are properties.
  ///
  /// - Parameters:
  ///   - delay: one-way delay.
  ///   - jitter: up to this much more, evenly distributed.
  ///   - loss: share of datagrams lost, 0 to 1.
  ///   - rate: the bottleneck's rate in bits per second.
  ///   - queueLimit: bytes that wait at the bottleneck at most.
  public init(
    delay: Duration = .zero, jitter: Duration = .zero, loss: Double = 0, rate: Int? = nil, queueLimit: Int = 64_000
  ) {
    self.delay = delay
    self.jitter = jitter
    self.loss = loss
    self.rate = rate
    self.queueLimit = queueLimit
  }
}

/// Loss that comes in bursts: the bad state of the model of Gilbert and Elliott.
public struct LossBursts: Hashable, Sendable {
  /// Share of datagrams sent within bursts, 0 to 1.
  public var share: Double
  /// Average length of a burst in datagrams, at least 1.
  public var averageLength: Double
  /// Share of a burst's datagrams that are lost, 0 to 1; 1 is Gilbert's model.
  public var loss: Double

  /// Bursts of a share and a length, in which all datagrams are lost unless told otherwise.
  public init(share: Double, averageLength: Double, loss: Double = 1) {
    self.share = share
    self.averageLength = averageLength
    self.loss = loss
  }
}

extension TimeDelta {
  /// Saturating.
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else {
      self = seconds < 0 ? -.infinity : .infinity
      return
    }
    self.init(nanoseconds: whole.addingSaturating(attoseconds / 1_000_000_000))
  }
}

extension Duration {
  init(_ delta: TimeDelta) { self = .nanoseconds(delta.nanoseconds) }
}
