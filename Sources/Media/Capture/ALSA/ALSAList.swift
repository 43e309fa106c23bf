internal import CALSA
internal import CALSAShims
import Glibc

/// What ALSA can open in one direction: names of its configuration, then cards.
struct ALSAList {
  struct Entry: Hashable {
    var device: String
    var name: String
    var isHardware: Bool
  }

  let entries: [Entry]

  init(_ direction: ALSADevice.Direction) {
    rtc_alsa_silence_messages()
    var entries = Self.configured(direction)
    for card in Self.cards(direction) where !entries.contains(where: { $0.device == card.device }) {
      entries.append(card)
    }
    self.entries = entries
  }

  private static func configured(_ direction: ALSADevice.Direction) -> [Entry] {
    var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    guard snd_device_name_hint(-1, "pcm", &hints) == 0, let hints else { return [] }
    defer { snd_device_name_free_hint(hints) }
    let wanted = direction == .capture ? "Input" : "Output"
    var entries: [Entry] = []
    var index = 0
    while let hint = hints[index] {
      index += 1
      // Without a direction it has both.
      guard let device = value("NAME", of: hint), value("IOID", of: hint) ?? wanted == wanted else { continue }
      // Recording nothing is possible, but no microphone; nor is it heard.
      guard device != "null" else { continue }
      let name = value("DESC", of: hint)?.split(separator: "\n").joined(separator: ", ") ?? device
      entries.append(Entry(device: device, name: name, isHardware: false))
    }
    return entries
  }

  private static func value(_ key: String, of hint: UnsafeMutableRawPointer) -> String? {
    guard let text = snd_device_name_get_hint(hint, key) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  private static func cards(_ direction: ALSADevice.Direction) -> [Entry] {
    var entries: [Entry] = []
    var card: Int32 = -1
    while snd_card_next(&card) == 0, card >= 0 {
      var text: UnsafeMutablePointer<CChar>?
      guard has(direction, card: card), snd_card_get_name(card, &text) == 0, let text else { continue }
      defer { free(text) }
      entries.append(Entry(device: "plughw:\(card)", name: String(cString: text), isHardware: true))
    }
    return entries
  }

  /// Whether the first device of a card goes in that direction; so do cards that cannot be asked.
  private static func has(_ direction: ALSADevice.Direction, card: Int32) -> Bool {
    var opened: OpaquePointer?
    guard snd_ctl_open(&opened, "hw:\(card)", 0) == 0, let control = opened else { return true }
    defer { snd_ctl_close(control) }
    var allocated: OpaquePointer?
    guard snd_pcm_info_malloc(&allocated) == 0, let info = allocated else { return true }
    defer { snd_pcm_info_free(info) }
    snd_pcm_info_set_stream(info, direction.stream)
    return snd_ctl_pcm_info(control, info) == 0
  }
}
