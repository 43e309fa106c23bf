import RTCBase
import RTCSTUN

/// Finds the connection that a datagram on a shared port belongs to (IC-17).
///
/// A binding request names its connection by user name (RFC 8445 §7.2.2); everything else is found by the address it
/// comes from. An address belongs to the connection that has sent to it, until another connection proves with valid
/// message integrity that it lives there now: so a stranger cannot take an address over by knowing a user name.
struct DatagramRoutes {
  /// Remote addresses kept for one connection at most; more candidates than that are not pursued at once.
  static let addressLimitPerReceiver = 256

  private struct Route {
    var receiver: any DatagramReceiver
    var isProven: Bool
  }

  private var byFragment: [String: any DatagramReceiver] = [:]
  private var byAddress: [TransportAddress: Route] = [:]
  /// The only connection there is, if there is only one.
  private var soleReceiver: (any DatagramReceiver)?
  private var addressCounts: [ObjectIdentifier: Int] = [:]
  /// The last look-up: media of one call comes in runs.
  private var last: (remote: TransportAddress, receiver: any DatagramReceiver)?

  var receiverCount: Int { Set(byFragment.values.map { ObjectIdentifier($0) }).count }
  var isEmpty: Bool { byFragment.isEmpty }
  var addressCount: Int { byAddress.count }

  mutating func add(_ receiver: any DatagramReceiver, fragment: String) {
    byFragment[fragment] = receiver
    findSoleReceiver()
  }

  mutating func remove(fragment: String) {
    byFragment[fragment] = nil
    findSoleReceiver()
  }

  private mutating func findSoleReceiver() {
    guard let receiver = byFragment.first?.value, byFragment.allSatisfy({ $0.value === receiver }) else {
      soleReceiver = nil
      return
    }
    soleReceiver = receiver
  }

  mutating func remove(_ receiver: any DatagramReceiver) {
    byFragment = byFragment.filter { $0.value !== receiver }
    byAddress = byAddress.filter { $0.value.receiver !== receiver }
    addressCounts[ObjectIdentifier(receiver)] = nil
    last = nil
    findSoleReceiver()
  }

  /// Notes that `receiver` sends to `remote`, so that answers find it; a route that is taken stays as it is.
  mutating func expect(_ remote: TransportAddress, for receiver: any DatagramReceiver) {
    if let last, last.remote == remote, last.receiver === receiver { return }
    if let route = byAddress[remote] {
      if route.receiver === receiver { last = (remote, receiver) }
      return
    }
    insert(remote, Route(receiver: receiver, isProven: false))
  }

  /// Notes that `receiver` has authenticated a datagram from `remote`.
  mutating func confirm(_ remote: TransportAddress, for receiver: any DatagramReceiver) {
    if let route = byAddress[remote] {
      if route.receiver === receiver {
        byAddress[remote]?.isProven = true
        return
      }
      addressCounts[ObjectIdentifier(route.receiver), default: 1] -= 1
      byAddress[remote] = nil
      last = nil
    }
    insert(remote, Route(receiver: receiver, isProven: true))
  }

  private mutating func insert(_ remote: TransportAddress, _ route: Route) {
    let owner = ObjectIdentifier(route.receiver)
    guard addressCounts[owner, default: 0] < Self.addressLimitPerReceiver else { return }
    addressCounts[owner, default: 0] += 1
    byAddress[remote] = route
  }

  /// A STUN message may name its connection, whatever address it comes from.
  static func mayNameReceiver(_ datagram: RawSpan) -> Bool { datagram.byteCount > 0 && datagram.uint8(at: 0) < 4 }

  mutating func receiver(for datagram: RawSpan, from remote: TransportAddress) -> (any DatagramReceiver)? {
    if Self.mayNameReceiver(datagram), let fragment = STUNUsername.localUfrag(of: datagram) {
      return byFragment[fragment]
    }
    if let last, last.remote == remote { return last.receiver }
    // On a port of its own a connection also hears a peer whose address has changed.
    guard let receiver = byAddress[remote]?.receiver else { return soleReceiver }
    last = (remote, receiver)
    return receiver
  }
}
