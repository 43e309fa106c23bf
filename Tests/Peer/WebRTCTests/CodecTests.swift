import RTCCodecs
import Testing

@testable import WebRTC

@Suite("Codecs, from track to track", .timeLimit(.minutes(1)))
struct CodecTests {
  private func options(_ change: (inout RTCPeerConnectionOptions) -> Void) -> RTCPeerConnectionOptions {
    var options = RTCPeerConnectionOptions.loopback
    change(&options)
    return options
  }

  private var plain: RTCPeerConnectionOptions { options { $0.codecs.register(PlainCodecs()) } }

  @Test("CD-15: a program's own codecs for pictures and sound, their bytes cut and joined")
  func plugIn() async throws {
    let call = try LoopbackCall(callerOptions: plain, calleeOptions: plain)
    let studio = Studio(shade: 77)
    #expect(call.caller.capabilities(.video).codecs.map(\.mimeType) == ["video/x-plain", "video/VP8", "video/rtx"])
    try await call.caller.addTrack(studio.camera.track)
    try await call.caller.addTrack(studio.microphone.track)
    try await call.negotiate()
    let receivers = call.callee.receivers
    #expect(receivers.map { $0.getParameters().codecs.first?.mimeType } == ["video/x-plain", "audio/x-plain"])
    var pictures = 0
    for await frame in receivers[0].track.videoFrames() {
      #expect(frame.width == 64 && frame.shade == 77)
      pictures += 1
      if pictures == 20 { break }
    }
    try await expectSound(of: receivers[1].track, "sound at 16 kHz") {
      $0.format.sampleRate == 16_000 && $0.sampleCount == 320 && $0.loudness() > 3_000
    }
    // Pictures are larger than packets.
    let stats = await call.caller.getStats().all(RTCOutboundRtpStreamStats.self).first { $0.kind == .video }
    #expect(try #require(stats?.packetsSent) >= 4 * UInt64(pictures))
    await call.close()
  }

  @Test("CD-16: encoded pictures pass through, begin with a key frame, and their source hears of requests and bitrates")
  func passthrough() async throws {
    let call = try LoopbackCall(callerOptions: plain, calleeOptions: plain)
    let source = EncodedVideoSource(mimeType: PlainCodecs.video)
    let track = try MediaStreamTrack(source: source)
    var requests = source.keyFrameRequests.makeAsyncIterator()
    var bitrates = source.targetBitrates.makeAsyncIterator()
    try await call.caller.addTrack(track)
    try await call.negotiate()
    _ = await requests.next()
    while let bitrate = await bitrates.next(), bitrate < 100_000 {}
    let received = try #require(call.callee.receivers.first).track
    var pictures = received.videoFrames(buffer: 60).makeAsyncIterator()
    // The second is the first that can be decoded.
    for (number, isKeyFrame) in [(1, false), (2, true), (3, false), (4, false)] as [(UInt32, Bool)] {
      try source.write(
        PlainCodecs.picture(number, isKeyFrame: isKeyFrame, shade: UInt8(10 * number), size: 3_000, timestamp: .now))
    }
    for shade in [20, 30, 40] { #expect(await pictures.next()?.shade == shade) }

    // A receiver that begins with the compressed pictures asks for a key frame, across the network.
    var encoded = received.encodedVideoFrames().makeAsyncIterator()
    let first = Task {
      while let frame = await encoded.next() { return Optional(frame) }
      return nil
    }
    _ = await requests.next()
    try source.write(PlainCodecs.picture(5, isKeyFrame: false, shade: 50, size: 3_000, timestamp: .now))
    try source.write(PlainCodecs.picture(6, isKeyFrame: true, shade: 60, size: 3_000, timestamp: .now))
    let frame = try #require(await first.value)
    #expect(
      frame.isKeyFrame && frame.mimeType == PlainCodecs.video && frame.bytes.count == 3_000 && frame.bytes[1] == 60)

    // Another source: what it sends before its key frame would be nonsense to the decoder.
    let other = EncodedVideoSource(mimeType: PlainCodecs.video)
    var otherRequests = other.keyFrameRequests.makeAsyncIterator()
    try await #require(call.caller.senders.first).replaceTrack(try MediaStreamTrack(source: other))
    _ = await otherRequests.next()
    for (number, isKeyFrame) in [(70, false), (71, true)] as [(UInt32, Bool)] {
      try other.write(
        PlainCodecs.picture(number, isKeyFrame: isKeyFrame, shade: UInt8(number), size: 3_000, timestamp: .now))
    }
    var shades: [Int] = []
    while let picture = await pictures.next() {
      shades.append(picture.shade)
      if picture.shade == 71 { break }
    }
    #expect(!shades.contains(70))
    await call.close()
  }

