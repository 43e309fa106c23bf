import RTCBase

/// Builds a compound, or reduced-size (RFC 5506), RTCP packet.
///
/// The caller begins with a report and a source description unless reduced size was negotiated; what does not fit goes into a next packet, where
/// `appendPart` cuts what is too long for one.
package struct RTCPWriter {
  /// Datagrams of 1,200 bytes, as for everything else, less what SRTCP adds at most: 16 bytes of tag and 4 of index.
  package static let defaultMaximumByteCount = 1_180
  /// For one message behind a report without blocks and a canonical name.
  package static let maximumFeedbackByteCount = defaultMaximumByteCount - 64
  /// Five bits count the elements of a packet.
  package static let maximumBlockCount = 31

  package let packet: PacketBuffer
  package let maximumByteCount: Int

  /// Empties `packet` and writes from its start.
  package init(into packet: PacketBuffer, maximumByteCount: Int = Self.defaultMaximumByteCount) {
    self.packet = packet
    self.maximumByteCount = min(maximumByteCount, PacketBuffer.capacity)
    packet.removeAll()
  }

  package var isEmpty: Bool { packet.isEmpty }
  package var byteCount: Int { packet.count }
  package var remainingByteCount: Int { max(0, maximumByteCount - packet.count) }

  /// Appends one packet whole. Reports with more than 31 blocks continue in receiver reports.
  ///
  /// - Returns: `false`, leaving the compound packet as it was, when it does not fit or its format cannot hold it. An `unknown` packet is
  ///   never written.
  @discardableResult
  package mutating func append(_ message: RTCPPacket) -> Bool {
    let start = packet.count
    if write(message), packet.count <= maximumByteCount { return true }
    packet.truncate(to: start)
    return false
  }

  /// What became of a message that may be cut.
  package enum Part: Hashable, Sendable {
    case whole
    /// A part was written; this is for a next packet.
    case some(rest: RTCPPacket)
    case none
  }

  /// Appends a message, or as much of it as fits: the blocks of a report go on in receiver reports (RFC 3550 §6.1), and a request to send
  /// packets again in further ones. Everything else is whole or not at all.
  ///
  /// - Parameter reserved: bytes to leave for what must follow in the same compound packet.
  package mutating func appendPart(of message: RTCPPacket, reserving reserved: Int = 0) -> Part {
    let start = packet.count
    let limit = maximumByteCount - reserved
    if append(message), packet.count <= limit { return .whole }
    packet.truncate(to: start)
    switch message {
    case .senderReport(var report):
      let count = Self.blockCount(in: limit - start - SenderReport.byteCount)
      guard let count, count < report.reportBlocks.count else { return .none }
      let rest = report.reportBlocks.dropFirst(count)
      report.reportBlocks.removeLast(rest.count)
      guard append(.senderReport(report)) else { return .none }
      return .some(rest: .receiverReport(ReceiverReport(ssrc: report.ssrc, reportBlocks: Array(rest))))
    case .receiverReport(var report):
      let count = Self.blockCount(in: limit - start - ReceiverReport.byteCount)
      guard let count, count > 0, count < report.reportBlocks.count else { return .none }
      let rest = report.reportBlocks.dropFirst(count)
      report.reportBlocks.removeLast(rest.count)
      guard append(.receiverReport(report)) else { return .none }
      return .some(rest: .receiverReport(ReceiverReport(ssrc: report.ssrc, reportBlocks: Array(rest))))
    case .negativeAcknowledgement(var request):
      let count = appendPrefix(of: request, limit: limit)
      guard count > 0 else { return .none }
      request.sequenceNumbers.removeFirst(count)
      return request.sequenceNumbers.isEmpty ? .whole : .some(rest: .negativeAcknowledgement(request))
    default: return .none
    }
  }

  /// Report blocks for so much room; `nil` when there is not even room for a report.
  private static func blockCount(in room: Int) -> Int? {
    room < 0 ? nil : min(room / ReportBlock.byteCount, maximumBlockCount)
  }

  /// Appends as much of a request as fits.
  ///
  /// - Returns: how many sequence numbers, counted from the first, the packet asks for.
  package mutating func appendPrefix(of request: NegativeAcknowledgement) -> Int {
    appendPrefix(of: request, limit: maximumByteCount)
  }

  private mutating func appendPrefix(of request: NegativeAcknowledgement, limit: Int) -> Int {
    let start = packet.count
    var written = 0
    let isWritten = element(RTCPPacketType.transportLayerFeedback, RTCPFeedbackFormat.negativeAcknowledgement) {
      guard feedbackHeader(request.senderSSRC, request.mediaSSRC) else { return false }
      written = request.writePairs(to: packet, limit: limit)
      return written > 0
    }
    if isWritten { return written }
    packet.truncate(to: start)
    return 0
  }

  private func write(_ message: RTCPPacket) -> Bool {
    switch message {
    case .senderReport(let report):
      let blocks = report.reportBlocks
      let count = min(blocks.count, Self.maximumBlockCount)
      return element(RTCPPacketType.senderReport, UInt8(truncatingIfNeeded: count)) {
        report.writeSenderInformation(to: packet) && blocks.prefix(count).allSatisfy { $0.write(to: packet) }
      } && (count == blocks.count || writeReceiverReports(report.ssrc, blocks.dropFirst(count)))
    case .receiverReport(let report):
      return writeReceiverReports(report.ssrc, report.reportBlocks[...])
    case .sourceDescription(let description):
      return counted(RTCPPacketType.sourceDescription, description.chunks.count) { description.write(to: packet) }
    case .goodbye(let goodbye):
      return counted(RTCPPacketType.goodbye, goodbye.ssrcs.count) { goodbye.write(to: packet) }
    case .negativeAcknowledgement(let request):
      return element(RTCPPacketType.transportLayerFeedback, RTCPFeedbackFormat.negativeAcknowledgement) {
        feedbackHeader(request.senderSSRC, request.mediaSSRC) && !request.sequenceNumbers.isEmpty
          && request.writePairs(to: packet, limit: maximumByteCount) == request.sequenceNumbers.count
      }
    case .pictureLossIndication(let indication):
      return element(RTCPPacketType.payloadSpecificFeedback, RTCPFeedbackFormat.pictureLossIndication) {
        feedbackHeader(indication.senderSSRC, indication.mediaSSRC)
      }
    case .fullIntraRequest(let request):
      return element(RTCPPacketType.payloadSpecificFeedback, RTCPFeedbackFormat.fullIntraRequest) {
        feedbackHeader(request.senderSSRC, SSRC(rawValue: 0)) && !request.entries.isEmpty
          && request.writeEntries(to: packet)
      }
    case .receiverEstimatedMaximumBitrate(let estimate):
      return element(RTCPPacketType.payloadSpecificFeedback, RTCPFeedbackFormat.applicationLayer) {
        feedbackHeader(estimate.senderSSRC, SSRC(rawValue: 0)) && estimate.writeInformation(to: packet)
      }
    case .transportFeedback(let feedback):
      return element(RTCPPacketType.transportLayerFeedback, RTCPFeedbackFormat.transportFeedback) {
        feedbackHeader(feedback.senderSSRC, feedback.mediaSSRC)
          && feedback.writeInformation(to: packet, limit: maximumByteCount)
      }
    case .unknown:
      return false
    }
  }

  private func writeReceiverReports(_ ssrc: SSRC, _ blocks: ArraySlice<ReportBlock>) -> Bool {
    var rest = blocks
    repeat {
      let part = rest.prefix(Self.maximumBlockCount)
      rest = rest.dropFirst(part.count)
      let isWritten = element(RTCPPacketType.receiverReport, UInt8(truncatingIfNeeded: part.count)) {
        packet.append(ssrc.rawValue) && part.allSatisfy { $0.write(to: packet) }
      }
      guard isWritten else { return false }
    } while !rest.isEmpty
    return true
  }

  private func feedbackHeader(_ sender: SSRC, _ media: SSRC) -> Bool {
    packet.append(sender.rawValue) && packet.append(media.rawValue)
  }

  /// Writes a packet whose five bits count its elements.
  private func counted(_ type: UInt8, _ count: Int, _ body: () -> Bool) -> Bool {
    count <= Self.maximumBlockCount && element(type, UInt8(truncatingIfNeeded: count), body)
  }

  /// Writes the header, the body, padding to a whole word where the body needs it, and the length.
  private func element(_ type: UInt8, _ count: UInt8, _ body: () -> Bool) -> Bool {
    let start = packet.count
    guard packet.append(0x80 | count), packet.append(type), packet.append(UInt16(0)), body() else { return false }
    let padding = (4 - (packet.count - start) & 3) & 3
    for index in 0..<padding {
      // The last byte counts the padding (RFC 3550 §6.4.1).
      guard packet.append(UInt8(truncatingIfNeeded: index == padding - 1 ? padding : 0)) else { return false }
    }
    if padding > 0 { packet.overwrite(0xA0 | count, at: start) }
    packet.overwrite(UInt16(truncatingIfNeeded: (packet.count - start) / 4 - 1), at: start + 2)
    return true
  }
}
