import Glibc
import RTCFrames
import Synchronization

/// A camera of the kernel (V4L2).
///
/// It delivers what the camera has in the mode that is best for the size and rate asked for, converted once for all
/// tracks. Pictures have the time at which the driver filmed them. Its tracks are muted while the camera delivers
/// nothing, and end when it is unplugged.
/// ```swift
/// let track = try MediaStreamTrack(source: V4L2Source(path: "/dev/video0", width: 640, height: 480))
/// ```
public final class V4L2Source: VideoSource {
  /// Looks at the queue in a row that bring nothing, after which the camera is started anew.
  private static let failureLimit = 25

  /// Where pictures go. Tracks attach here; a program uses the track.
  public let output = SourceOutput<VideoFrame>()
  /// What the camera calls itself; the path when it does not say.
  public let label: String
  /// The device, such as `/dev/video0`.
  public let path: String
  private let stallTimeout: Duration
  private let requested: Mutex<MediaTrackSettings>
  private let current: Mutex<MediaTrackSettings>
  /// What the camera lists, once asked for: it does not change while it is plugged in.
  private let known = Mutex<[MediaSourceMode]>([])
  private let counts = Mutex(CaptureStatistics())
  private let thread = Mutex<CaptureThread?>(nil)
  private let changes = ChangeQueue()

  /// A camera that is opened for the first track, in the mode that is best for a size and rate: with enough pixels and
  /// pictures where it has such a mode, otherwise the nearest.
  ///
  /// - Parameters:
  ///   - path: the device, such as `/dev/video0`; `CaptureDevices.cameras()` lists them.
  ///   - width: in pixels.
  ///   - height: in pixels.
  ///   - frameRate: pictures a second.
  ///   - stallTimeout: without a picture for so long its tracks are muted; thrice as long, and the camera is started
  ///     anew.
  /// - Precondition: size and rate are positive, and the rate is 1,000 at most.
  public init(
    path: String, width: Int = 1_280, height: Int = 720, frameRate: Double = 30,
    stallTimeout: Duration = .seconds(1)
  ) {
    precondition(
      Self.isPossible(width: width, height: height, frameRate: frameRate),
      "no camera delivers \(width)x\(height) pixels \(frameRate) times a second")
    self.path = path
    self.stallTimeout = stallTimeout
    let settings = MediaTrackSettings(width: width, height: height, frameRate: frameRate)
    requested = Mutex(settings)
    current = Mutex(settings)
    label = (try? V4L2Device(path: path))?.identity()?.name ?? path
  }

  /// What is delivered; what was asked for, before the camera is open.
  public var settings: MediaTrackSettings { current.withLock { $0 } }
  /// What the camera has done since this source was made.
  public var statistics: CaptureStatistics { counts.withLock { $0 } }
  /// The sizes and rates that the camera lists; none, when it is not there.
  public var modes: [MediaSourceMode] {
    known.withLock { known in
      if known.isEmpty { known = (try? V4L2Device(path: path))?.sourceModes() ?? [] }
      return known
    }
  }

  /// Opens the camera and begins to film. A track does it; a program makes a track.
  ///
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the camera is not there, may
  ///   not be used or is busy, `NotSupportedError`, when it has no format that is read, `AbortError`, when the system has
  ///   no thread left.
  public func start() throws {
    let new = try CaptureThread(name: fileName) { [self] context throws(MediaError) in try capture(context) }
    thread.withLock { $0 = new }
  }

