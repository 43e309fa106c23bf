import Logging
import RTCNativeCrypto
import WebRTC

/// The answering end of one data channel: it sends every message back, or says what a file's digest is.
struct DataEcho: Sendable {
  private let channel: RTCDataChannel
  private let log: Logger

  init(_ channel: RTCDataChannel, log: Logger) {
    self.channel = channel
    self.log = log
  }

  /// Runs until the channel is closed.
  func run() async {
    log.info("The data channel \(name) is open")
    do {
      if channel.protocol == FileChannel.subprotocol {
        try await digest()
      } else {
        for await message in channel.messages { try await channel.send(message) }
      }
    } catch is CancellationError {
    } catch {
      // A channel that its peer closes takes no echo any more, and one that cannot carry it has failed.
      if channel.readyState == .open { log.warning("The data channel \(name) is closed: \(error)") }
    }
    channel.close()
  }

  /// The label for a log: the peer chose it, so it is cut, and stays on its line.
  private var name: String { String(channel.label.prefix(40)).debugDescription }

  private func digest() async throws {
    let hash = SHA256()
    for await message in channel.messages {
      switch message {
      case .binary(let bytes): hash.update(bytes)
      case .text: return try await channel.send(hash.finish())
      }
    }
  }
}
