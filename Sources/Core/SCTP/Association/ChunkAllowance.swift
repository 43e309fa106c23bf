/// What one packet may ask for. DATA pays for itself with the window; of the chunks that make this side look through more than they carry,
/// no peer has a reason to put several into a packet, whose processing would otherwise cost as much as it liked.
struct ChunkAllowance {
  private var controlChunks = 32
  private var acknowledgements = 1
  private var skips = 1
  private var cookies = 1
  private var shutdowns = 1

  /// - Returns: `false` when the packet has had enough of the kind.
  mutating func take(_ type: SCTPChunkType) -> Bool {
    switch type {
    case .data, .interleavedData: return true
    case .selectiveAcknowledgement: return Self.take(&acknowledgements)
    case .forwardTSN, .interleavedForwardTSN: return Self.take(&skips)
    case .cookieEcho: return Self.take(&cookies)
    // It acknowledges too.
    case .shutdown: return Self.take(&shutdowns)
    default: return Self.take(&controlChunks)
    }
  }

  private static func take(_ left: inout Int) -> Bool {
    left -= 1
    return left >= 0
  }
}
