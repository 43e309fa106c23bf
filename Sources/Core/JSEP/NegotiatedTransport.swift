import RTCSDP
import RTCSecurity
import WebRTCTypes

/// One ICE session of a transport: a restart begins the next one (RFC 8445 §9).
package struct ICEGeneration: Hashable, Sendable {
  /// 0 for the first; a restart that is rolled back gives its number up, and its successor gets another.
  package var number: Int
  package var local: RTCIceParameters
  /// `nil` until the peer has answered.
  package var remote: RTCIceParameters?
  /// The latest of those that came, in their order.
  package var remoteCandidates: [CandidateAttribute]
  /// How many came: which of the array are new follows from it.
  package var remoteCandidateCount: Int
  package var remoteCandidatesEnded: Bool
  package var isControlling: Bool

  package init(
    number: Int, local: RTCIceParameters, remote: RTCIceParameters? = nil, remoteCandidates: [CandidateAttribute] = [],
    remoteCandidatesEnded: Bool = false, isControlling: Bool
  ) {
    self.number = number
    self.local = local
    self.remote = remote
    self.remoteCandidates = remoteCandidates
    remoteCandidateCount = remoteCandidates.count
    self.remoteCandidatesEnded = remoteCandidatesEnded
    self.isControlling = isControlling
  }
}

/// One ICE and DTLS transport, shared by the m-sections of a BUNDLE group.
package struct NegotiatedTransport: Hashable, Sendable {
  package var id: TransportID
  /// The sections that use it, the one whose attributes speak for all first (RFC 9143 §1.1, tagged m-section).
  package var mids: [String]
  /// The index of that first section: what `sdpMLineIndex` of its local candidates is.
  package var sectionIndex: Int
  package var ice: ICEGeneration
  /// A restart that we have offered: it gathers, while `ice` carries media until the answer.
  package var restart: ICEGeneration?
  /// `nil` until both descriptions are there.
  package var dtlsRole: DTLSRole?
  package var remoteFingerprints: [CertificateFingerprint]
  /// Counts up when the peer's certificate changes: a new DTLS association is due (RFC 8842 §4).
  package var associationNumber: Int

  package init(
    id: TransportID, mids: [String], sectionIndex: Int, ice: ICEGeneration, restart: ICEGeneration? = nil,
    dtlsRole: DTLSRole? = nil, remoteFingerprints: [CertificateFingerprint] = [], associationNumber: Int = 0
  ) {
    self.id = id
    self.mids = mids
    self.sectionIndex = sectionIndex
    self.ice = ice
    self.restart = restart
    self.dtlsRole = dtlsRole
    self.remoteFingerprints = remoteFingerprints
    self.associationNumber = associationNumber
  }
}
