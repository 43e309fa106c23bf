import RTCBase

/// Remote addresses that proved to be the peer's, the latest `limit` of them.
struct ICEValidatedAddresses: Sendable {
  private struct Entry: Hashable, Sendable {
    let remote: TransportAddress
    let base: TransportAddress
  }

  private var entries: [Entry] = []
  /// Where the last one asked for was: most packets come from the same address as the one before.
  private var hint = 0
  let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { entries.count }

  mutating func find(_ remote: TransportAddress, _ base: TransportAddress) -> Bool {
    if hint < entries.count, entries[hint].remote == remote, entries[hint].base == base { return true }
    guard let index = entries.firstIndex(where: { $0.remote == remote && $0.base == base }) else { return false }
    hint = index
    return true
  }

  /// - Returns: Whether it is new.
  mutating func insert(_ remote: TransportAddress, _ base: TransportAddress, keeping path: ICEPath?) -> Bool {
    guard !find(remote, base) else { return false }
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
