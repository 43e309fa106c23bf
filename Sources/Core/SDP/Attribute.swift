import RTCBase
import RTCSecurity

/// An `a=` line.
///
/// The attributes that WebRTC gives a meaning to are cases of their own; all others are kept as `other`, in their place and as they were read.
package enum Attribute: Hashable, Sendable {
  /// RFC 5888 §5; BUNDLE is RFC 9143.
  case group(semantics: String, mids: [String])
  /// RFC 5888 §4
  case mid(String)
  /// RFC 8830 §2. A stream ID of `-` is a track without streams (RFC 9429 §5.2.1).
  case msid(streamID: String, trackID: String?)
  /// The draft that became RFC 8830.
  case msidSemantic(semantic: String, streamIDs: [String])
  /// RFC 8839 §5.4
  case iceUfrag(String)
  /// RFC 8839 §5.4
  case icePassword(String)
  /// RFC 8839 §5.6
  case iceOptions([String])
  /// RFC 8839 §5.3
  case iceLite
  /// RFC 8839 §5.1
  case candidate(CandidateAttribute)
  /// RFC 8840 §8.2
  case endOfCandidates
  /// RFC 8122 §5
  case fingerprint(CertificateFingerprint)
  /// RFC 4145 §4, RFC 8842 §5
  case setup(SetupRole)
  /// RFC 8842 §4
  case tlsID(String)
  /// RFC 3605 §2.1: the port, and the address if there is one, as they were read.
  case rtcp(String)
  /// RFC 5761 §5.1.1
  case rtcpMux
  /// RFC 8858 §3
  case rtcpMuxOnly
  /// RFC 5506 §5
  case rtcpReducedSize
  /// RFC 8866 §6.7
  case direction(MediaDirection)
  /// RFC 8866 §6.6
  case rtpmap(RTPMap)
  /// RFC 8866 §6.15
  case fmtp(FormatParameters)
  /// RFC 4585 §4.2
  case rtcpFeedback(RTCPFeedbackAttribute)
  /// RFC 8285 §8
  case extmap(ExtensionMapping)
  /// RFC 8285 §6
  case extmapAllowMixed
  /// RFC 5576 §4.1
  case ssrc(SSRCAttribute)
  /// RFC 5576 §4.2
  case ssrcGroup(semantics: String, ssrcs: [SSRC])
  /// RFC 8851 §4
  case rid(RIDAttribute)
  /// RFC 8853 §5.1
  case simulcast(SimulcastAttribute)
  /// RFC 8841 §5
  case sctpPort(UInt16)
  /// The drafts of RFC 8841: port, protocol and number of streams, as they were read.
  case sctpMap(String)
  /// RFC 8841 §6; 0 means any size.
  case maxMessageSize(UInt64)
  /// RFC 9143 §6
  case bundleOnly
  /// `ptime` in milliseconds (RFC 8866 §6.4).
  case packetTime(Int)
  /// `maxptime` in milliseconds (RFC 8866 §6.5).
  case maximumPacketTime(Int)
  /// RFC 4568 §4, as it was read: recognised only to be refused (RFC 8827 §6.5).
  case crypto(String)
  case other(name: String, value: String?)
}
