internal import CALSA
internal import CALSAShims
import Glibc

/// What ALSA can open in one direction: names of its configuration, then cards.
struct ALSAList {
  struct Entry: Hashable {
    var device: String
    var name: String
    /// What a restart, or another order of plugging in, does not change.
    var persistentName: String
    /// The physical unit that it belongs to, where it is known.
    var unit: String?
    var isHardware: Bool
    /// What it does by itself; `nil` when it cannot be asked now.
    var abilities: ALSAAbilities?
  }

  /// Names of the configuration that ALSA's packages bring: they convert for another device, or are the way to a server
  /// that has a name of its own.
  private static let plugins: Set = [
    "null", "lavrate", "samplerate", "speexrate", "speex", "upmix", "vdownmix", "oss", "jack", "usbstream",
  ]

  let entries: [Entry]

  init(_ direction: ALSADevice.Direction) {
    rtc_alsa_silence_messages()
    entries = Self.configured(direction) + Self.cards(direction)
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
      // Recording nothing is possible, but no microphone; nor is it heard. Of the many names of a card one serves.
      guard !plugins.contains(device), !device.contains(":CARD=") else { continue }
      // Names are there whether or not they lead to a device.
      let presence = ALSAAbilities.ask(device, direction)
      guard presence != .absent else { continue }
      let name = value("DESC", of: hint)?.split(separator: "\n").joined(separator: ", ") ?? device
      entries.append(
        Entry(
          device: device, name: name, persistentName: device, unit: nil, isHardware: false,
          abilities: presence.abilities))
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
      var opened: OpaquePointer?
      guard snd_ctl_open(&opened, "hw:\(card)", 0) == 0, let control = opened else { continue }
      defer { snd_ctl_close(control) }
      var allocated: OpaquePointer?
      guard snd_ctl_card_info_malloc(&allocated) == 0, let info = allocated else { continue }
      defer { snd_ctl_card_info_free(info) }
      guard snd_ctl_card_info(control, info) == 0 else { continue }
      let name = String(cString: snd_ctl_card_info_get_name(info))
      let identifier = String(cString: snd_ctl_card_info_get_id(info))
      for device in devices(of: control, direction) {
        // The first device is what a card's own name opens.
        let suffix = device == 0 ? "" : ",\(device)"
        entries.append(
          Entry(
            device: "plughw:\(card)\(suffix)", name: device == 0 ? name : "\(name) \(device)",
            persistentName: "card:\(identifier)\(suffix)",
            unit: PhysicalUnit.path(of: "/sys/class/sound/card\(card)/device"), isHardware: true,
            // Of the card itself, not of what ALSA converts for it.
            abilities: ALSAAbilities.ask("hw:\(card)\(suffix)", direction).abilities))
      }
    }
    return entries
  }

  /// The numbers of a card's devices that go in that direction.
  private static func devices(of control: OpaquePointer, _ direction: ALSADevice.Direction) -> [Int32] {
    var allocated: OpaquePointer?
    guard snd_pcm_info_malloc(&allocated) == 0, let info = allocated else { return [] }
    defer { snd_pcm_info_free(info) }
    var devices: [Int32] = []
    var device: Int32 = -1
    while devices.count < 32, snd_ctl_pcm_next_device(control, &device) == 0, device >= 0 {
      snd_pcm_info_set_device(info, UInt32(device))
      snd_pcm_info_set_subdevice(info, 0)
      snd_pcm_info_set_stream(info, direction.stream)
      if snd_ctl_pcm_info(control, info) == 0 { devices.append(device) }
    }
    return devices
  }
}
