import RTCBase

/// Remote addresses that proved to be the peer's, the latest `limit` of them.
struct ICEValidatedAddresses: Sendable {
  private struct Entry: Hashable, Sendable {
    let remote: TransportAddress
    let base: TransportAddress
  }

  private var entries: [Entry] = []
  let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { entries.count }

  func contains(_ remote: TransportAddress, _ base: TransportAddress) -> Bool {
    entries.contains { $0.remote == remote && $0.base == base }
  }

  /// - Returns: Whether it is new.
  mutating func insert(_ remote: TransportAddress, _ base: TransportAddress, keeping path: ICEPath?) -> Bool {
    guard !contains(remote, base) else { return false }
    if entries.count >= limit,
      let oldest = entries.firstIndex(where: { $0.remote != path?.remote || $0.base != path?.base })
    {
      entries.remove(at: oldest)
    }
    entries.append(Entry(remote: remote, base: base))
    return true
  }

  mutating func removeAll() { entries.removeAll() }
}
