import RTCBase

/// One translator in front of some hosts: its table of mappings.
struct VirtualNAT {
  private struct Mapping {
    let inside: TransportAddress
    /// Of the packet that made it.
    let destination: TransportAddress
    let outside: TransportAddress
    var contacted: Set<TransportAddress>
    var contactedHosts: Set<IPAddress>
  }

  var outside: IPAddress
  let behavior: NATBehavior
  private var mappings: [Mapping] = []
  private var nextPort: UInt16 = 40_000

  /// Mappings kept at most; the oldest makes room.
  static let mappingLimit = 1_024

  init(outside: IPAddress, behavior: NATBehavior) {
    self.outside = outside
    self.behavior = behavior
  }

  /// Forgets all mappings, as a translator does that restarts or loses its address.
  mutating func rebind(to newOutside: IPAddress?) {
    mappings.removeAll()
    if let newOutside { outside = newOutside }
  }

  /// The source that the destination sees.
  mutating func translate(_ inside: TransportAddress, to destination: TransportAddress) -> TransportAddress {
    let known = mappings.firstIndex { mapping in
      guard mapping.inside == inside else { return false }
      return switch behavior.mapping {
      case .endpointIndependent: true
      case .addressDependent: mapping.destination.ip == destination.ip
      case .addressAndPortDependent: mapping.destination == destination
      }
    }
    if let known {
      mappings[known].contacted.insert(destination)
      mappings[known].contactedHosts.insert(destination.ip)
      return mappings[known].outside
    }
    if mappings.count >= Self.mappingLimit { mappings.removeFirst() }
    let address = TransportAddress(outside, port: nextPort)
    nextPort = nextPort == .max ? 40_000 : nextPort + 1
    mappings.append(
      Mapping(
        inside: inside, destination: destination, outside: address, contacted: [destination],
        contactedHosts: [destination.ip]))
    return address
  }

  /// Whose an outside address is, whoever asks.
  func owner(of destination: TransportAddress) -> TransportAddress? {
    mappings.first { $0.outside == destination }?.inside
  }

  /// Where a datagram from outside goes; `nil` when it is not let in.
  func admit(_ destination: TransportAddress, from source: TransportAddress) -> TransportAddress? {
    guard let mapping = mappings.first(where: { $0.outside == destination }) else { return nil }
    let isOpen =
      switch behavior.filtering {
      case .endpointIndependent: true
      case .addressDependent: mapping.contactedHosts.contains(source.ip)
      case .addressAndPortDependent: mapping.contacted.contains(source)
      }
    return isOpen ? mapping.inside : nil
  }
}
