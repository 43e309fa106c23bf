import RTCSDP

/// Which identifier stands for which header extension throughout a session.
///
/// Within a BUNDLE group an identifier has one meaning (RFC 9143 §15.1). As with payload types, what either side has
/// used stays remembered.
struct HeaderExtensionRegistry: Hashable, Sendable {
  private var uris: [Int: String] = [:]
  private var ids: [String: Int] = [:]

  /// What fits one-byte headers (RFC 8285 §4.2): every peer can read those.
  static let oneByteRange = 1...14

  /// Takes over a meaning that a description gave. The first meaning of an identifier and the latest identifier of a
  /// URI win.
  mutating func learn(_ id: Int, _ uri: String) {
    guard Self.oneByteRange.contains(id) else { return }
    if uris[id] == nil { uris[id] = uri }
    if uris[id] == uri { ids[uri] = id }
  }

  /// The identifier of an extension, a new one if it has none; `nil` when all 14 are used up.
  mutating func id(for uri: String, preferred: Int?) -> Int? {
    if let known = ids[uri] { return known }
    let candidates = (preferred.map { [$0] } ?? []) + Array(Self.oneByteRange)
    guard let free = candidates.first(where: { Self.oneByteRange.contains($0) && uris[$0] == nil }) else { return nil }
    uris[free] = uri
    ids[uri] = free
    return free
  }
}