  /// Closes the camera, and returns when its thread is gone. The source can be started again. A track does it.
  public func stop() {
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  /// Puts the camera into the mode that is best for the size and rate; members that are `nil` stay as they were asked
  /// for. Pictures that come after it returned are of that mode.
  ///
  /// - Throws: `MediaError`, when the camera cannot be set up; its old mode stays.
  public func reconfigure(to settings: MediaTrackSettings) async throws {
    var wanted = requested.withLock { $0 }
    wanted.width = settings.width ?? wanted.width
    wanted.height = settings.height ?? wanted.height
    wanted.frameRate = settings.frameRate ?? wanted.frameRate
    guard
      Self.isPossible(width: wanted.width ?? 0, height: wanted.height ?? 0, frameRate: wanted.frameRate ?? 0)
    else {
      throw MediaError(
        .notSupportedError,
        "\(path) cannot deliver \(wanted.width ?? 0)x\(wanted.height ?? 0) pixels "
          + "\(wanted.frameRate ?? 0) times a second: no camera does")
    }
    let isOpen = try await changes.submit(wanted) { thread.withLock { $0 }?.wake() }
    requested.withLock { $0 = wanted }
    if !isOpen { current.withLock { $0 = wanted } }
  }

  private static func isPossible(width: Int, height: Int, frameRate: Double) -> Bool {
    width > 0 && height > 0 && frameRate > 0 && frameRate <= 1_000
  }

  private var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

  private func capture(_ context: CaptureThread.Context) throws(MediaError) {
    let wanted = requested.withLock { $0 }
    var camera = try V4L2Camera(
      path: path, width: wanted.width ?? 1_280, height: wanted.height ?? 720, frameRate: wanted.frameRate ?? 30)
    noteSettings(of: camera)
    changes.open()
    defer { changes.close() }
    context.didOpen()

    var watch = StallWatch(timeout: stallTimeout, now: .now)
    var order = FrameOrder()
    var failures = 0
    while !context.isStopRequested {
      while let change = changes.next() {
        apply(change, to: &camera)
        watch = StallWatch(timeout: stallTimeout, now: .now)
        order.restart()
      }
      var descriptors = [pollfd(fd: camera.descriptor, events: Int16(POLLIN), revents: 0)]
      let isReady = context.poll(&descriptors, timeout: max(.milliseconds(1), watch.deadline - .now))
      if context.isStopRequested { break }
      if isReady {
        switch camera.read(now: .now) {
        case .frame(let frame, let sequence):
          failures = 0
          watch.noteFrame(now: .now)
          deliver(frame, sequence: sequence, order: &order)
        case .damaged:
          counts.withLock { $0.damagedFrames += 1 }
        case .none, .signalLost:
          // Ready without a picture: a driver that says so again and again must not keep the processor busy.
          failures += 1
          context.sleep(until: .now + .milliseconds(20))
        case .gone:
          return output.end()
        }
      }
      let action = watch.poll(now: .now)
      if action == .mute { stall() }
      if action == .restart || failures >= Self.failureLimit {
        failures = 0
        order.restart()
        guard restart(&camera) else { return output.end() }
      }
    }
  }

  private func deliver(_ frame: VideoFrame, sequence: UInt32, order: inout FrameOrder) {
    let skipped = order.skipped(before: sequence)
    counts.withLock { counts in
      counts.frames += 1
      counts.skippedFrames += skipped
    }
    var frame = frame
    frame.timestamp = order.time(after: frame.timestamp)
    output.setMuted(false)
    output.emit(frame)
  }

  private func apply(_ change: ChangeQueue.Change, to camera: inout V4L2Camera) {
    let wanted = change.settings
    do throws(MediaError) {
      try camera.change(
        width: wanted.width ?? 1_280, height: wanted.height ?? 720, frameRate: wanted.frameRate ?? 30)
      noteSettings(of: camera)
      change.succeed()
    } catch {
      noteSettings(of: camera)
      change.fail(error)
    }
  }

  /// - Returns: `false` when the camera is gone. One that cannot go on for another reason is tried again later.
  private func restart(_ camera: inout V4L2Camera) -> Bool {
    counts.withLock { $0.restarts += 1 }
    do throws(MediaError) {
      try camera.restart()
      return true
    } catch {
      return error.name != .notFoundError
    }
  }

  private func noteSettings(of camera: borrowing V4L2Camera) {
    let format = camera.format
    let settings = MediaTrackSettings(width: format.width, height: format.height, frameRate: camera.frameRate)
    current.withLock { $0 = settings }
  }

  private func stall() {
    counts.withLock { counts in if !output.isMuted { counts.stalls += 1 } }
    output.setMuted(true)
  }
}
