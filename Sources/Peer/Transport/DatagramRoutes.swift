import RTCBase
import RTCSTUN

/// Finds the connection that a datagram on a shared port belongs to (IC-17).
///
/// A binding request names its connection by user name (RFC 8445 §7.2.2), and an answer by the transaction that it answers; everything else
/// is found by the address it comes from. An address belongs to the connection that has sent to it, until another connection proves with
/// valid message integrity that its peer lives there: so a stranger cannot take an address over by knowing a user name.
///
/// Whoever has a connection of his own can prove that with a forged sender. An address that is proven for one connection is therefore never
/// taken from it: it is contested, and what comes from there goes to all who have proven it. It fails the authentication of all but one.
struct DatagramRoutes {
  /// Remote addresses kept for one connection at most. The oldest makes room, those that media or DTLS was sent to last.
  static let addressLimitPerReceiver = 256
  /// Connections besides the first that an address may be proven for; of more the latest count.
  static let rivalLimit = 3

  /// A connection's claim on an address.
  private struct Route {
    var receiver: any DatagramReceiver
    var isProven: Bool
    /// Whether media or DTLS was sent there, which goes nowhere unless checks were answered.
    var isInUse = false
  }

  private var byFragment: [String: any DatagramReceiver] = [:]
  private var byAddress: [TransportAddress: Route] = [:]
  private var rivals: [TransportAddress: [Route]] = [:]
  /// What each connection has in `byAddress` and `rivals`, oldest first.
  private var addresses: [ObjectIdentifier: [TransportAddress]] = [:]
  private var questions = STUNQuestions()
  /// The only connection there is, if there is only one.
  private var soleReceiver: (any DatagramReceiver)?
  /// The last look-up: media of one call comes in runs.
  private var last: (remote: TransportAddress, receiver: any DatagramReceiver)?
  /// Where the last datagram went.
  private var lastSent: (remote: TransportAddress, receiver: any DatagramReceiver)?

  var receiverCount: Int { Set(byFragment.values.map { ObjectIdentifier($0) }).count }
  var isEmpty: Bool { byFragment.isEmpty }
  var addressCount: Int { byAddress.count }
  var questionCount: Int { questions.count }

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
    for remote in addresses.removeValue(forKey: ObjectIdentifier(receiver)) ?? [] { drop(remote, of: receiver) }
    questions.remove(receiver)
    // It may be one that had no address of its own.
    lastSent = nil
    findSoleReceiver()
  }

  // MARK: Sending

  /// Notes that `receiver` sends `datagram` to `remote`, so that answers find it; a route that is taken stays as it is.
  mutating func expect(_ datagram: RawSpan, to remote: TransportAddress, for receiver: any DatagramReceiver) {
    let isSTUN = Self.mayBeSTUN(datagram)
    if isSTUN { questions.ask(datagram, by: receiver) }
    if let lastSent, lastSent.remote == remote, lastSent.receiver === receiver { return }
    guard let route = byAddress[remote] else {
      return insert(Route(receiver: receiver, isProven: false, isInUse: !isSTUN), at: remote)
    }
    // Checks are sent to many addresses and media to few: only of these it is worth remembering that they are known.
    guard !isSTUN else { return }
    if route.receiver === receiver {
      if !route.isInUse { byAddress[remote]?.isInUse = true }
    } else if let index = rivals[remote]?.firstIndex(where: { $0.receiver === receiver }) {
      rivals[remote]?[index].isInUse = true
    }
    lastSent = (remote, receiver)
  }

  /// Notes that `receiver` has authenticated a datagram from `remote`.
  mutating func confirm(_ remote: TransportAddress, for receiver: any DatagramReceiver) {
    guard let route = byAddress[remote] else { return insert(Route(receiver: receiver, isProven: true), at: remote) }
    if route.receiver === receiver {
      byAddress[remote]?.isProven = true
    } else if route.isProven {
      contest(remote, by: receiver)
    } else {
      forget(remote, of: route.receiver)
      insert(Route(receiver: receiver, isProven: true), at: remote)
    }
  }

  private mutating func contest(_ remote: TransportAddress, by receiver: any DatagramReceiver) {
    let all = rivals[remote] ?? []
    guard !all.contains(where: { $0.receiver === receiver }) else { return }
    if all.count == Self.rivalLimit { forget(remote, of: all[0].receiver) }
    makeRoom(for: receiver)
    // What is sent there next says whether the claim is in use.
    lastSent = nil
    rivals[remote, default: []].append(Route(receiver: receiver, isProven: true))
    addresses[ObjectIdentifier(receiver), default: []].append(remote)
  }

  private mutating func insert(_ route: Route, at remote: TransportAddress) {
    makeRoom(for: route.receiver)
    addresses[ObjectIdentifier(route.receiver), default: []].append(remote)
    byAddress[remote] = route
  }

  /// Whoever copies checks from many addresses has each of them answered: they must not push out where the call's media goes.
  private mutating func makeRoom(for receiver: any DatagramReceiver) {
    let owner = ObjectIdentifier(receiver)
    guard var all = addresses[owner], all.count >= Self.addressLimitPerReceiver else { return }
    addresses[owner] = nil
    let unused = all.firstIndex { !isInUse($0, by: receiver) }
    drop(all.remove(at: unused ?? 0), of: receiver)
    addresses[owner] = all
  }

  private func isInUse(_ remote: TransportAddress, by receiver: any DatagramReceiver) -> Bool {
    if let route = byAddress[remote], route.receiver === receiver { return route.isInUse }
    return rivals[remote]?.first { $0.receiver === receiver }?.isInUse ?? false
  }

  private mutating func forget(_ remote: TransportAddress, of receiver: any DatagramReceiver) {
    drop(remote, of: receiver)
    addresses[ObjectIdentifier(receiver)]?.removeAll { $0 == remote }
  }

  /// Ends a claim that is no longer in `addresses`; an owner's goes to who has proven it next.
  private mutating func drop(_ remote: TransportAddress, of receiver: any DatagramReceiver) {
    last = nil
    lastSent = nil
    var all = rivals[remote] ?? []
    if byAddress[remote]?.receiver === receiver {
      byAddress[remote] = all.isEmpty ? nil : all.removeFirst()
    } else {
      all.removeAll { $0.receiver === receiver }
    }
    rivals[remote] = all.isEmpty ? nil : all
  }

  // MARK: Receiving

  /// Who gets a datagram that names nobody besides `receiver(for:from:)`: nobody unless the address is contested.
  func rivals(at remote: TransportAddress) -> [any DatagramReceiver] {
    rivals.isEmpty ? [] : rivals[remote]?.map(\.receiver) ?? []
  }

  /// A STUN message may name its connection, whatever address it comes from.
  static func mayBeSTUN(_ datagram: RawSpan) -> Bool { datagram.byteCount > 0 && datagram.uint8(at: 0) < 4 }

  mutating func receiver(for datagram: RawSpan, from remote: TransportAddress) -> (any DatagramReceiver)? {
    if Self.mayBeSTUN(datagram) {
      if let fragment = STUNUsername.localUfrag(of: datagram) { return byFragment[fragment] }
      if let asker = questions.asker(answeredBy: datagram) { return asker }
    }
    if let last, last.remote == remote { return last.receiver }
    // On a port of its own a connection also hears a peer whose address has changed.
    guard let receiver = byAddress[remote]?.receiver else { return soleReceiver }
    last = (remote, receiver)
    return receiver
  }
}
