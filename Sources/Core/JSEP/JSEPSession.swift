import RTCBase
import RTCSDP
import RTCSecurity
import WebRTCTypes

/// The signalling half of a peer connection: transceivers, the offer/answer state machine and what came of it (RFC
/// 9429, webrtc-pc §4.4).
///
/// A description is applied whole or not at all: every operation that may fail works on a copy of the session. A
/// rollback brings back what was negotiated when the session was last stable, while what the application has asked
/// for since (tracks, directions, stops) stays.
///
/// Three kinds of state, each with its own life:
/// - what the application wants: `direction`, the sender's track and streams, `isStopping` of each transceiver;
/// - what is negotiated: `sections`, `transports` and `JSEPTransceiver.NegotiatedState`, saved in `StableState`;
/// - what was promised in a created but not yet applied description (credentials, mids): `Proposals`, so that creating
///   it again gives the same text.
package struct JSEPSession {
  package let configuration: JSEPConfiguration
  let random: RandomSource

  package internal(set) var signalingState = RTCSignalingState.stable
  /// In order of creation; stopped ones leave once their section is rejected.
  package internal(set) var transceivers: [JSEPTransceiver] = []
  /// The application has made a data channel since its section was last rejected.
  package internal(set) var wantsDataChannels = false

  var sections: [Section] = []
  var transports: [Transport] = []
  var stable: StableState?
  var proposals = Proposals()

  var currentLocal: LocalDescription?
  var pendingLocal: LocalDescription?
  var currentRemote: RemoteDescription?
  var pendingRemote: RemoteDescription?
  var lastCreatedOffer: LocalDescription?
  var lastCreatedAnswer: LocalDescription?

  var payloadTypes = PayloadTypeRegistry()
  var extensions = HeaderExtensionRegistry()
  /// `o=`: what it said last, to raise the version when something else is to be said.
  var lastGenerated: SessionDescription?
  let sessionID: String
  var sessionVersion: UInt64 = 0
  let cname: String
  /// The stream of peers that know no `a=msid` (RFC 9429 §5.10).
  let defaultStreamID: String

  var nextTransceiverID = 0
  var nextTransportID = 0
  var nextMID = 0
  var usedSSRCs: Set<SSRC> = []
  /// Counts what the application changes: a created description is only reused by `setLocalDescription()` if nothing
  /// changed since.
  var revision = 0
  /// Credentials that an ICE restart is to replace (webrtc-pc §4.4.1.1, [[LocalIceCredentialsToReplace]]).
  var credentialsToReplace: [RTCIceParameters] = []
  var isNegotiationNeededAnnounced = false

  package init(configuration: JSEPConfiguration, random: RandomSource) {
    self.configuration = configuration
    self.random = random
    // RFC 9429 §5.2.1: 63 bits, so that it is not negative where it is read as signed.
    sessionID = String(random.next() >> 1)
    cname = random.iceCharacters(16)
    defaultStreamID = random.uuid()
  }
}

extension JSEPSession {
  /// Whether the peer takes candidates after its description; `nil` before there is one (webrtc-pc §4.4.2).
  package var canTrickleIceCandidates: Bool? {
    guard let remote = pendingRemote ?? currentRemote else { return nil }
    let description = remote.description
    if description.attributes.iceOptions.contains("trickle") { return true }
    let used = remote.sections.filter { !$0.isRejected }
    return !used.isEmpty && used.allSatisfy { description.media[$0.index].attributes.iceOptions.contains("trickle") }
  }

  package func transceiver(_ id: TransceiverID) -> JSEPTransceiver? { transceivers.first { $0.id == id } }

  /// Nothing is allowed afterwards (webrtc-pc §4.4.2, close).
  package mutating func close() {
    signalingState = .closed
    for index in transceivers.indices {
      transceivers[index].isStopping = true
      transceivers[index].isStopped = true
    }
  }

  func transceiverIndex(_ id: TransceiverID) -> Int? { transceivers.firstIndex { $0.id == id } }
  func transportIndex(_ id: TransportID) -> Int? { transports.firstIndex { $0.id == id } }

  func requireOpen() throws(WebRTCError) {
    if signalingState == .closed { throw .invalidStateError("The connection is closed.") }
  }
}

extension JSEPSession {
  /// One m-section of the session as the applied descriptions have it.
  struct Section: Hashable, Sendable {
    var mid: String
    var kind: MediaKind
    var transceiverID: TransceiverID?
    /// `nil` while a remote offer waits for our answer, and when rejected.
    var transportID: TransportID?
    /// Both sides know it: a later offer may use it for something else (RFC 9429 §5.2.2).
    var isRejected = false
    /// An answer has been applied to it.
    var isNegotiated = false
    /// It is in a BUNDLE group that both sides agreed on.
    var isBundled = false
    /// Our offer gave it no transport of its own.
    var isBundleOnly = false
    var media: NegotiatedMedia?
    var data: NegotiatedDataSection?
    /// The peer writes data sections in the form of the drafts of RFC 8841, and is answered and offered that form.
    var hasDraftDataFormat = false
  }

  struct Transport: Hashable, Sendable {
    var id: TransportID
    var ice: Generation
    var restart: Generation?
    var nextGenerationNumber = 1
    var dtlsRole: DTLSRole?
    var remoteFingerprints: [CertificateFingerprint] = []
    var associationNumber = 0
  }

  /// One ICE session of a transport with what has been gathered for it.
  struct Generation: Hashable, Sendable {
    var ice: ICEGeneration
    var localCandidates: [CandidateAttribute] = []
    var localCandidatesEnded = false
  }

  /// What `rollback` returns to.
  struct StableState: Hashable, Sendable {
    var sections: [Section]
    var transports: [Transport]
    var transceivers: [TransceiverID: JSEPTransceiver.NegotiatedState]
  }

  struct Proposals: Hashable, Sendable {
    /// By mid.
    var transports: [String: Transport] = [:]
    var restarts: [TransportID: Generation] = [:]
    var mids: [TransceiverID: String] = [:]
    var dataMID: String?
    /// For rejected sections, which have no transport.
    var rejectedCredentials: RTCIceParameters?
  }
}

extension RandomSource {
  /// A random identifier in the form of RFC 9562 §5.4.
  func uuid() -> String {
    var bytes = self.bytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if index == 4 || index == 6 || index == 8 || index == 10 { text += "-" }
      if byte < 16 { text += "0" }
      text += String(byte, radix: 16)
    }
    return text
  }
}
