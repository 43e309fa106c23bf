extension CaptureDevices {
  /// A camera that is there.
  public struct Camera: Hashable, Codable, Sendable {
    /// What `rtc call --video` takes: `v4l2:/dev/video0`.
    public var id: String
    /// What the camera calls itself.
    public var name: String
    /// The device, which `V4L2Source` takes: `/dev/video0`.
    public var path: String
    /// Where it is plugged in, as the kernel says it: `usb-0000:00:14.0-1`.
    public var bus: String
    /// What it delivers.
    public var formats: [Format]

    /// A camera with these properties.
    public init(id: String, name: String, path: String, bus: String, formats: [Format]) {
      self.id = id
      self.name = name
      self.path = path
      self.bus = bus
      self.formats = formats
    }
  }
}

extension CaptureDevices.Camera {
  /// A format of pixels that a camera delivers.
  public struct Format: Hashable, Codable, Sendable {
    /// The four characters of V4L2, such as `YUYV`.
    public var name: String
    /// The sizes in this format, 64 at most; of a range, the smallest and the largest.
    public var sizes: [Size]

    /// A format with these sizes.
    public init(name: String, sizes: [Size]) {
      self.name = name
      self.sizes = sizes
    }
  }

  /// A size of pictures, and how often a camera delivers them.
  public struct Size: Hashable, Codable, Sendable {
    /// In pixels.
    public var width: Int
    /// In pixels.
    public var height: Int
    /// Pictures a second; the ends of a range, where the camera has all between them.
    public var frameRates: [Double]

    /// A size with these rates.
    public init(width: Int, height: Int, frameRates: [Double]) {
      self.width = width
      self.height = height
      self.frameRates = frameRates
    }
  }
}
