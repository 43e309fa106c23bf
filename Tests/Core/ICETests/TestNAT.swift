import RTCBase

/// A NAT in front of some addresses.
struct TestNAT {
  enum Mapping {
    /// One outside port for an inside address, whatever the destination.
    case endpointIndependent
    /// An outside port for each destination, as symmetric NATs have.
    case perDestination
  }

  private struct Entry {
    let inside: TransportAddress
    /// Of the first packet only, with an endpoint-independent mapping.
    let destination: TransportAddress
    let outside: TransportAddress
    var contacted: [TransportAddress]
  }

  let inside: [IPAddress]
  let outside: IPAddress
  let mapping: Mapping
  private var entries: [Entry] = []

  init(inside: [IPAddress], outside: IPAddress, mapping: Mapping = .endpointIndependent) {
    self.inside = inside
    self.outside = outside
    self.mapping = mapping
  }

  mutating func outbound(_ source: TransportAddress, to destination: TransportAddress) -> TransportAddress {
    let known = entries.firstIndex {
      $0.inside == source && (mapping == .endpointIndependent || $0.destination == destination)
    }
    if let known {
      entries[known].contacted.append(destination)
      return entries[known].outside
    }
    let address = TransportAddress(outside, port: UInt16(40_000 + entries.count))
    entries.append(Entry(inside: source, destination: destination, outside: address, contacted: [destination]))
    return address
  }

  /// Only who was contacted gets in.
  func inbound(_ destination: TransportAddress, from source: TransportAddress) -> TransportAddress? {
    entries.first { $0.outside == destination && $0.contacted.contains(source) }?.inside
  }
}
