import Foundation
import RTCBase
import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

/// Descriptions that Chromium and Firefox made, in a folder beside the checkout that not every machine has.
@Suite("Descriptions of browsers")
struct BrowserTests {
  static let folder: URL? = {
    var directory = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    while directory.path != "/" {
      directory.deleteLastPathComponent()
      let candidate = directory.deletingLastPathComponent().appendingPathComponent("shared/rigs/sdp")
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return nil
  }()

  static let reason: Comment = "the browsers' descriptions are not on this machine"

  static func names(_ suffix: String) -> [String] {
    guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return [] }
    return names.filter { $0.hasSuffix(suffix) }.sorted()
  }

  static func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: try #require(folder).appendingPathComponent(name)), as: UTF8.self)
  }

  @Test(
    "JS-04: every offer of a browser is answered", .enabled(if: folder != nil, reason), arguments: names(".offer.sdp"))
  func answer(name: String) throws {
    let text = try Self.text(name)
    let offer = try SessionDescription(parsing: text)
    for supportsData in [false, true] {
      var session = makeSession { $0.supportsDataChannels = supportsData }
      try session.addTrack(.audio, trackID: "a", streamIDs: ["s"])
      try session.addTrack(.video, trackID: "v", streamIDs: ["s"])
      let answer = try session.answer(text)
      #expect(answer.media.map(\.kind) == offer.media.map(\.kind))
      #expect(answer.media.map(\.mid) == offer.media.map(\.mid))
      #expect(answer.media.map(\.transportProtocol) == offer.media.map(\.transportProtocol))
      for (ours, theirs) in zip(answer.media, offer.media) {
        let isRejected = (theirs.port == 0 && !theirs.isBundleOnly) || (theirs.kind == .application && !supportsData)
        #expect((ours.port == 0) == isRejected)
        #expect(isRejected || ours.attributes.setup == .active)
        let offered = Dictionary(
          offer.extensionMappings(for: theirs).map { ($0.id, $0.uri) }, uniquingKeysWith: { first, _ in first })
        for mapping in ours.extensionMappings { #expect(offered[mapping.id] == mapping.uri) }
        let sending = offer.direction(for: theirs).sends
        #expect(isRejected || theirs.kind == .application || (ours.direction?.receives == sending))
      }
      #expect(session.negotiated.transports.count <= 1)
      #expect(session.negotiated.transports.allSatisfy { $0.remoteFingerprints.first?.digest.count == 32 })
      for media in session.negotiated.media { try check(media, offer.media[media.sectionIndex]) }
      #expect(session.canTrickleIceCandidates == true)
    }
  }

  private func check(_ media: NegotiatedMedia, _ offered: MediaDescription) throws {
    let uris = Set(media.extensions.map(\.uri))
    #expect(
      uris.isSuperset(of: [HeaderExtensionCapability.mid.uri, HeaderExtensionCapability.transportSequenceNumber.uri]))
    let codec = try #require(media.sendCodecs.first)
    #expect(media.sendCodecs.map(\.payloadType) == media.receiveCodecs.map(\.payloadType))
    #expect(offered.rtpmap(codec.payloadType)?.encodingName == codec.name)
    #expect(codec.feedback.contains(.transportCC))
    switch media.kind {
    case .audio:
      #expect(media.sendCodecs.map(\.name) == ["opus", "PCMU", "PCMA"])
      #expect(codec.parameters["useinbandfec"] == "1")
      #expect(uris.contains(HeaderExtensionCapability.audioLevel.uri))
    case .video:
      #expect(media.sendCodecs.map(\.name) == ["VP8"])
      let associated = offered.formatParameters.filter { $0["apt"] == String(codec.payloadType.rawValue) }
      #expect(codec.retransmissionPayloadType.map { String($0.rawValue) } == associated.first?.format)
      #expect(Set(codec.feedback).isSuperset(of: CodecCapability.videoFeedback))
      #expect(uris.contains(HeaderExtensionCapability.absoluteSendTime.uri))
      #expect(media.remoteSources.first?.retransmissionSSRC == offered.ssrcGroups.first?.ssrcs.last)
    }
  }

  /// Turns a browser's answer to another offer into one to ours: same sections, its own words.
  @Test(
    "JS-11: every answer of a browser fits an offer of ours", .enabled(if: folder != nil, reason),
    arguments: names(".answer.sdp"))
  func apply(name: String) throws {
    let text = try Self.text(name)
    let answer = try SessionDescription(parsing: text)
    guard answer.media.allSatisfy({ $0.port != 0 }) else { return }
    var session = makeSession { $0.supportsDataChannels = true }
    for media in answer.media {
      if let kind = MediaStreamTrackKind(media.kind) {
        try session.addTransceiver(kind, init: .init(direction: .sendrecv))
      } else {
        try session.requestDataChannels()
      }
    }
    _ = try session.setLocalDescription()
    _ = try session.setRemoteDescription(.answer, sdp: text)
    #expect(session.signalingState == .stable)
    #expect(session.negotiated.transports.count == 1)
    let transport = try #require(session.negotiated.transports.first)
    #expect(transport.dtlsRole == .server)
    #expect(transport.ice.remote != nil)
    #expect(transport.mids == answer.media.compactMap(\.mid))
    #expect(transport.ice.remoteCandidates == answer.media.first?.candidates)
    for media in session.negotiated.media {
      let answered = answer.media[media.sectionIndex]
      #expect(media.direction == answer.direction(for: answered).reversed)
      #expect(media.sendCodecs.first?.name == (media.kind == .audio ? "opus" : "VP8"))
      let hasRetransmission = answered.rtpmaps.contains { $0.encodingName == "rtx" }
      #expect((media.sendCodecs.first?.retransmissionPayloadType != nil) == hasRetransmission)
      #expect((media.receiveCodecs.first?.retransmissionPayloadType != nil) == hasRetransmission)
      #expect(media.receiveCodecs.first?.payloadType.rawValue == (media.kind == .audio ? 111 : 96))
    }
  }

  @Test(
    "JS-03: the browsers' renegotiations are followed, with stop and restart", .enabled(if: folder != nil, reason),
    arguments: ["chromium", "firefox"])
  func renegotiation(browser: String) throws {
    var session = makeSession()
    var transport: NegotiatedTransport?
    for step in ["reoffer", "reoffer.2", "reoffer.3-stopped-icerestart"] {
      let name = "\(browser).\(step).offer.sdp"
      let offer = try SessionDescription(parsing: try Self.text(name))
      let answer = try session.answer(try Self.text(name))
      #expect(answer.media.map(\.mid) == offer.media.map(\.mid))
      #expect(answer.media.map { $0.port == 0 } == offer.media.map { $0.port == 0 })
      let used = try #require(session.negotiated.transports.first)
      if let transport, step == "reoffer.3-stopped-icerestart" {
        #expect(used.id == transport.id)
        #expect(used.ice.number == transport.ice.number + 1)
        #expect(used.ice.local != transport.ice.local)
        #expect(used.associationNumber == 0)
        #expect(used.dtlsRole == transport.dtlsRole)
      }
      transport = used
    }
    #expect(session.transceivers.map(\.kind) == [.video])
  }
}
