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
    /// The formats of its samples by ALSA's names, such as `S16_LE`; empty when another program has it.
    public var formats: [String]
    /// Of the usual rates in hertz, those that it has; others are resampled.
    public var sampleRates: [Int]
    /// The numbers of channels that it has; others are mixed.
    public var channelCounts: [Int]

    /// An output with these properties.
    public init(
      id: String, device: String, name: String, isHardware: Bool, formats: [String] = [], sampleRates: [Int] = [],
      channelCounts: [Int] = []
    ) {
      self.id = id
      self.device = device
      self.name = name
      self.isHardware = isHardware
      self.formats = formats
      self.sampleRates = sampleRates
      self.channelCounts = channelCounts
    }
  }
}