  @Test("MS-12: left and right stay apart where both want stereo", arguments: [true, false])
  func stereo(calleeWantsStereo: Bool) async throws {
    let call = try LoopbackCall(
      callerOptions: options { $0.usesStereo = true },
      calleeOptions: options { $0.usesStereo = calleeWantsStereo })
    let studio = Studio(amplitudes: [10_000, 0])
    try await call.caller.addTrack(studio.microphone.track)
    try await call.negotiate()
    let track = try #require(call.callee.receivers.first).track
    if calleeWantsStereo {
      try await expectSound(of: track, "the tone on the left alone") {
        $0.format.channels == 2 && $0.loudness(channel: 0) > 3_000 && $0.loudness(channel: 1) < 300
      }
    } else {
      // Mixed by the sender, since the receiver did not ask for two channels.
      try await expectSound(of: track, "the tone in the middle") { frame in
        (0..<frame.format.channels).allSatisfy { frame.loudness(channel: $0) > 1_500 }
      }
    }
    await call.close()
  }

  @Test("MS-12: how many channels are heard follows what was negotiated, also when that changes")
  func monoToStereo() async throws {
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: options { $0.usesStereo = true })
    let studio = Studio(amplitudes: [10_000])
    try await call.caller.addTrack(studio.microphone.track)
    try await call.negotiate()
    let track = try #require(call.callee.receivers.first).track
    // Asked for two, sent one: both hear the same.
    try await expectSound(of: track, "the tone on both sides") {
      $0.format.channels == 2 && $0.loudness(channel: 0) > 3_000 && $0.loudness(channel: 1) > 3_000
    }
    // With PCMU there is one channel, whatever was asked for.
    let transceiver = try #require(call.caller.transceivers.first)
    try await transceiver.setCodecPreferences(
      RTCRtpSender.getCapabilities(.audio).codecs.filter { $0.mimeType == "audio/PCMU" })
    try await LoopbackCall.exchange(from: call.caller, to: call.callee)
    try await expectSound(of: track, "one channel at 8 kHz") { $0.format.channels == 1 && $0.loudness() > 3_000 }
    await call.close()
  }

  @Test("CD-01: with DTX on both sides silence is not sent, sound is")
  func discontinuousTransmission() async throws {
    let quiet = options { $0.usesDiscontinuousTransmission = true }
    let call = try LoopbackCall(callerOptions: quiet, calleeOptions: quiet)
    let studio = Studio(amplitudes: [0])
    let sender = try await call.caller.addTrack(studio.microphone.track)
    try await call.negotiate()
    func statistics() -> AudioEncoderStatistics? {
      if case .audio(let encoder, _) = sender.pipeline.encoder { encoder.statistics } else { nil }
    }
    try await eventually("packets left out") { statistics()?.packetsOmitted ?? 0 > 20 }
    let loud = Studio()
    try await sender.replaceTrack(loud.microphone.track)
    let track = try #require(call.callee.receivers.first).track
    try await expectSound(of: track, "the tone") { $0.loudness() > 3_000 }
    await call.close()
  }

  @Test("CD-02, TX-06: a call of PCMU or PCMA alone", arguments: ["audio/PCMU", "audio/PCMA"])
  func g711(mimeType: String) async throws {
    let call = try LoopbackCall(callerOptions: .loopback, calleeOptions: .loopback)
    let studio = Studio()
    let transceiver = try await call.caller.addTransceiver(studio.microphone.track)
    let codecs = call.caller.capabilities(.audio).codecs
    await expectError("InvalidModificationError") {
      try await transceiver.setCodecPreferences([RTCRtpCodec(mimeType: "audio/G722", clockRate: 8_000, channels: 1)])
    }
    try await transceiver.setCodecPreferences(codecs.filter { $0.mimeType == mimeType })
    try await call.negotiate()
    #expect(transceiver.sender.getParameters().codecs.map(\.mimeType) == [mimeType])
    let receiver = try #require(call.callee.receivers.first)
    #expect(receiver.getParameters().codecs.map(\.mimeType) == [mimeType])
    try await expectSound(of: receiver.track, "the tone at 8 kHz") {
      $0.format == AudioFormat(sampleRate: 8_000, channels: 1) && $0.loudness() > 3_000
    }
    await call.close()
  }

  @Test("SE-10: an encoding's codec is used in place of the first, without negotiation")
  func encodingCodec() async throws {
    let call = try LoopbackCall(callerOptions: plain, calleeOptions: plain)
    let studio = Studio(shade: 90)
    let sender = try await call.caller.addTrack(studio.camera.track)
    try await call.negotiate()
    let track = try #require(call.callee.receivers.first).track
    try await expectPicture(of: track, "a plain picture") { $0.width == 64 }
    let codec = try #require(sender.getParameters().codecs.first { $0.mimeType == "video/VP8" }).codec
    try await sender.setEncodings([RTCRtpEncodingParameters(codec: codec)])
    try await expectPicture(of: track, "a VP8 picture") { $0.width == 320 }
    await expectError("InvalidModificationError") {
      try await sender.setEncodings([.init(codec: RTCRtpCodec(mimeType: "video/H264", clockRate: 90_000))])
    }
    try await sender.setEncodings([RTCRtpEncodingParameters()])
    try await expectPicture(of: track, "a plain picture again") { $0.width == 64 }
    await call.close()
  }
}
