/// A camera that is there.
package struct Camera: Hashable, Codable, Sendable {
  /// What `rtc call --video` takes: `v4l2:/dev/video0`.
  package var id: String
  /// What the camera calls itself.
  package var name: String
  /// The device.
  package var path: String
  /// Where it is plugged in.
  package var bus: String
  /// What it delivers.
  package var formats: [CameraFormat]
}

/// A format of pixels that a camera delivers.
package struct CameraFormat: Hashable, Codable, Sendable {
  /// The four characters of V4L2, such as `YUYV`.
  package var name: String
  package var sizes: [CameraSize]
}

/// A size of pictures, and how often a camera delivers them.
package struct CameraSize: Hashable, Codable, Sendable {
  package var width: Int
  package var height: Int
  /// Frames a second; the ends of a range, where the camera has all between them.
  package var frameRates: [Double]
}

/// A source of sound that is there.
package struct Microphone: Hashable, Codable, Sendable {
  /// What `rtc call --audio` takes: `alsa:default`.
  package var id: String
  /// The name that ALSA opens.
  package var device: String
  /// What ALSA says of it.
  package var name: String
  /// Whether it is a card, rather than a name of the configuration.
  package var isHardware: Bool
}
