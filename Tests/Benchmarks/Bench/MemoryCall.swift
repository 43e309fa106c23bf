import RTCBase
import RTCEngine
import RTCJSEP
import RTCNativeCrypto
import RTCSecurity
import WebRTCTypes

/// Two engines that call each other in memory and virtual time: no socket, no wait, nothing but the stack.
final class MemoryCall {
  let caller: MemoryPeer
  let callee: MemoryPeer
  private(set) var now = MonotonicTime.zero
  /// Of both engines.
  private(set) var wakeUps: [String: Int] = [:]
  private(set) var datagrams = 0

  init(
    certificate: any LocalCertificate, crypto: any CryptoProvider, kinds: [MediaStreamTrackKind],
    bitrate: Bitrate = .kilobitsPerSecond(2_500), profiles: [SRTPProfile] = SRTPProfile.preferred
  ) throws {
    caller = MemoryPeer(
      host: 1, certificate: certificate, crypto: crypto, bitrate: bitrate, profiles: profiles, now: now)
    callee = MemoryPeer(
      host: 2, certificate: certificate, crypto: crypto, bitrate: bitrate, profiles: profiles, now: now)
    for kind in kinds {
      try caller.addTrack(kind, now: now)
      try callee.addTrack(kind, now: now)
    }
    try negotiate()
    try connect()
  }

  private func negotiate() throws {
    try caller.engine.setLocalDescription(nil, sdp: "", now: now)
    settle(caller, callee)
    guard let offer = caller.engine.jsep.localDescription else { throw BenchmarkFailure("there is no offer") }
    try callee.engine.setRemoteDescription(offer, now: now)
    try callee.engine.setLocalDescription(nil, sdp: "", now: now)
    settle(callee, caller)
    guard let answer = callee.engine.jsep.localDescription else { throw BenchmarkFailure("there is no answer") }
    try caller.engine.setRemoteDescription(answer, now: now)
    for candidate in caller.takeCandidates() { try callee.engine.addICECandidate(candidate, now: now) }
    for candidate in callee.takeCandidates() { try caller.engine.addICECandidate(candidate, now: now) }
  }

  private func connect() throws {
    // OpenSSL's timers follow the real clock: on a slow machine a repeated flight takes many steps.
    let limit = now + .seconds(120)
    while caller.engine.connectionState != .connected || callee.engine.connectionState != .connected {
      guard now < limit else { throw BenchmarkFailure("the engines did not connect") }
      step(to: now + .milliseconds(5))
    }
  }

  /// Lets time pass without media, waking whoever wants to be woken.
  func idle(for span: TimeDelta) {
    let end = now + span
    while true {
      let due = [caller.engine.deadline, callee.engine.deadline].compactMap { $0?.time }.min() ?? end
      guard due < end else { break }
      step(to: max(due, now))
    }
    step(to: end)
  }

  /// Moves on to `time`, carrying datagrams both ways without delay.
  func step(to time: MonotonicTime) {
    now = time
    for peer in [caller, callee] {
      if let deadline = peer.engine.deadline, deadline.time <= now {
        wakeUps[deadline.reason.description, default: 0] += 1
        peer.engine.handleTimeout(now: now)
      }
    }
    while settle(caller, callee) || settle(callee, caller) {}
  }

  /// Carries what one peer has to send; `false` when that was nothing.
  @discardableResult
  private func settle(_ sender: MemoryPeer, _ receiver: MemoryPeer) -> Bool {
    var hasSent = false
    repeat {
      while let datagram = sender.engine.pollDatagram(now: now) {
        hasSent = true
        datagrams += 1
        receiver.engine.handle(datagram.packet.bytes, from: datagram.source, to: datagram.destination, now: now)
        sender.engine.pool.give(datagram.packet)
      }
    } while sender.takeEvents(now: now)
    return hasSent
  }
}
