import Foundation
import RTCBase
import RTCEngine
import RTCJSEP
import RTCSDP
import RTCSecurity
import RTCTestKit
import WebRTCTypes

private func makeSession() -> JSEPSession {
  let certificate = DeterministicCertificate(seed: 1)
  return JSEPSession(configuration: JSEPConfiguration(fingerprints: certificate.fingerprints), random: .seeded(1))
}

/// A description, as an offer to us and as an answer to our offer, and once more over what came of the first.
func fuzzSDP(_ input: [UInt8]) {
  let text = String(decoding: input, as: UTF8.self)
  guard let description = try? SessionDescription(parsing: text) else { return }
  // What was understood can be said, and is understood again.
  _ = try? SessionDescription(parsing: description.text)
  var answerer = makeSession()
  for _ in 0..<2 {
    guard (try? answerer.setRemoteDescription(.offer, sdp: text)) != nil else { break }
    guard (try? answerer.setLocalDescription(nil, sdp: "")) != nil else { break }
    _ = answerer.negotiated
  }
  var offerer = makeSession()
  for kind in [MediaStreamTrackKind.audio, .video] {
    _ = try? offerer.addTrack(kind, trackID: kind.rawValue, streamIDs: ["stream"])
  }
  _ = try? offerer.setLocalDescription(nil, sdp: "")
  _ = try? offerer.setRemoteDescription(.answer, sdp: text)
  _ = offerer.negotiated
}

/// What browsers and others send as JSON: descriptions and candidates.
func fuzzJSON(_ input: [UInt8]) {
  let data = Data(input)
  let decoder = JSONDecoder()
  var session = makeSession()
  if let description = try? decoder.decode(RTCSessionDescription.self, from: data) {
    _ = try? JSONEncoder().encode(description)
    _ = try? session.setRemoteDescription(description.type, sdp: description.sdp)
  }
  if let candidate = try? decoder.decode(RTCIceCandidateInit.self, from: data) {
    _ = try? RTCIceCandidate(candidate)
    _ = try? session.addICECandidate(
      candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex.map { Int($0) },
      usernameFragment: candidate.usernameFragment)
  }
  _ = try? decoder.decode(RTCConfiguration.self, from: data)
  _ = try? decoder.decode(RTCRtpEncodingParameters.self, from: data)
}
