import Foundation
import WebRTC

/// Sends a camera and a microphone to its peer, and does with their tracks what the peer asks over a data channel.
///
/// It takes the offer as a line of JSON from standard input, and gives the answer on standard output. The only argument is
/// the folder in which cameras are looked for.
@main
struct Bot {
  static func main() async throws {
    let folder = CommandLine.arguments.dropFirst().first ?? "/dev"
    guard let line = readLine() else { return }
    let offer = try JSONDecoder().decode(RTCSessionDescription.self, from: Data(line.utf8))

    let devices = MediaDevices(providers: [SystemDevices(root: folder)])
    // As it is: what processes voices takes a tone for noise.
    let stream = try await devices.getUserMedia(
      audio: .init(echoCancellation: false, autoGainControl: false, noiseSuppression: false),
      video: .init(width: 640, height: 480, frameRate: 25))
    let connection = try RTCPeerConnection()
    let performer = Performer(connection)

    try await connection.setRemoteDescription(offer)
    for track in stream.tracks {
      await performer.take(track, sentBy: try await connection.addTrack(track, streams: [stream]))
    }
    try await connection.setLocalDescription()
    await connection.waitForGathering()
    let answer = try JSONEncoder().encode(connection.localDescription)
    FileHandle.standardOutput.write(answer + Data("\n".utf8))

    await withDiscardingTaskGroup { group in
      for track in stream.tracks { group.addTask { await performer.watch(track) } }
      for await event in connection.events {
        switch event {
        case .dataChannel(let channel): group.addTask { await performer.obey(channel) }
        case .negotiationNeeded: await performer.noteNegotiationNeeded()
        case .connectionStateChange(.failed), .connectionStateChange(.closed): group.cancelAll()
        default: break
        }
      }
    }
  }
}
