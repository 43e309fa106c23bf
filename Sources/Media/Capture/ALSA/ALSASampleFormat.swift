internal import CALSA

/// The formats of samples that are read and written, the one of frames first.
enum ALSASampleFormat: CaseIterable, Sendable {
  case int16
  case int32
  case float

  /// The number of ALSA, in the order of bytes of this machine.
  var code: snd_pcm_format_t {
    switch self {
    case .int16: SND_PCM_FORMAT_S16
    case .int32: SND_PCM_FORMAT_S32
    case .float: SND_PCM_FORMAT_FLOAT
    }
  }

  /// Bytes of a sample.
  var byteCount: Int { self == .int16 ? 2 : 4 }

  /// Bits of a sample.
  var bitCount: Int { byteCount * 8 }

  /// The samples in a device's bytes.
  func decode(_ bytes: UnsafeRawBufferPointer) -> [Int16] {
    let count = bytes.count / byteCount
    return [Int16](unsafeUninitializedCapacity: count) { samples, initializedCount in
      switch self {
      case .int16:
        UnsafeMutableRawBufferPointer(samples).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count * byteCount)))
      case .int32:
        let source = bytes.assumingMemoryBound(to: Int32.self)
        for index in 0..<count { samples[index] = Self.rounded(source[index]) }
      case .float:
        let source = bytes.assumingMemoryBound(to: Float.self)
        for index in 0..<count { samples[index] = Self.limited(source[index]) }
      }
      initializedCount = count
    }
  }

  /// Writes samples as a device's bytes, for which there must be room.
  func encode(_ samples: some Collection<Int16>, into bytes: UnsafeMutableRawBufferPointer) {
    switch self {
    case .int16:
      for (index, sample) in samples.enumerated() {
        bytes.storeBytes(of: sample, toByteOffset: index * 2, as: Int16.self)
      }
    case .int32:
      for (index, sample) in samples.enumerated() {
        bytes.storeBytes(of: Int32(sample) << 16, toByteOffset: index * 4, as: Int32.self)
      }
    case .float:
      for (index, sample) in samples.enumerated() {
        bytes.storeBytes(of: Float(sample) / 32_768, toByteOffset: index * 4, as: Float.self)
      }
    }
  }

  private static func rounded(_ sample: Int32) -> Int16 {
    Int16(clamping: (Int(sample) + 0x8000) >> 16)
  }

  /// Devices may deliver what is louder than full scale, or no number at all.
  private static func limited(_ sample: Float) -> Int16 {
    sample.isNaN ? 0 : Int16(max(-32_768, min(32_767, (sample * 32_768).rounded())))
  }
}
