import RTCBase
import RTCSTUN

/// Asks STUN servers for the addresses they see: one question for each base and server (RFC 8445 §5.1.1.2).
struct ICEGatherer: Sendable {
  enum State: Hashable, Sendable {
    case queued
    case asked
    case answered
    case failed
  }

  struct Query: Sendable {
    let serverIndex: Int
    let server: TransportAddress
    let base: TransportAddress
    var state = State.queued
    var transactionID = STUNTransactionID(high: 0, low: 0)
    var bytes: [UInt8] = []
    var schedule = STUNRetransmission(now: .zero)
    var expiry = MonotonicTime.distantFuture
    /// When the NAT binding behind the candidate wants to be refreshed (RFC 8445 §5.1.1.4).
    var keepalive = MonotonicTime.distantFuture
  }

  struct Server: Sendable {
    let index: Int
    /// At most one of each family.
    var addresses: [TransportAddress] = []
    var isResolved = false
    var isReported = false
  }

  private(set) var servers: [Server] = []
  var queries: [Query] = []

  // MARK: - Set-up

  /// - Returns: `false` beyond the limit or for a number in use.
  mutating func addServer(_ index: Int, limit: Int) -> Bool {
    guard servers.count < limit, !servers.contains(where: { $0.index == index }) else { return false }
    servers.append(Server(index: index))
    return true
  }

  /// Takes other servers; questions to those that stay, and what was learnt from them, stay too.
  mutating func replaceServers(_ indices: [Int], limit: Int) {
    servers.removeAll { !indices.contains($0.index) }
    queries.removeAll { !indices.contains($0.serverIndex) }
    for index in indices { _ = addServer(index, limit: limit) }
  }

  mutating func resolveServer(_ index: Int, _ addresses: [TransportAddress], bases: [ICEBase]) {
    guard let position = servers.firstIndex(where: { $0.index == index && !$0.isResolved }) else { return }
    servers[position].isResolved = true
    for family in [IPAddress.Family.v6, .v4] {
      if let address = addresses.first(where: { $0.family == family && ICECandidate.isUsable($0) }) {
        servers[position].addresses.append(address)
      }
    }
    for base in bases { addQueries(base: base, server: servers[position]) }
  }

  mutating func addBase(_ base: ICEBase) {
    for server in servers { addQueries(base: base, server: server) }
  }

  private mutating func addQueries(base: ICEBase, server: Server) {
    // Neither can be seen by a server elsewhere.
    guard !base.address.ip.isLoopback || server.addresses.contains(where: \.ip.isLoopback),
      !base.address.ip.isLinkLocal
    else { return }
    for address in server.addresses where address.family == base.address.family {
      queries.append(Query(serverIndex: server.index, server: address, base: base.address))
    }
  }

  /// Asks everything anew, for a new generation.
  mutating func restart() {
    for index in queries.indices {
      queries[index].state = .queued
      queries[index].keepalive = .distantFuture
    }
    for index in servers.indices { servers[index].isReported = false }
  }

  mutating func removeQueries() { queries.removeAll() }

  mutating func markReported(_ serverIndex: Int) {
    if let position = servers.firstIndex(where: { $0.index == serverIndex }) { servers[position].isReported = true }
  }

  // MARK: - Progress

  var nextQueued: Int? { queries.firstIndex { $0.state == .queued } }

  func index(asked id: STUNTransactionID) -> Int? {
    queries.firstIndex { $0.state == .asked && $0.transactionID == id }
  }

  var isFinished: Bool {
    servers.allSatisfy(\.isResolved) && !queries.contains { $0.state == .queued || $0.state == .asked }
  }

  /// A server whose every question failed and that has not been reported yet: 701 comes once a server (webrtc-pc §4.8.2).
  func unreachableServer() -> (server: Server, query: Query?)? {
    for server in servers where server.isResolved && !server.isReported {
      let own = queries.filter { $0.serverIndex == server.index }
      // Without a base of its family there was nothing to ask; without an address there never will be.
      if own.isEmpty ? server.addresses.isEmpty : own.allSatisfy({ $0.state == .failed }) {
        return (server, own.last)
      }
    }
    return nil
  }

  var nextTime: MonotonicTime? {
    var earliest: MonotonicTime?
    for query in queries {
      let time: MonotonicTime
      switch query.state {
      case .asked: time = min(query.schedule.nextTime, query.expiry)
      case .answered: time = query.keepalive
      case .queued, .failed: continue
      }
      if earliest.map({ time < $0 }) ?? true { earliest = time }
    }
    return earliest
  }

  mutating func stopKeepalives() {
    for index in queries.indices { queries[index].keepalive = .distantFuture }
  }
}
