import Testing
import WebRTCTypes

struct DictionaryTests {
  @Test("PC-01: a configuration has the specification's defaults, also from empty JSON")
  func configurationDefaults() throws {
    let configuration = RTCConfiguration()
    #expect(configuration.iceServers.isEmpty && configuration.certificates.isEmpty)
    #expect(configuration.iceTransportPolicy == .all)
    #expect(configuration.bundlePolicy == .balanced)
    #expect(configuration.rtcpMuxPolicy == .require)
    #expect(configuration.iceCandidatePoolSize == 0)
    #expect(try JSON.value("{}") == configuration)
  }

  @Test("PC-03: urls is one string or several")
  func iceServers() throws {
    let text = #"{"iceServers":[{"urls":"stun:a"},{"urls":["turn:b","turns:b"],"username":"u","credential":"c"}]}"#
    let configuration = try JSON.value(RTCConfiguration.self, text)
    #expect(
      configuration.iceServers == [
        RTCIceServer(urls: "stun:a"), RTCIceServer(urls: ["turn:b", "turns:b"], username: "u", credential: "c"),
      ])
    #expect(
      try JSON.text(configuration)
        == #"{"bundlePolicy":"balanced","iceCandidatePoolSize":0,"iceServers":[{"urls":["stun:a"]},"#
        + #"{"credential":"c","urls":["turn:b","turns:b"],"username":"u"}],"iceTransportPolicy":"all","rtcpMuxPolicy":"require"}"#
    )
  }

  @Test("PC-03: a configuration with a value that does not exist is refused")
  func badConfiguration() {
    #expect(throws: DecodingError.self) { try JSON.value(RTCConfiguration.self, #"{"bundlePolicy":"all"}"#) }
    #expect(throws: DecodingError.self) { try JSON.value(RTCConfiguration.self, #"{"iceCandidatePoolSize":256}"#) }
    #expect(throws: DecodingError.self) { try JSON.value(RTCConfiguration.self, #"{"iceServers":[{}]}"#) }
  }

  @Test("JS-08: a description is the JSON of a browser")
  func sessionDescription() throws {
    let offer = RTCSessionDescription(type: .offer, sdp: "v=0\r\n")
    #expect(try JSON.text(offer) == #"{"sdp":"v=0\r\n","type":"offer"}"#)
    #expect(try JSON.value(#"{"type":"offer","sdp":"v=0\r\n"}"#) == offer)
    #expect(try JSON.value(#"{"type":"rollback"}"#) == RTCSessionDescription(type: .rollback))
    #expect(throws: DecodingError.self) { try JSON.value(RTCSessionDescription.self, #"{"type":"bid","sdp":""}"#) }
  }

  @Test("DC-01: a data channel is reliable and ordered unless it says otherwise")
  func dataChannel() throws {
    #expect(try JSON.value("{}") == RTCDataChannelInit())
    #expect(
      try JSON.value(#"{"ordered":false,"maxRetransmits":0,"priority":"high"}"#)
        == RTCDataChannelInit(ordered: false, maxRetransmits: 0, priority: .high))
    #expect(throws: DecodingError.self) { try JSON.value(RTCDataChannelInit.self, #"{"id":65536}"#) }
  }

  @Test("An encoding is active unless it says otherwise")
  func encodings() throws {
    #expect(try JSON.value(#"{"rid":"q"}"#) == RTCRtpEncodingParameters(rid: "q"))
    #expect(try JSON.value(#"{"active":false}"#) == RTCRtpEncodingParameters(active: false))
    #expect(
      try JSON.text(RTCRtpEncodingParameters(maxBitrate: 500_000, scaleResolutionDownBy: 2))
        == #"{"active":true,"maxBitrate":500000,"scaleResolutionDownBy":2}"#)
  }

  @Test("Parameters are flat, as in the specification")
  func parameters() throws {
    let codec = RTCRtpCodec(mimeType: "audio/opus", clockRate: 48_000, channels: 2, sdpFmtpLine: "minptime=10")
    let parameters = RTCRtpCodecParameters(payloadType: 111, codec: codec)
    #expect(parameters.codec == codec)
    #expect(
      try JSON.text(parameters)
        == #"{"channels":2,"clockRate":48000,"mimeType":"audio/opus","payloadType":111,"sdpFmtpLine":"minptime=10"}"#)
  }
}
