import Glibc
import RTCFrames
import Synchronization

/// Notices cameras and sound cards that come and go, by the files that the kernel makes and removes for them (inotify).
///
/// A device makes several files, and their owners are set a moment later: one change is told when all has been quiet for
/// a while. Names of the ALSA configuration, such as those of a sound server, come and go unnoticed.
final class DeviceMonitor: Sendable {
  private let thread: CaptureThread

  /// - Parameters:
  ///   - root: where the devices lie.
  ///   - quiet: without an event for so long a change is over.
  ///   - onChange: called on the monitor's thread.
  /// - Throws: `MediaError` with `NotReadableError`, when the folder cannot be watched, or with `AbortError`, when the
  ///   system has no thread left.
  init(root: String = "/dev", quiet: Duration = .milliseconds(250), onChange: @escaping @Sendable () -> Void) throws {
    thread = try CaptureThread(name: "device monitor") { context throws(MediaError) in
      let watch = try DeviceWatch(root: root)
      context.didOpen()
      var changed: MediaTime?
      while !context.isStopRequested {
        var descriptors = [pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0)]
        let left = changed.map { $0 + quiet - .now } ?? .seconds(3_600)
        if context.poll(&descriptors, timeout: max(.milliseconds(1), left)), watch.read() { changed = .now }
        if let time = changed, MediaTime.now - time >= quiet, !context.isStopRequested {
          changed = nil
          onChange()
        }
      }
    }
  }

  deinit { thread.stop() }

  /// Changes as an async sequence; nothing more than that there was one is kept for a reader that is late. Watching ends
  /// with the sequence. Without anything to watch it never has an element.
  static func changes(root: String = "/dev", quiet: Duration = .milliseconds(250)) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let monitor = try? DeviceMonitor(root: root, quiet: quiet) { continuation.yield() }
      let held = Mutex(monitor)
      continuation.onTermination = { _ in
        // Outside the lock: it waits for the thread.
        let monitor = held.withLock { held in
          defer { held = nil }
          return held
        }
        _ = consume monitor
      }
    }
  }
}

/// The watched folders: that of the devices, and that of sound in it as soon as there is one.
private final class DeviceWatch {
  private static let events = UInt32(IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO)
  private static let soundFolder = "snd"

  let descriptor: Int32
  private let root: String

  init(root: String) throws(MediaError) {
    let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else { throw .capture(errno, device: root, action: "watched") }
    guard inotify_add_watch(descriptor, root, Self.events) >= 0 else {
      let error = errno
      close(descriptor)
      throw .capture(error, device: root, action: "watched")
    }
    self.descriptor = descriptor
    self.root = root
    watchSound()
  }

  deinit { close(descriptor) }

  private func watchSound() { _ = inotify_add_watch(descriptor, "\(root)/\(Self.soundFolder)", Self.events) }

  /// Reads what happened.
  ///
  /// - Returns: whether it concerns a camera or sound.
  func read() -> Bool {
    var isRelevant = false
    withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
      while true {
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        var offset = 0
        let headerSize = MemoryLayout<inotify_event>.size
        while offset + headerSize <= count {
          let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          let nameRange = (offset + headerSize)..<min(count, offset + headerSize + Int(event.len))
          let name = String(decoding: buffer[nameRange].prefix { $0 != 0 }, as: UTF8.self)
          // More came than the kernel keeps: anything may have happened.
          if event.mask & UInt32(IN_Q_OVERFLOW) != 0 || Self.isDevice(name) { isRelevant = true }
          if name == Self.soundFolder { watchSound() }
          offset = nameRange.upperBound
        }
      }
    }
    return isRelevant
  }

  /// Cameras, the streams of sound cards, and the folder of these.
  private static func isDevice(_ name: String) -> Bool {
    name == soundFolder || name.hasPrefix("pcmC") || name.hasPrefix("controlC")
      || (name.hasPrefix("video") && Int(name.dropFirst(5)) != nil)
  }
}
