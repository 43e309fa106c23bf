extension CaptureDevices {
  /// A source of sound that is there.
  public struct Microphone: Hashable, Codable, Sendable {
    /// What `rtc call --audio` takes: `alsa:default`.
    public var id: String
    /// The name that ALSA opens, which `ALSASource` takes: `default`, `plughw:0`.
    public var device: String
    /// What ALSA says of it.
    public var name: String
    /// Whether it is a card, rather than a name of the configuration.
    public var isHardware: Bool

    /// A microphone with these properties.
    public init(id: String, device: String, name: String, isHardware: Bool) {
      self.id = id
      self.device = device
      self.name = name
      self.isHardware = isHardware
    }
  }
}
