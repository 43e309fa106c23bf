/// The SSRCs of one direction, up to a limit. The latest one used is found at once, since packets come in runs.
struct StreamSet {
  private var ssrcs: [UInt32] = []
  private var latest = 0
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { ssrcs.count }

  mutating func contains(_ ssrc: UInt32) -> Bool {
    if latest < ssrcs.count, ssrcs[latest] == ssrc { return true }
    guard let index = ssrcs.firstIndex(of: ssrc) else { return false }
    latest = index
    return true
  }

  mutating func hasRoom(for ssrc: UInt32) -> Bool { contains(ssrc) || ssrcs.count < limit }

  mutating func insert(_ ssrc: UInt32) {
    guard !contains(ssrc), ssrcs.count < limit else { return }
    latest = ssrcs.count
    ssrcs.append(ssrc)
  }

  mutating func remove(_ ssrc: UInt32) {
    guard let index = ssrcs.firstIndex(of: ssrc) else { return }
    ssrcs.swapAt(index, ssrcs.count - 1)
    ssrcs.removeLast()
    latest = 0
  }
}
