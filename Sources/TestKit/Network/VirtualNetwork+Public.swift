import RTCBase

// The network for users: time is a `Duration` since the start, hosts are named by their addresses.
extension VirtualNetwork {
  /// A datagram that has arrived.
  public struct Datagram: Hashable, Sendable {
    /// Its payload.
    public var bytes: [UInt8]
    /// The sender as the receiver sees it.
    public var source: VirtualAddress
    /// The receiver's own address.
    public var destination: VirtualAddress
    /// When it arrived.
    public var time: Duration
  }

  /// Sets one direction between two hosts. Datagrams on their way keep the time they were given.
  ///
  /// - Returns: `false` when a host is no IP address.
  @discardableResult
  public mutating func setImpairments(_ impairments: NetworkImpairments, from source: String, to destination: String)
    -> Bool
  {
    guard let source = IPAddress(source), let destination = IPAddress(destination) else { return false }
    setImpairments(impairments, from: source, to: destination)
    return true
  }

  /// What became of the datagrams from one host to another; all zero for hosts that are unknown.
  public func statistics(from source: String, to destination: String) -> LinkStatistics {
    guard let source = IPAddress(source), let destination = IPAddress(destination) else { return LinkStatistics() }
    return statistics(from: source, to: destination)
  }

  /// Puts a translator before hosts.
  ///
  /// - Returns: `false` when an address is none.
  @discardableResult
  public mutating func addNAT(_ behavior: NATBehavior, outside: String, inside: [String]) -> Bool {
    let hosts = inside.compactMap { IPAddress($0) }
    guard let outside = IPAddress(outside), hosts.count == inside.count else { return false }
    addNAT(behavior, outside: outside, inside: hosts)
    return true
  }

  /// The translator before a host loses its mappings, and takes another outside address if one is given.
  ///
  /// - Returns: `false` when an address is none.
  @discardableResult
  public mutating func rebindNAT(of inside: String, to outside: String? = nil) -> Bool {
    let address = outside.flatMap { IPAddress($0) }
    guard let inside = IPAddress(inside), outside == nil || address != nil else { return false }
    rebindNAT(of: inside, to: address)
    return true
  }

  /// Sends a datagram at a time that is not before the last one's.
  public mutating func send(
    _ bytes: [UInt8], from source: VirtualAddress, to destination: VirtualAddress, at time: Duration
  ) {
    send(bytes, from: source.transport, to: destination.transport, now: .zero + TimeDelta(time))
  }

  /// When the next datagram arrives.
  public var nextArrival: Duration? { nextEventTime.map { Duration($0 - .zero) } }

  /// The next datagram that has arrived by `time`, in order of arrival.
  public mutating func receive(at time: Duration) -> Datagram? {
    receive(now: .zero + TimeDelta(time)).map {
      Datagram(
        bytes: $0.bytes, source: VirtualAddress($0.from), destination: VirtualAddress($0.to),
        time: Duration($0.time - .zero))
    }
  }
}
