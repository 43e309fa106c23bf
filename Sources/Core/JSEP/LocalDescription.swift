import RTCSDP
import WebRTCTypes

/// A description of ours, created or applied, with what its sections stand for.
struct LocalDescription: Hashable, Sendable {
  struct Section: Hashable, Sendable {
    var mid: String
    var kind: MediaKind
    var transceiverID: TransceiverID?
    var transportID: TransportID?
    /// Which ICE session of the transport its candidates belong to.
    var generation: Int?
    var isRejected = false
    var isBundleOnly = false
    /// It is in a BUNDLE group of the description.
    var isBundled = false
    /// Of several sections with one transport, this one bears its candidates.
    var isTransportTag = false
    var direction = MediaDirection.inactive
    /// What we said we receive.
    var codecs: [NegotiatedCodec] = []
    /// Which capability each codec is.
    var capabilities: [CodecCapability] = []
    var extensions: [NegotiatedExtension] = []
    var setup: SetupRole?
  }

  var type: RTCSdpType
  var description: SessionDescription
  var sections: [Section]
  /// The session's revision when it was created.
  var revision: Int
  /// A transport that this description begins, by the section that does.
  var newTransports: [JSEPSession.Transport] = []
  var restarts: [TransportID: JSEPSession.Generation] = [:]

  var text: String { description.text }
  var apiDescription: RTCSessionDescription { RTCSessionDescription(type: type, sdp: text) }
}
