/// What happened between two moments of a connection.
package struct TrafficRates: Hashable, Sendable {
  /// Bits per second.
  package var received = 0.0
  package var sent = 0.0
  /// Of packets that were to arrive, 0 to 1.
  package var lossReceived = 0.0
  /// Decoded and encoded pictures a second.
  package var framesReceived = 0.0
  package var framesSent = 0.0

  package init(from before: Traffic, to after: Traffic, over interval: Duration) {
    let seconds = interval.seconds
    guard seconds > 0 else { return }
    func total(_ streams: [StreamTraffic?], _ value: (StreamTraffic) -> Double) -> Double {
      streams.reduce(0) { $0 + ($1.map(value) ?? 0) }
    }
    func change(
      _ before: [StreamTraffic?], _ after: [StreamTraffic?], _ value: (StreamTraffic) -> Double
    ) -> Double { max(0, total(after, value) - total(before, value)) }

    let receivedBefore = [before.receivedVideo, before.receivedAudio]
    let receivedAfter = [after.receivedVideo, after.receivedAudio]
    received = change(receivedBefore, receivedAfter) { Double($0.bytes) } * 8 / seconds
    sent =
      change([before.sentVideo, before.sentAudio], [after.sentVideo, after.sentAudio]) { Double($0.bytes) } * 8
      / seconds
    framesReceived = change([before.receivedVideo], [after.receivedVideo]) { Double($0.frames) } / seconds
    framesSent = change([before.sentVideo], [after.sentVideo]) { Double($0.frames) } / seconds
    let lost = change(receivedBefore, receivedAfter) { Double($0.packetsLost) }
    let arrived = change(receivedBefore, receivedAfter) { Double($0.packets) }
    lossReceived = lost + arrived > 0 ? lost / (lost + arrived) : 0
  }
}
