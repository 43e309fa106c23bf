import RTCFrames
internal import RTCProcessing
import Synchronization

/// What the players of this process play together, for the microphones that are to remove it.
final class EchoReference: Sendable {
  static let shared = EchoReference()

  /// What one player has played that has not been mixed yet.
  private struct Player {
    let identity: ObjectIdentifier
    var converter = AudioConverter(to: SoundProcessor.playedFormat)
    var samples: [Int16] = []
  }

  private struct State {
    var processors: [SoundProcessor] = []
    var players: [Player] = []
    var delay = Duration.zero
  }

  private static let count = SoundProcessor.sampleCount
  /// How far a player may be ahead of another one, which is taken to play nothing then.
  private static let lead = 5 * count

  private let state = Mutex(State())

  /// Between a sample that is handed to a device and its sound, as the last player told.
  var delay: Duration { state.withLock { $0.delay } }
  /// What each player has played that is not mixed yet, for tests.
  var waitingSamples: [Int] { state.withLock { $0.players.map(\.samples.count) } }

  func attach(_ processor: SoundProcessor) { state.withLock { $0.processors.append(processor) } }
  func detach(_ processor: SoundProcessor) { state.withLock { $0.processors.removeAll { $0 === processor } } }

  /// Forgets a player.
  func remove(_ player: ObjectIdentifier) {
    state.withLock { $0.players.removeAll { $0.identity == player } }
  }

  /// Takes note of what a player has handed to its device.
  ///
  /// - Parameters:
  ///   - delay: until it is heard.
  ///   - frame: makes what was played, when anybody wants it.
  func played(by player: ObjectIdentifier, delay: Duration, _ frame: () -> AudioFrame) {
    state.withLock { state in
      guard !state.processors.isEmpty else { return state.players.removeAll() }
      state.delay = delay
      if !state.players.contains(where: { $0.identity == player }) { state.players.append(Player(identity: player)) }
      guard let index = state.players.firstIndex(where: { $0.identity == player }) else { return }
      let frame = frame()
      state.players[index].samples += state.players[index].converter.convert(frame)
      while Self.isReady(state.players) {
        let mixed = Self.takeMixed(&state.players)
        for processor in state.processors { processor.play(mixed) }
      }
    }
  }

  /// Whether all have played 10 ms, or those who have not are late.
  private static func isReady(_ players: [Player]) -> Bool {
    players.allSatisfy { $0.samples.count >= count } || players.contains { $0.samples.count >= lead }
  }

  private static func takeMixed(_ players: inout [Player]) -> [Int16] {
    var sums = [Int](repeating: 0, count: count)
    for index in players.indices {
      let taken = min(count, players[index].samples.count)
      for place in 0..<taken { sums[place] += Int(players[index].samples[place]) }
      players[index].samples.removeFirst(taken)
    }
    return sums.map { Int16(clamping: $0) }
  }
}
