import Foundation
import RTCFrames
import Testing

@Suite("Modes of sources")
struct MediaSourceModeTests {
  @Test("TR-10, CN-29: capabilities span all modes; what can be derived begins at 1 pixel and 0 frames")
  func capabilities() {
    var microphone = MediaSourceMode(sampleRate: .list([48_000, 16_000]), channelCount: .list([2]))
    microphone.echoCancellation = [false, true, .remoteOnly]
    microphone.noiseSuppression = [false]
    let sound = MediaTrackCapabilities(modes: [
      microphone, MediaSourceMode(sampleRate: .range(min: 8_000, max: 44_100, step: 1), channelCount: .list([1])),
    ])
    #expect(sound.sampleRate == .init(min: 8_000, max: 48_000) && sound.channelCount == .init(min: 1, max: 2))
    #expect(sound.echoCancellation == [false, true, .remoteOnly] && sound.noiseSuppression == [false])
    #expect(sound.autoGainControl == nil && sound.width == nil && sound.resizeMode == nil)

    let picture = MediaTrackCapabilities(modes: [
      MediaSourceMode(width: 640, height: 480, frameRates: [30, 15]),
      MediaSourceMode(width: 1_280, height: 720, frameRates: [10]),
    ])
    #expect(picture.width == .init(min: 1, max: 1_280) && picture.height == .init(min: 1, max: 720))
    #expect(picture.frameRate == .init(min: 0, max: 30) && picture.resizeMode == ["none", "crop-and-scale"])
    #expect(MediaTrackCapabilities(modes: []) == MediaTrackCapabilities())
  }

  @Test(
    "CN-24: echo cancellation is a boolean or a string",
    arguments: zip(
      [EchoCancellation.disabled, .enabled, .all, .remoteOnly], ["false", "true", #""all""#, #""remote-only""#]))
  func echoCancellation(value: EchoCancellation, json: String) throws {
    #expect(try String(decoding: JSONEncoder().encode(value), as: UTF8.self) == json)
    #expect(try JSONDecoder().decode(EchoCancellation.self, from: Data(json.utf8)) == value)
  }

  @Test("CN-24: no other string is a way to cancel echo")
  func unknownEchoCancellation() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(EchoCancellation.self, from: Data(#""some""#.utf8))
    }
  }
}
