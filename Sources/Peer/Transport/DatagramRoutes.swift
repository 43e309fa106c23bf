import RTCBase
import RTCSTUN

/// Finds the connection that a datagram on a shared port belongs to (IC-17).
///
/// A binding request names its connection by user name (RFC 8445 §7.2.2); everything else is found by the address it
/// comes from. An address belongs to the connection that has sent to it, until another connection proves with valid
/// message integrity that its peer lives there: so a stranger cannot take an address over by knowing a user name.
///
/// Whoever has a connection of his own can prove that with a forged sender. An address that is proven for one connection is therefore never
/// taken from it: it is contested, and what comes from there goes to all who have proven it. It fails the authentication of all but one.
struct DatagramRoutes {
  /// Remote addresses kept for one connection at most; more candidates than that are not pursued at once.
  static let addressLimitPerReceiver = 256
  /// Connections besides the first that an address may be proven for; of more the latest count.
  static let rivalLimit = 3

  private struct Route {
    var receiver: any DatagramReceiver
    var isProven: Bool
  }

  private var byFragment: [String: any DatagramReceiver] = [:]
  private var byAddress: [TransportAddress: Route] = [:]
  private var rivals: [TransportAddress: [any DatagramReceiver]] = [:]
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
    for (remote, all) in rivals where all.contains(where: { $0 === receiver }) {
      setRivals(all.filter { $0 !== receiver }, at: remote)
    }
    for (remote, route) in byAddress where route.receiver === receiver {
      byAddress[remote] = nil
      guard let heir = rivals[remote]?.first else { continue }
      byAddress[remote] = Route(receiver: heir, isProven: true)
      setRivals((rivals[remote] ?? []).filter { $0 !== heir }, at: remote)
    }
    addressCounts[ObjectIdentifier(receiver)] = nil
    last = nil
    findSoleReceiver()
  }

  private mutating func setRivals(_ all: [any DatagramReceiver], at remote: TransportAddress) {
    rivals[remote] = all.isEmpty ? nil : all
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
      guard !route.isProven else { return contest(remote, by: receiver) }
      addressCounts[ObjectIdentifier(route.receiver), default: 1] -= 1
      byAddress[remote] = nil
      last = nil
    }
    insert(remote, Route(receiver: receiver, isProven: true))
  }

  private mutating func contest(_ remote: TransportAddress, by receiver: any DatagramReceiver) {
    var all = rivals[remote] ?? []
    guard !all.contains(where: { $0 === receiver }),
      addressCounts[ObjectIdentifier(receiver), default: 0] < Self.addressLimitPerReceiver
    else { return }
    if all.count == Self.rivalLimit { addressCounts[ObjectIdentifier(all.removeFirst()), default: 1] -= 1 }
    addressCounts[ObjectIdentifier(receiver), default: 0] += 1
    setRivals(all + [receiver], at: remote)
  }

  /// Who gets a datagram that names nobody besides `receiver(for:from:)`: nobody unless the address is contested.
  func rivals(at remote: TransportAddress) -> [any DatagramReceiver] {
    rivals.isEmpty ? [] : rivals[remote] ?? []
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
