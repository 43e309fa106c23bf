import MediaFiles
import MediaStreams
import RTCCapture
import RTCFiles
import RTCFrames
import RTCSynthetic

/// Makes tracks of the sources that the command line names.
package struct LocalMedia: Sendable {
  package var size: MediaSize
  package var frameRate: Double

  package init(size: MediaSize, frameRate: Double) {
    self.size = size
    self.frameRate = frameRate
  }

  /// A track of the source, which is opened; `nil` for none.
  package func track(_ choice: MediaSourceChoice) throws -> MediaStreamTrack? { try tracks([choice]).first }

  /// Tracks of the sources, which are opened. Pictures and sound of one file are in step.
  package func tracks(_ choices: [MediaSourceChoice]) throws -> [MediaStreamTrack] {
    var files: [String: MediaFile] = [:]
    var tracks: [MediaStreamTrack] = []
    do {
      for choice in choices { if let track = try track(choice, &files) { tracks.append(track) } }
    } catch {
      for track in tracks { track.stop() }
      throw error
    }
    return tracks
  }

  private func track(_ choice: MediaSourceChoice, _ files: inout [String: MediaFile]) throws -> MediaStreamTrack? {
    func file(_ path: String) throws -> MediaFile {
      let file = try files[path] ?? MediaFile(path: path)
      files[path] = file
      return file
    }
    do {
      switch choice {
      case .none: return nil
      case .pattern:
        return try MediaStreamTrack(
          source: TestPatternSource(width: size.width, height: size.height, frameRate: frameRate))
      case .tone(let frequency): return try MediaStreamTrack(source: ToneSource(frequency: frequency))
      case .y4m(let path): return try MediaStreamTrack(source: Y4MSource(path: path))
      case .wav(let path): return try MediaStreamTrack(source: WAVSource(path: path))
      case .film(let path):
        guard let video = try file(path).video else { throw ToolError("\(choice.name) has no pictures.") }
        return try MediaStreamTrack(source: video)
      case .song(let path):
        guard let audio = try file(path).audio else { throw ToolError("\(choice.name) has no sound.") }
        return try MediaStreamTrack(source: audio)
      case .camera(let path):
        return try MediaStreamTrack(
          source: V4L2Source(path: path, width: size.width, height: size.height, frameRate: frameRate))
      case .microphone(let name): return try MediaStreamTrack(source: ALSASource(device: name))
      }
    } catch let error as MediaError {
      throw ToolError("\(choice.name) cannot be opened: \(error.message).")
    }
  }

  /// Gives a track what constraints of its kind ask for.
  package func constrain(_ track: MediaStreamTrack, _ constraints: MediaStreamConstraints) async throws {
    let request = track.kind == .video ? constraints.video : constraints.audio
    guard let wanted = request.constraints else { return }
    do { try await track.applyConstraints(wanted) } catch let error as MediaError {
      let reason = error.constraint == nil ? error.message : "\(track.explain(wanted))"
      throw ToolError("The \(track.kind.rawValue) of \(track.label) cannot be had like that: \(reason)")
    }
  }
}

extension MediaSourceChoice {
  /// How the user knows the source.
  var name: String {
    switch self {
    case .none: "none"
    case .pattern: "The test pattern"
    case .tone(let frequency): "The tone of \(Int(frequency)) Hz"
    case .camera(let path): "The camera \(path)"
    case .microphone(let name): "The microphone \(name)"
    case .y4m(let path), .wav(let path), .film(let path), .song(let path): "The file \(path)"
    }
  }
}
