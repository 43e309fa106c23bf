import RTCBase

/// Gives equal foundations to candidates of equal kind, base address and server (RFC 8445 §5.1.1.3).
struct ICEFoundations: Sendable {
  private struct Key: Hashable, Sendable {
    let kind: ICECandidate.Kind
    let base: IPAddress
    let server: IPAddress?
  }

  private var keys: [Key] = []

  mutating func foundation(_ kind: ICECandidate.Kind, base: IPAddress, server: IPAddress? = nil) -> String {
    let key = Key(kind: kind, base: base, server: server)
    if let index = keys.firstIndex(of: key) { return String(index + 1) }
    keys.append(key)
    return String(keys.count)
  }
}
