import RTCFrames

/// One stream of a file on its way from packets to frames. Used on one thread.
final class StreamReader {
  let stream: Demuxer.Stream
  private let decoder: Decoder
  private let converter: any FrameConverter
  private var packets: [Packet] = []
  private var frames: [TimedFrame] = []
  /// Frames that end before are left out.
  private var earliest: MediaTime?
  private var needsKey = true
  private var isDrained = false
  private(set) var byteCount = 0
  /// Whether anybody wants its frames.
  private(set) var isSelected = false

  init(_ stream: Demuxer.Stream, path: String, converter: any FrameConverter) throws(MediaError) {
    self.stream = stream
    self.converter = converter
    decoder = try Decoder(stream, path: path)
  }

  var packetCount: Int { packets.count }
  /// The next frame, as far as it is decoded.
  var next: TimedFrame? { frames.first }
  /// Whether nothing is left although the file has ended.
  var isOver: Bool { isDrained && frames.isEmpty }

  func select(_ isSelected: Bool) {
    guard isSelected != self.isSelected else { return }
    self.isSelected = isSelected
    reset(earliest: nil)
  }

  func append(_ packet: Packet) {
    guard !needsKey || packet.isKey else { return }
    needsKey = false
    packets.append(packet)
    byteCount += packet.byteCount
  }

  /// Decodes the oldest packet, if there is one.
  func decode() -> Bool {
    guard !packets.isEmpty else { return false }
    let packet = packets.removeFirst()
    byteCount -= packet.byteCount
    keep(decoder.decode(packet, converter))
    return true
  }

  /// Decodes what is left at the end of the file.
  func drain() {
    guard !isDrained else { return }
    isDrained = true
    keep(decoder.decode(nil, converter))
    keep(converter.finish())
  }

  func removeFirst() { frames.removeFirst() }

  /// Forgets everything: what follows is of another place.
  func reset(earliest: MediaTime?) {
    packets.removeAll()
    frames.removeAll()
    byteCount = 0
    needsKey = true
    isDrained = false
    self.earliest = earliest
    decoder.reset()
    converter.reset()
  }

  private func keep(_ new: [TimedFrame]) {
    guard let earliest else { return frames += new }
    frames += new.filter { $0.end > earliest }
  }
}
