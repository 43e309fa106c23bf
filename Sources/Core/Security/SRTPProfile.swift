/// An SRTP protection profile as DTLS-SRTP negotiates it (RFC 5764 §4.1.2, RFC 7714 §14.2).
package enum SRTPProfile: UInt16, Hashable, Sendable, CaseIterable {
  case aes128CMSHA1_80 = 0x0001
  case aeadAES128GCM = 0x0007
  case aeadAES256GCM = 0x0008

  /// The name in the IANA registry and in `RTCTransportStats.srtpCipher`.
  package var name: String {
    switch self {
    case .aes128CMSHA1_80: "SRTP_AES128_CM_HMAC_SHA1_80"
    case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
    case .aeadAES256GCM: "SRTP_AEAD_AES_256_GCM"
    }
  }

  package var keyLength: Int { self == .aeadAES256GCM ? 32 : 16 }
  package var saltLength: Int { self == .aes128CMSHA1_80 ? 14 : 12 }
  /// Bytes that protection adds to an RTP packet at most.
  package var rtpOverhead: Int { self == .aes128CMSHA1_80 ? 10 : 16 }
  /// Bytes that protection adds to an RTCP packet at most: tag and index.
  package var rtcpOverhead: Int { rtpOverhead + 4 }

  /// Our order of preference: GCM costs a fifth of CM-SHA1 in Debian's libsrtp2.
  package static let preferred: [SRTPProfile] = [.aeadAES128GCM, .aeadAES256GCM, .aes128CMSHA1_80]
}
