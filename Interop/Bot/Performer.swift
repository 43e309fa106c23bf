import Foundation
import WebRTC

/// Fulfils the requests of a peer.
actor Performer {
  private struct Line {
    /// The last of them is sent.
    var tracks: [MediaStreamTrack]
    let sender: RTCRtpSender
    var mutes = 0
    var unmutes = 0
  }

  private let connection: RTCPeerConnection
  private var lines: [MediaStreamTrack.Kind: Line] = [:]
  private var negotiationsNeeded = 0

  init(_ connection: RTCPeerConnection) { self.connection = connection }

  func take(_ track: MediaStreamTrack, sentBy sender: RTCRtpSender) {
    lines[track.kind] = Line(tracks: [track], sender: sender)
  }

  func noteNegotiationNeeded() { negotiationsNeeded += 1 }

  /// Notes what happens to a track until it ends.
  func watch(_ track: MediaStreamTrack) async {
    for await event in track.events {
      switch event {
      case .mute: lines[track.kind]?.mutes += 1
      case .unmute: lines[track.kind]?.unmutes += 1
      case .ended, .configurationChanged: break
      }
    }
  }

  /// Answers each request on the channel, until it closes.
  func obey(_ channel: RTCDataChannel) async {
    for await case .text(let text) in channel.messages {
      var problem: String?
      do {
        try await fulfil(JSONDecoder().decode(Request.self, from: Data(text.utf8)))
      } catch { problem = "\(error)" }
      guard let reply = try? JSONEncoder().encode(status(problem)) else { return }
      try? await channel.send(String(decoding: reply, as: UTF8.self))
    }
  }

  private func fulfil(_ request: Request) async throws {
    guard let line = lines[request.kind], let track = line.tracks.last else { return }
    switch request.action {
    case .enable: track.isEnabled = true
    case .disable: track.isEnabled = false
    case .apply: try await track.applyConstraints(request.constraints ?? MediaTrackConstraints())
    case .clone:
      let clone = track.clone()
      lines[request.kind]?.tracks.append(clone)
      try await line.sender.replaceTrack(clone)
    case .stop: line.tracks.first { $0.readyState == .live }?.stop()
    case .tell: break
    }
  }

  private func status(_ problem: String?) -> Status {
    var status = Status(connectionState: connection.connectionState)
    for (kind, line) in lines {
      guard let track = line.tracks.last else { continue }
      status.tracks[kind.rawValue] = Status.Track(
        enabled: track.isEnabled, muted: track.isMuted, readyState: track.readyState, settings: track.settings,
        mutes: line.mutes, unmutes: line.unmutes)
    }
    status.negotiationsNeeded = negotiationsNeeded
    status.error = problem
    return status
  }
}
