import RTCBase
import RTCCongestion
import RTCEngine
import RTCTestKit
import WebRTCTypes

/// Sound and pictures one way, in so many packets that their numbers wrap.
///
/// Timestamps begin close to their end. Sequence numbers begin in the lower half of their range, so that it takes as many packets to wrap as
/// the upper half has numbers; for retransmissions that are many losses.
package struct WrappingCall {
  package enum Numbers: String, CaseIterable, Sendable {
    case soundSequence = "sequence numbers of sound"
    case soundTimestamps = "timestamps of sound"
    case pictureSequence = "sequence numbers of pictures"
    case pictureTimestamps = "timestamps of pictures"
    case retransmissions = "sequence numbers of retransmissions"
    case transport = "transport-wide numbers"
  }

  package private(set) var wraps: [Numbers: Int] = [:]
  package private(set) var problems: [String]
  package private(set) var report: String

  package init(span: TimeDelta, loss: Double) throws {
    let simulation = Simulation(seed: 3, impairments: .init(delay: .milliseconds(5), loss: loss))
    let peers = ["sender", "receiver"].enumerated().map { number, name in
      let random = RandomSource.seeded(UInt64(number))
      // Random numbers whose upper half is all ones.
      let high = RandomSource { random.next() | 0xFFFF_0000_0000_0000 }
      return simulation.addPeer(name, random: number == 0 ? high : random) {
        let rate = Bitrate.kilobitsPerSecond(1_500)
        $0.bitrateLimits = BitrateLimits(minimum: rate, start: rate, maximum: rate)
        $0.maximumDatagramSize = 320
      }
    }
    let (sender, receiver) = (peers[0], peers[1])
    sender.packetTime = .shortest
    for kind in [MediaStreamTrackKind.audio, .video] {
      let id = try sender.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
        try model.addTrack(kind, trackID: kind.rawValue, streamIDs: [])
      }
      sender.attachSource(to: id, now: simulation.now)
    }
    try simulation.negotiate(sender, receiver)
    var headers = SentHeaders(sdp: sender.engine.jsep.localDescription?.sdp ?? "")
    let source = sender.addresses[0].ip
    simulation.onDatagram = { bytes, from, _ in if from.ip == source { headers.note(bytes) } }
    simulation.run(for: span)
    simulation.onDatagram = nil

    for item in sender.engine.makeStatistics(now: simulation.now).outbound {
      let isSound = item.stream.kind == .audio
      let stream = headers.streams[item.stream.ssrc]
      wraps[isSound ? .soundSequence : .pictureSequence] = stream?.sequenceNumberWraps
      wraps[isSound ? .soundTimestamps : .pictureTimestamps] = stream?.timestampWraps
      if let rtx = item.stream.rtxSsrc { wraps[.retransmissions] = headers.streams[rtx]?.sequenceNumberWraps }
    }
    wraps[.transport] = headers.transportNumberWraps

    problems = simulation.failures
    let refused = receiver.engine.makeDiagnostics().transports.map(\.media.rejected).reduce(0, +)
    if refused > 0 { problems.append("\(refused) packets could not be decrypted") }
    if receiver.brokenFrames > 0 { problems.append("\(receiver.brokenFrames) pictures are broken") }
    // Where a tenth is lost, some pictures wait for a key frame.
    let isLossy = loss > 0.05
    if Double(receiver.videoFrames.count) < (isLossy ? 27 : 29) * span.seconds {
      problems.append("\(receiver.videoFrames.count) pictures came")
    }
    let gaps = [receiver.videoFrames, receiver.audioFrames].map { frames in
      let times = frames.map(\.time).drop { $0 < .zero + .seconds(2) } + [simulation.now]
      return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? span
    }
    if gaps[0] > .milliseconds(isLossy ? 2_000 : 300) { problems.append("no picture for \(gaps[0].milliseconds) ms") }
    if gaps[1] > .milliseconds(60) { problems.append("no sound for \(gaps[1].milliseconds) ms") }
    if receiver.audioConcealment > 1.2 * loss + 0.002 {
      problems.append("\(receiver.audioConcealment) of the sound is made up")
    }
    let counts = headers.streams.values.map(\.packetCount).sorted()
    report =
      "packets of each stream: \(counts); longest gaps: \(gaps.map(\.milliseconds)) ms; made up: "
      + "\(receiver.audioConcealment)"
  }
}
