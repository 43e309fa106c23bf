internal import NIOCore
internal import RTCTransport

/// The sockets of one transport, and the user name fragments by which its datagrams are known.
struct TransportSockets {
  /// Those of this connection alone; empty while they are being opened, and on a shared port.
  var ports: [DatagramPort] = []
  var isOpening = false
  /// Of the present credentials and of those that a restart replaces or a rollback brings back; the newest last.
  private(set) var fragments: [String] = []

  private static let fragmentLimit = 4

  /// Adds the fragment of new credentials.
  ///
  /// - Returns: the fragments that are out of use.
  mutating func add(_ fragment: String) -> [String] {
    fragments.removeAll { $0 == fragment }
    fragments.append(fragment)
    guard fragments.count > Self.fragmentLimit else { return [] }
    let old = Array(fragments.prefix(fragments.count - Self.fragmentLimit))
    fragments.removeFirst(old.count)
    return old
  }
}
