import Foundation
import Synchronization
import Testing

@testable import WebRTC

/// Waits until a condition holds; it is looked at again and again, for not everything that changes tells of it.
func eventually(
  _ what: String, within limit: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      Issue.record("waited \(limit) in vain: \(what)", sourceLocation: sourceLocation)
      throw CancellationError()
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// All that a connection tells.
final class EventLog: Sendable {
  private final class Entries: Sendable {
    let all = Mutex<[RTCPeerConnectionEvent]>([])
  }

  private let entries = Entries()
  private let reader: Task<Void, Never>

  init(_ connection: RTCPeerConnection) {
    let (events, entries) = (connection.events, entries)
    reader = Task { for await event in events { entries.all.withLock { $0.append(event) } } }
  }

  deinit { reader.cancel() }

  var all: [RTCPeerConnectionEvent] { entries.all.withLock { $0 } }
  /// The names of all events, as a browser has them; states with their value.
  var names: [String] { all.map(\.name) }

  /// Everything up to the end of the connection.
  func finish() async -> [RTCPeerConnectionEvent] {
    await reader.value
    return all
  }

  /// The first event of a kind, now or later.
  func first<Value>(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ pick: (RTCPeerConnectionEvent) -> Value?
  ) async throws -> Value {
    try await eventually(what, sourceLocation: sourceLocation) { all.contains { pick($0) != nil } }
    return try #require(all.lazy.compactMap(pick).first)
  }

  func count(_ name: String) -> Int { names.count { $0 == name } }
}

extension RTCPeerConnectionEvent {
  var name: String {
    switch self {
    case .negotiationNeeded: "negotiationneeded"
    case .iceCandidate(let candidate): candidate == nil ? "icecandidate null" : "icecandidate"
    case .iceCandidateError: "icecandidateerror"
    case .signalingStateChange(let state): "signaling \(state.rawValue)"
    case .iceGatheringStateChange(let state): "gathering \(state.rawValue)"
    case .iceConnectionStateChange(let state): "ice \(state.rawValue)"
    case .connectionStateChange(let state): "connection \(state.rawValue)"
    case .track: "track"
    case .dataChannel: "datachannel"
    }
  }

  var trackEvent: RTCTrackEvent? { if case .track(let event) = self { event } else { nil } }
}

extension RTCPeerConnectionOptions {
  /// One socket a transport.
  static var loopback: RTCPeerConnectionOptions { RTCPeerConnectionOptions(network: .addresses(["127.0.0.1"])) }
}

extension LoopbackCall {
  /// Offer and answer with all candidates inside, which may be changed on their way.
  static func exchange(
    from offerer: RTCPeerConnection, to answerer: RTCPeerConnection,
    changing change: (String) -> String = { $0 }
  ) async throws {
    try await offerer.setLocalDescription()
    await offerer.waitForGathering()
    let offer = try #require(offerer.localDescription)
    try await answerer.setRemoteDescription(RTCSessionDescription(type: .offer, sdp: change(offer.sdp)))
    try await answerer.setLocalDescription()
    await answerer.waitForGathering()
    let answer = try #require(answerer.localDescription)
    try await offerer.setRemoteDescription(RTCSessionDescription(type: .answer, sdp: change(answer.sdp)))
  }

  func connected(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    for connection in [caller, callee] {
      try await eventually("connected", sourceLocation: sourceLocation) { connection.connectionState == .connected }
    }
  }
}

/// Takes pictures until a condition holds.
func expectPicture(
  of track: MediaStreamTrack, _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
  where isWanted: (VideoFrame) -> Bool = { _ in true }
) async throws {
  for await frame in track.videoFrames() where isWanted(frame) { return }
  Issue.record("the track ended without \(what)", sourceLocation: sourceLocation)
}

/// Takes sound until a condition holds.
func expectSound(
  of track: MediaStreamTrack, _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
  where isWanted: (AudioFrame) -> Bool = { _ in true }
) async throws {
  for await frame in track.audioFrames() where isWanted(frame) { return }
  Issue.record("the track ended without \(what)", sourceLocation: sourceLocation)
}

extension VideoFrame {
  /// The first sample of luma: what `Camera` paints everywhere.
  var shade: Int { withUnsafePlanes { luma, _, _ in Int(luma[0]) } }
}

extension AudioFrame {
  /// The mean absolute sample of a channel.
  func loudness(channel index: Int = 0) -> Int {
    let samples = channel(index)
    return samples.reduce(0) { $0 + abs(Int($1)) } / max(1, samples.count)
  }
}

/// A camera and a microphone: they film a shade of grey and hear a tone in each channel, until they are released.
final class Studio: Sendable {
  let camera = VideoTrackGenerator()
  let microphone = AudioTrackGenerator()
  private let task: Task<Void, Never>

  /// - Parameters:
  ///   - amplitudes: of each channel of the sound.
  init(shade: UInt8 = 100, width: Int = 320, height: Int = 240, amplitudes: [Double] = [8_000]) {
    let (camera, microphone) = (camera, microphone)
    task = Task {
      let format = AudioFormat(sampleRate: 48_000, channels: amplitudes.count)
      var count = 0
      while !Task.isCancelled {
        let now = MediaTime.now
        if count % 3 == 0 {
          var buffer = VideoFrameBuffer(width: width, height: height)
          buffer.fill(luma: shade, cb: 128, cr: 128)
          try? camera.write(VideoFrame(buffer, timestamp: now))
        }
        var samples: [Int16] = []
        for index in 0..<480 {
          let phase = Double(count * 480 + index) * 440 * 2 * .pi / 48_000
          for amplitude in amplitudes { samples.append(Int16(amplitude * sin(phase))) }
        }
        try? microphone.write(AudioFrame(format: format, samples: samples, timestamp: now))
        count += 1
        // The cadence of a source: this task stands for devices, it does not wait for anything.
        try? await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  deinit { task.cancel() }
}

/// The UDP ports of a description's candidates.
func ports(of description: RTCSessionDescription?) -> Set<UInt16> {
  var found: Set<UInt16> = []
  for line in (description?.sdp ?? "").split(whereSeparator: \.isNewline) where line.hasPrefix("a=candidate:") {
    let fields = line.split(separator: " ")
    if fields.count > 5, let port = UInt16(fields[5]) { found.insert(port) }
  }
  return found
}

/// How many file descriptors of this process are UDP sockets on these ports.
func openSockets(on ports: Set<UInt16>) throws -> Int {
  var inodes: Set<String> = []
  if let table = try? String(contentsOfFile: "/proc/self/net/udp", encoding: .utf8) {
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ")
      // 127.0.0.1 as the kernel writes it; others may have the same ports on other addresses.
      guard fields.count > 9, fields[1].hasPrefix("0100007F:"), let port = UInt16(fields[1].dropFirst(9), radix: 16)
      else { continue }
      if ports.contains(port) { inodes.insert("socket:[\(fields[9])]") }
    }
  }
  let directory = "/proc/self/fd"
  return try FileManager.default.contentsOfDirectory(atPath: directory).count { name in
    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(name)")
    return target.map { inodes.contains($0) } ?? false
  }
}

/// Whether an object is still there.
///
/// Unchecked: the reference is only compared with `nil`, which is atomic.
final class WeakReference: @unchecked Sendable {
  private weak var object: AnyObject?
  init(_ object: AnyObject?) { self.object = object }
  var isGone: Bool { object == nil }
}

extension RTCPeerConnection {
  func weakDriver() -> WeakReference { WeakReference(driver) }

  /// How often negotiation was asked for until now.
  func negotiationsAskedFor(_ log: EventLog) async -> Int {
    // The connection looks again once its chain of operations is empty; what it then says has to be read.
    while isNegotiationCheckQueued { await Task.yield() }
    let marker = log.all.count
    for _ in 0..<100 where log.all.count == marker { await Task.yield() }
    return log.count("negotiationneeded")
  }
}

extension RTCRtpSender {
  func weakEncoder() -> WeakReference {
    switch pipeline.encoder {
    case .video(let encoder, _): WeakReference(encoder)
    case .audio(let encoder, _): WeakReference(encoder)
    case .encodedVideo, .encodedAudio, nil: WeakReference(nil)
    }
  }
}

extension RTCRtpReceiver {
  func weakDecoder() -> WeakReference {
    switch pipeline.decoder {
    case .video(let decoder): WeakReference(decoder)
    case .audio(let decoder): WeakReference(decoder)
    case nil: WeakReference(nil)
    }
  }
}

/// Expects an error with this W3C name.
func expectError(
  _ name: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("nothing was thrown; expected \(name)", sourceLocation: sourceLocation)
  } catch let error as WebRTCError {
    #expect(error.name == name, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.message.isEmpty, sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(error) is no WebRTCError", sourceLocation: sourceLocation)
  }
}
