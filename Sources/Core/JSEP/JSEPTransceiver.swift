import RTCBase
import RTCSDP
import WebRTCTypes

/// The sending half of a transceiver.
package struct JSEPSender: Hashable, Sendable {
  package internal(set) var trackID: String?
  /// The streams that the peer is told the track belongs to.
  package internal(set) var streamIDs: [String]
  /// What `a=msid` calls the track; it outlives the track (RFC 9429 §5.2.1).
  package internal(set) var signalledTrackID: String
  /// One for each encoding.
  package internal(set) var sources: [NegotiatedSource]
  package internal(set) var encodings: [RTCRtpEncodingParameters]
}

/// The receiving half of a transceiver.
package struct JSEPReceiver: Hashable, Sendable {
  package let trackID: String
  /// The streams that the peer put the track in.
  package internal(set) var streamIDs: [String]
}

/// A transceiver (webrtc-pc §5.4): what the application wants of it, and what was negotiated.
package struct JSEPTransceiver: Hashable, Sendable {
  package let id: TransceiverID
  package let kind: MediaStreamTrackKind
  /// What the application wants.
  package internal(set) var direction: MediaDirection
  package internal(set) var sender: JSEPSender
  package internal(set) var receiver: JSEPReceiver
  /// `stop` was called; the next negotiation makes it final.
  package internal(set) var isStopping = false
  package internal(set) var isStopped = false
  /// Empty means all that the configuration has.
  package internal(set) var codecPreferences: [CodecCapability] = []
  /// `addTrack` made it: an offer may take it over (RFC 9429 §5.10).
  package internal(set) var wasAddedByTrack: Bool
  /// A sender that has sent is not reused for another track (webrtc-pc §5.1, addTrack step 5).
  package internal(set) var hasSent = false
  /// A rollback of the remote offer that made it removes it, unless the application has given it a track since.
  var wasCreatedByRemoteOffer = false
  var negotiated = NegotiatedState()

  /// What a rollback restores.
  struct NegotiatedState: Hashable, Sendable {
    var mid: String?
    var sectionIndex: Int?
    var currentDirection: MediaDirection?
    /// Whether the peer sends, as far as track events have told (webrtc-pc §5.4, [[FiredDirection]]).
    var isReceptive = false
    var receiverStreamIDs: [String] = []
  }

  package var mid: String? { negotiated.mid }
  package var sectionIndex: Int? { negotiated.sectionIndex }
  /// What was negotiated last; `nil` before that and when stopped.
  package var currentDirection: MediaDirection? { isStopped ? nil : negotiated.currentDirection }
  /// `direction` as the API shows it.
  package var apiDirection: RTCRtpTransceiverDirection {
    isStopping || isStopped ? .stopped : RTCRtpTransceiverDirection(direction)
  }
  /// `currentDirection` as the API shows it.
  package var apiCurrentDirection: RTCRtpTransceiverDirection? {
    isStopped ? .stopped : negotiated.currentDirection.map { RTCRtpTransceiverDirection($0) }
  }
}

extension RTCRtpTransceiverDirection {
  package init(_ direction: MediaDirection) {
    self =
      switch direction {
      case .sendrecv: .sendrecv
      case .sendonly: .sendonly
      case .recvonly: .recvonly
      case .inactive: .inactive
      }
  }

  /// `nil` for `stopped`.
  package var mediaDirection: MediaDirection? { MediaDirection(rawValue: rawValue) }
}
