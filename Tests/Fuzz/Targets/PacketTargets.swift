import RTCBase
import RTCNativeCrypto
import RTCPayload
import RTCRTP
import RTCReceive
import RTCSTUN
import RTCSecurity

func fuzzSTUN(_ input: [UInt8]) {
  let authenticator = OpenSSLCryptoProvider().makeMessageAuthenticator(key: [1, 2, 3])
  input.withRawSpan { bytes in
    _ = STUNUsername.localUfrag(of: bytes)
    guard let message = STUNMessage(parsing: bytes) else { return }
    _ = message.isIntegrityValid(bytes, authenticator)
    _ = message.usernameRange.map { STUNUsername.parts(in: bytes, $0) }
    _ = message.reason(in: bytes)
  }
}

func fuzzRTP(_ input: [UInt8]) {
  var map = RTPExtensionMap()
  for (index, known) in RTPExtension.allCases.enumerated() { map.set(known, id: UInt8(index + 1)) }
  map.allowsMixedForms = true
  var payloadTypes = PayloadTypeSet()
  var repairs = PayloadTypeSet()
  for type: UInt8 in [96, 97, 111] { payloadTypes.insert(PayloadType(truncating: type)) }
  repairs.insert(PayloadType(truncating: 97))
  var demultiplexer = RTPDemultiplexer(maximumStreamCount: 8)
  demultiplexer.configure([
    .init(mid: StreamIdentifier("0"), payloadTypes: payloadTypes, repairPayloadTypes: repairs),
    .init(mid: StreamIdentifier("1"), payloadTypes: payloadTypes, streams: [.init(ssrc: SSRC(rawValue: 1))]),
  ])
  let pool = PacketPool()
  let writer = RTPHeaderWriter(map: map)
  for (_, datagram) in DatagramSeries(input) {
    guard let buffer = datagram.withRawSpan({ pool.take(copying: $0) }),
      var header = RTPHeader(parsingProtected: buffer.bytes), header.resolvePadding(in: buffer.bytes)
    else { continue }
    for index in 0..<15 { _ = header.csrc(at: index, in: buffer.bytes) }
    let values = RTPExtensionValues(parsing: buffer.bytes, header: header, map: map)
    _ = demultiplexer.route(header, values)
    let copy = pool.take()
    _ = RTXPacket.build(
      repeating: buffer, ssrc: header.ssrc, payloadType: header.payloadType, sequenceNumber: header.sequenceNumber,
      writer: writer, into: copy)
    var packet = ReceivedRTPPacket(buffer: buffer, header: header, extensions: values, arrival: .zero)
    _ = RTXPacket.restoreOriginal(&packet, ssrc: header.ssrc, payloadType: header.payloadType)
    pool.give(copy)
    pool.give(buffer)
  }
}

func fuzzRTCP(_ input: [UInt8]) {
  let pool = PacketPool()
  input.withRawSpan { bytes in
    var reader = RTCPReader()
    while let packet = reader.next(in: bytes) {
      // What was understood can be said again, and then means the same.
      var writer = RTCPWriter(into: pool.take(), maximumByteCount: PacketBuffer.capacity)
      if writer.append(packet) {
        var again = RTCPReader()
        if case .unknown = packet {} else { _ = again.next(in: writer.packet.bytes) }
      }
      pool.give(writer.packet)
    }
  }
}

func fuzzSRTP(_ input: [UInt8]) {
  guard let first = input.first else { return }
  let profile = SRTPProfile.preferred[Int(first) % SRTPProfile.preferred.count]
  let key = [UInt8](repeating: 7, count: profile.keyLength + profile.saltLength)
  let keys = SRTPKeyingMaterial(profile: profile, localKeyAndSalt: key, remoteKeyAndSalt: key)
  guard let context = try? OpenSSLCryptoProvider().makeSRTPContext(keys) else { return }
  let pool = PacketPool()
  for (pause, datagram) in DatagramSeries(Array(input.dropFirst())) {
    guard let packet = datagram.withRawSpan({ pool.take(copying: $0) }) else { continue }
    // With the same key on both sides some of the packets can be made authentic.
    if pause > .zero { try? context.protectRTP(packet) }
    try? context.unprotectRTP(packet)
    if let control = datagram.withRawSpan({ pool.take(copying: $0) }) {
      if pause > .zero { try? context.protectRTCP(control) }
      try? context.unprotectRTCP(control)
      pool.give(control)
    }
    pool.give(packet)
  }
}

func fuzzVP8(_ input: [UInt8]) {
  input.withRawSpan { bytes in
    _ = VP8PayloadDescriptor(parsing: bytes)
    _ = VP8FrameHeader(parsing: bytes)
  }
  let media = ReceiveStream.Configuration.Media.video(
    VideoReceiver.Configuration(), formats: [(PayloadType(truncating: 96), VP8PayloadFormat())])
  receive(input, media)
}

func fuzzOpus(_ input: [UInt8]) {
  input.withRawSpan { _ = OpusPacket(parsing: $0) }
  receive(input, .audio(AudioReceiver.Configuration(formats: [.opus(PayloadType(truncating: 96))])))
}

/// Datagrams of a stream whose first three bytes tell sequence number, timestamp and marker; the rest is payload.
private func receive(_ input: [UInt8], _ media: ReceiveStream.Configuration.Media) {
  var configuration = ReceiveStream.Configuration(ssrc: SSRC(rawValue: 1), media: media)
  configuration.usesNack = true
  configuration.keyFrameMethod = .pictureLossIndication
  let pool = PacketPool()
  var stream = ReceiveStream(configuration: configuration, pool: pool)
  var now = MonotonicTime.zero
  var number: UInt16 = 0
  var timestamp: UInt32 = 0
  for (pause, datagram) in DatagramSeries(input, limit: 40_000) {
    now += pause
    guard datagram.count >= 3 else { continue }
    number &+= UInt16(bitPattern: Int16(Int8(bitPattern: datagram[0])))
    timestamp &+= UInt32(bitPattern: Int32(Int8(bitPattern: datagram[1])) &* 960)
    var bytes: [UInt8] = [0x80, datagram[2] & 0x80 | 96]
    bytes += [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
    bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: timestamp >> UInt32($0)) } + [0, 0, 0, 1] + datagram[3...]
    guard let buffer = bytes.withRawSpan({ pool.take(copying: $0) }),
      let header = RTPHeader(parsing: buffer.bytes)
    else { continue }
    if stream.shouldAccept(header) {
      stream.handle(
        ReceivedRTPPacket(buffer: buffer, header: header, extensions: RTPExtensionValues(), arrival: now))
    } else {
      pool.give(buffer)
    }
    drain(&stream, now: now)
  }
  // What waits comes out, or is given up.
  for _ in 0..<64 {
    guard let deadline = stream.takeDeadline() else { break }
    now = max(now, deadline.time)
    drain(&stream, now: now)
  }
  stream.close()
}

private func drain(_ stream: inout ReceiveStream, now: MonotonicTime) {
  var requests: [SequenceNumber] = []
  stream.pollRequests(now: now, into: &requests)
  _ = stream.pollKeyFrameRequest(now: now)
  for _ in 0..<1_024 where stream.pollFrame(now: now) == nil && stream.pollPlayout(now: now) == nil { break }
  var blocks: [ReportBlock] = []
  stream.appendReportBlocks(to: &blocks, now: now)
}
