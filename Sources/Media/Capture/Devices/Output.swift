extension CaptureDevices {
  /// Loudspeakers or a headset that are there.
  public struct Output: Hashable, Codable, Sendable {
    /// `alsa:default`.
    public var id: String
    /// The name that ALSA opens, which `ALSAPlayer` takes: `default`, `plughw:0`.
    public var device: String
    /// What ALSA says of it.
    public var name: String
    /// Whether it is a card, rather than a name of the configuration.
    public var isHardware: Bool

    /// An output with these properties.
    public init(id: String, device: String, name: String, isHardware: Bool) {
      self.id = id
      self.device = device
      self.name = name
      self.isHardware = isHardware
    }
  }
}
