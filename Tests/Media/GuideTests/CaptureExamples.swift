import MediaFiles
import MediaStreams
import RTCCapture
import RTCFiles
import RTCSynthetic

// The programs of docs/capture.md, which shows each of them word for word.

func openDevices() async throws -> MediaStream {
  try await MediaDevices.shared.getUserMedia(audio: true, video: .init(width: 1280, height: 720))
}

func virtualDevices() -> MediaDevices {
  let devices = MediaDevices()
  devices.add(.virtual(TestPatternSource(width: 1280, height: 720), label: "Pattern", facingModes: ["user"]))
  devices.add(.virtual(ToneSource(frequency: 440), label: "Tone"))
  return devices
}

func listDevices(_ devices: MediaDevices) async {
  for device in await devices.enumerateDevices() {
    print(device.kind.rawValue, device.label, device.deviceId)
    if let width = device.capabilities.width { print("  up to \(width.max) pixels wide") }
  }
}

func openAgain(_ devices: MediaDevices, savedId: String) async throws -> MediaStreamTrack? {
  let stream = try await devices.getUserMedia(video: .init(deviceId: .exact(savedId)))
  return stream.videoTracks.first
}

func constrained(_ devices: MediaDevices) async throws -> MediaStreamTrack? {
  let stream = try await devices.getUserMedia(
    video: .init(
      width: .range(min: 640, ideal: 1280), facingMode: .exact(.user), frameRate: .max(30),
      advanced: [.init(width: 1920, height: 1080), .init(aspectRatio: .value(16.0 / 9))]))
  return stream.videoTracks.first
}

func tolerant(_ devices: MediaDevices) async throws -> MediaStream {
  do {
    return try await devices.getUserMedia(video: .init(width: .exact(16_000)))
  } catch let error as MediaError where error.name == .overconstrainedError {
    print("nothing meets \(error.constraint ?? "")")
    if let report = await devices.explain(video: .init(width: .exact(16_000))).video { print(report) }
    return try await devices.getUserMedia(video: true)
  }
}

func change(_ track: MediaStreamTrack) async throws {
  try await track.applyConstraints(.init(width: .exact(320), height: .exact(180), frameRate: .max(10)))
  print(track.settings.width ?? 0, track.settings.frameRate ?? 0)
}

func share(_ track: MediaStreamTrack) async throws -> MediaStreamTrack {
  let thumbnail = track.clone()
  try await thumbnail.applyConstraints(.init(width: .exact(160), height: .exact(90)))
  thumbnail.isEnabled = false
  thumbnail.isEnabled = true
  return thumbnail
}

func watch(_ track: MediaStreamTrack) async {
  for await event in track.events {
    switch event {
    case .mute: print("\(track.label) delivers nothing for the time being")
    case .unmute: print("\(track.label) delivers again")
    case .configurationChanged: print("\(track.label) has other settings now")
    case .ended: print("\(track.label) is gone")
    }
  }
}

func photo(of track: MediaStreamTrack, to path: String) async throws {
  let picture = try await track.grabFrame()
  try JPEGWriter.write(picture.scaled(width: 320), to: path)
}

func countPictures(_ track: MediaStreamTrack) async -> Int {
  var count = 0
  for await picture in track.videoFrames(buffer: 5) {
    count += picture.width > 0 ? 1 : 0
    if count == 10 { break }
  }
  return count
}

func draw(pictures: Int) async throws -> Int {
  let generator = VideoTrackGenerator(label: "drawn")
  async let seen = countPictures(generator.track)
  for index in 0..<pictures {
    let time = MediaTime(nanoseconds: Int64(index) * 33_333_333)
    var buffer = VideoFrameBuffer(width: 640, height: 360)
    buffer.fill(luma: UInt8(16 + index % 200), cb: 128, cr: 128)
    try await generator.send(VideoFrame(buffer, timestamp: time))
    try await Task.sleep(for: .milliseconds(1))
  }
  generator.close()
  return await seen
}

func playFilm(_ path: String) throws -> MediaStream {
  let film = try MediaFile(path: path, isLooping: false)
  film.seek(to: .seconds(10))
  return try film.captureStream()
}

func mix(_ first: MediaStream, _ second: MediaStream) throws -> MediaStream {
  let graph = AudioGraph()
  let destination = graph.destination()
  try graph.source(first).connect(to: graph.pan(-0.5)).connect(to: destination)
  try graph.source(second).connect(to: graph.gain(0.8)).connect(to: destination)
  return destination.stream
}

func listen(to track: MediaStreamTrack) async throws {
  let output = try await MediaDevices.shared.selectAudioOutput()
  let player = try await ALSAPlayer.open(deviceId: output.deviceId)
  await player.play(track.audioFrames())
  player.close()
}

struct OnlyFrontCameras: MediaPermissionBroker {
  func state(of kind: MediaDeviceKind) async -> MediaPermissionState { kind == .videoInput ? .prompt : .denied }

  func request(_ candidates: [MediaDeviceInfo]) async -> [MediaDeviceInfo] {
    candidates.filter { $0.capabilities.facingMode == ["user"] }
  }
}

func notice(_ devices: MediaDevices) async {
  for await change in devices.events {
    for device in change.userInsertedDevices { print("\(device.label) was plugged in") }
  }
}

func captureScreen(_ devices: MediaDevices) async throws -> MediaStream {
  devices.add(DisplaySurface(TestPatternSource(width: 1920, height: 1080), label: "Screen"))
  return try await devices.getDisplayMedia(video: .init(width: .max(1280), frameRate: 5))
}
