import RTCBase
import RTCCongestion
import RTCICE
import RTCJSEP
import RTCSecurity

/// What an engine is told once.
package struct EngineConfiguration {
  package var jsep: JSEPConfiguration
  package var ice: ICEConfiguration
  package var certificate: any LocalCertificate
  /// SRTP profiles in order of preference.
  package var srtpProfiles: [SRTPProfile]
  package var bitrateLimits: BitrateLimits
  /// Size of a UDP payload in bytes at most, SRTP's trailer included.
  package var maximumDatagramSize: Int
  package var limits: EngineLimits

  package init(
    jsep: JSEPConfiguration, ice: ICEConfiguration = ICEConfiguration(), certificate: any LocalCertificate,
    srtpProfiles: [SRTPProfile] = SRTPProfile.preferred, bitrateLimits: BitrateLimits = BitrateLimits(),
    maximumDatagramSize: Int = 1_200, limits: EngineLimits = EngineLimits()
  ) {
    self.jsep = jsep
    self.ice = ice
    self.certificate = certificate
    self.srtpProfiles = srtpProfiles
    self.bitrateLimits = bitrateLimits
    self.maximumDatagramSize = maximumDatagramSize
    self.limits = limits
  }
}

/// Bounds of what a connection keeps, whatever a peer does.
package struct EngineLimits: Hashable, Sendable {
  /// Streams (SSRCs) received at once; packets of further ones are dropped.
  package var receiveStreams = 64
  /// Bytes of received packets and frames that wait for the rest of their frame or for their time, of all streams together. A video of
  /// 20 Mbit/s held for four seconds takes 14 MB.
  package var receiveBuffer = 64 << 20
  /// Datagrams waiting to be sent.
  package var outgoingDatagrams = 4_096
  /// Events not yet read by the shell.
  package var events = 4_096

  package init() {}
}
