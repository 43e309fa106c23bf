internal import CALSA
internal import CALSAShims
import Glibc

/// What a device of ALSA does by itself, asked of it without using it.
struct ALSAAbilities: Hashable, Sendable {
  /// In hertz.
  var rates: ClosedRange<Int>
  var channels: ClosedRange<Int>
  /// Of the usual rates those that it has.
  var usualRates: [Int]
  /// Numbers of channels.
  var channelCounts: [Int]
  /// Of samples, by ALSA's names.
  var formats: [String]

  /// What is known of a device.
  enum Presence: Hashable, Sendable {
    case absent
    /// Somebody has it, or this user may not open it.
    case closed
    case open(ALSAAbilities)

    var abilities: ALSAAbilities? { if case .open(let abilities) = self { abilities } else { nil } }
  }

  private static let rates: [UInt32] = [
    8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000,
  ]
  private static let formats = [
    SND_PCM_FORMAT_U8, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S24_LE, SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_S32_LE,
    SND_PCM_FORMAT_FLOAT_LE, SND_PCM_FORMAT_S16_BE, SND_PCM_FORMAT_S32_BE, SND_PCM_FORMAT_FLOAT_BE,
  ]

  /// Opens a device for a moment.
  static func ask(_ name: String, _ direction: ALSADevice.Direction) -> Presence {
    rtc_alsa_silence_messages()
    var opened: OpaquePointer?
    let result = snd_pcm_open(&opened, name, direction.stream, Int32(SND_PCM_NONBLOCK))
    guard result == 0, let handle = opened else {
      return [EBUSY, EAGAIN, EACCES, EPERM].contains(-result) ? .closed : .absent
    }
    defer { snd_pcm_close(handle) }
    return ALSAAbilities(handle).map(Presence.open) ?? .closed
  }

  private init?(_ handle: OpaquePointer) {
    var allocated: OpaquePointer?
    guard snd_pcm_hw_params_malloc(&allocated) == 0, let hardware = allocated else { return nil }
    defer { snd_pcm_hw_params_free(hardware) }
    var (slowest, fastest, fewest, most) = (UInt32(0), UInt32(0), UInt32(0), UInt32(0))
    guard snd_pcm_hw_params_any(handle, hardware) >= 0,
      snd_pcm_hw_params_get_rate_min(hardware, &slowest, nil) == 0,
      snd_pcm_hw_params_get_rate_max(hardware, &fastest, nil) == 0,
      snd_pcm_hw_params_get_channels_min(hardware, &fewest) == 0,
      snd_pcm_hw_params_get_channels_max(hardware, &most) == 0
    else { return nil }
    // What converts has no limits of its own; what is above these is of no use.
    let least = (rate: Int(slowest).clamped(8_000, 192_000), channels: Int(fewest).clamped(1, 8))
    rates = least.rate...max(least.rate, Int(fastest).clamped(8_000, 192_000))
    channels = least.channels...max(least.channels, Int(most).clamped(1, 8))
    usualRates = Self.rates.filter { snd_pcm_hw_params_test_rate(handle, hardware, $0, 0) == 0 }.map { Int($0) }
    channelCounts = (UInt32(1)...8).filter { snd_pcm_hw_params_test_channels(handle, hardware, $0) == 0 }.map {
      Int($0)
    }
    formats = Self.formats.filter { snd_pcm_hw_params_test_format(handle, hardware, $0) == 0 }.map {
      String(cString: snd_pcm_format_name($0))
    }
  }
}

extension Int {
  fileprivate func clamped(_ least: Int, _ greatest: Int) -> Int { Swift.min(greatest, Swift.max(least, self)) }
}
