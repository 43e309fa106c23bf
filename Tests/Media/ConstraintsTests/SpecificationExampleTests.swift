import Foundation
import RTCConstraints
import RTCFrames
import Testing

/// The examples of mediacapture-main and of MDN's guide *Capabilities, constraints, and settings*, as a browser would
/// get them.
@Suite("Examples of the specification and of MDN")
struct SpecificationExampleTests {
  private func constraints(_ json: String) throws -> MediaTrackConstraints {
    try JSONDecoder().decode(MediaTrackConstraints.self, from: Data(json.utf8))
  }

  private func select(_ json: String, _ space: SettingsSpace = webcam) throws -> String? {
    space.select(try constraints(json))?.summary
  }

  @Test("Constrainable Pattern, first example: three wishes, of which as many as possible are met")
  func threeWishes() throws {
    let json = #"{"width":1280,"height":720,"aspectRatio":1.5}"#
    // Width and height can be met together, or the shape with one of them; as far as wishes go that is the same.
    #expect(try select(json) == "1280x720@30")
    #expect(try select(json, camera(1280, 960)) == "1080x720@30*")
    #expect(try select(json, camera(640, 480)) == "640x427@30*")
  }

  @Test("Constrainable Pattern, second example: minimum requirements")
  func minimums() throws {
    let json = """
      {"width":{"min":640,"ideal":1280},"height":{"min":480,"ideal":720},"aspectRatio":1.5,"frameRate":{"min":20}}
      """
    #expect(try select(json) == "1280x720@30")
    #expect(try select(json, camera(1920, 1080, [15])) == nil)
    #expect(camera(1920, 1080, [15]).failure(try constraints(json)) == "frameRate")
    #expect(camera(320, 240).failure(try constraints(json)) == "width")
    #expect(try select(json, camera(640, 480)) == "640x480@30")
  }

  private let backoff = """
    {"width":{"min":640,"ideal":1280},"height":{"min":480,"ideal":720},"frameRate":{"min":30},
     "advanced":[{"width":1920,"height":1280},{"aspectRatio":1.3333333333},{"frameRate":{"min":50}},
     {"frameRate":{"min":40}}]}
    """

  @Test("Constrainable Pattern, third example: the order of advanced sets is a back-off")
  func advancedSets() throws {
    #expect(try select(backoff, camera(1920, 1280, [60])) == "1920x1280@60")
    // The rate that other user agents default to is too low, so what is nearest to it above 50 is taken.
    #expect(try select(backoff, camera(1920, 1280, [45])) == "1920x1280@45")
    #expect(try select(backoff, camera(1920, 1280, [30])) == "1920x1280@30")
    // Not 1920x1280, but 4:3: of that shape the nearest to 1280x720.
    #expect(try select(backoff, camera(1920, 1080, [30])) == "960x720@30*")
    #expect(try select(backoff, camera(640, 480, [30])) == "640x480@30")
    #expect(try select(backoff, camera(1920, 1280, [25])) == nil)
    #expect(camera(1920, 1280, [25]).failure(try constraints(backoff)) == "frameRate")
  }

  @Test("applyConstraints, first example: best effort")
  func bestEffort() throws {
    let json = #"{"width":1920,"height":1080,"frameRate":30}"#
    #expect(try select(json) == "1920x1080@30")
    #expect(try select(json, camera(1280, 720)) == "1280x720@30")
  }

  @Test("applyConstraints, second example: an exact match or failure")
  func exactMatch() throws {
    let json = #"{"width":{"exact":1920},"height":{"exact":1080},"frameRate":{"min":25,"ideal":30,"max":30}}"#
    #expect(try select(json) == "1920x1080@30")
    #expect(try select(json, camera(1920, 1080, [60])) == "1920x1080@30*")
    #expect(try select(json, camera(1920, 1080, [27])) == "1920x1080@27")
    #expect(try select(json, camera(1280, 720)) == nil)
    #expect(camera(1280, 720).failure(try constraints(json)) == "width")
  }

  @Test("getUserMedia with devices from an earlier visit")
  func earlierVisit() throws {
    let json = #"{"deviceId":"webcam","width":{"min":800,"ideal":1024,"max":1280},"height":{"min":600}}"#
    #expect(try select(json) == "1024x600@30*")
    let selection = SelectSettings(try constraints(json), in: webcam)
    #expect(selection.selected?.settings.width == 1024 && selection.distance == 0)
    let sound = #"{"deviceId":"gone","channelCount":2}"#
    let settings = try #require(microphone.select(try constraints(sound)))
    #expect(settings.deviceId == "microphone" && settings.channelCount == 2)
  }

  @Test("a camera picker, and a back camera")
  func deviceChoice() throws {
    #expect(try select(#"{"deviceId":{"exact":"webcam"}}"#) == "640x480@30")
    #expect(try select(#"{"deviceId":{"exact":"another"}}"#) == nil)
    let back = #"{"facingMode":{"exact":"environment"},"width":1280,"height":720}"#
    #expect(try select(back) == nil)
    #expect(webcam.failure(try constraints(back)) == "facingMode")
    #expect(try select(back, camera(1920, 1080, facing: ["environment"])) == "1280x720@30*")
  }

  @Test("a native 16:9 size near 720p, then a rate of 10 whatever it takes")
  func nativeThenDecimated() throws {
    let first = #"{"resizeMode":"none","width":1280,"height":720,"aspectRatio":1.7777777778}"#
    let space = camera(1024, 576, [24])
    #expect(try select(first) == "1280x720@30")
    #expect(try select(first, space) == "1024x576@24")
    let second = """
      {"resizeMode":"crop-and-scale","width":{"exact":1024},"height":{"exact":576},"frameRate":{"exact":10},
       "aspectRatio":1.7777777778}
      """
    #expect(try select(second, space) == "1024x576@10*")
  }

  @Test("a front camera with supported constraints, native sizes first")
  func frontCamera() throws {
    let json = """
      {"facingMode":{"exact":"user"},"advanced":[{"aspectRatio":1.7777777778,"height":1080,"resizeMode":"none"},
       {"aspectRatio":1.3333333333,"width":1280,"resizeMode":"none"}]}
      """
    #expect(try select(json) == "1920x1080@30")
    #expect(try select(json, camera(1280, 960, facing: ["user"])) == "1280x960@30")
    #expect(try select(json, camera(800, 600, facing: ["user"])) == "800x600@30")
  }

  @Test("Capabilities: single properties say nothing of what goes together")
  func capabilities() {
    let modes = [
      MediaSourceMode(width: 640, height: 480, frameRates: [30]),
      MediaSourceMode(width: 800, height: 600, frameRates: [30]),
    ]
    let capabilities = SettingsSpace(isVideo: true, modes: modes).capabilities
    #expect(capabilities.width?.max == 800 && capabilities.height?.max == 600)
    #expect(
      SettingsSpace(isVideo: true, modes: modes).select(
        .init(width: .exact(640), height: .exact(600), resizeMode: .exact(.none))) == nil)
  }

  @Test("MDN, Requesting a specific value for a setting")
  func mdnSpecificValue() throws {
    let json = #"{"width":1920,"height":1080,"aspectRatio":1.777777778}"#
    #expect(try select(json) == "1920x1080@30")
    #expect(try select(json, camera(1920, 900)) == "1920x900@30")
    #expect(try select(json, camera(640, 480)) != nil)
  }

  @Test("MDN, Specifying a range of values")
  func mdnRange() throws {
    let json = """
      {"width":{"min":640,"ideal":1920,"max":1920},"height":{"min":400,"ideal":1080},"aspectRatio":1.777777778,
       "frameRate":{"max":30},"facingMode":{"exact":"user"}}
      """
    #expect(try select(json) == "1920x1080@30")
    #expect(try select(json, camera(3840, 2160, [60], facing: ["user"])) == "1920x1080@30*")
    #expect(camera(1920, 1080, facing: ["left"]).failure(try constraints(json)) == "facingMode")
    #expect(camera(1920, 360, facing: ["user"]).failure(try constraints(json)) == "height")
  }

  @Test("MDN, Applying constraints: video and audio of one call")
  func mdnCall() throws {
    let json = """
      {"video":{"width":{"min":640,"ideal":1920},"height":{"min":400,"ideal":1080},"aspectRatio":{"ideal":1.7777777778}},
       "audio":{"sampleSize":16,"channelCount":2}}
      """
    let both = try JSONDecoder().decode(MediaStreamConstraints.self, from: Data(json.utf8))
    let (video, audio) = (try #require(both.video.constraints), try #require(both.audio.constraints))
    #expect(webcam.select(video)?.summary == "1920x1080@30")
    let sound = try #require(microphone.select(audio))
    #expect(sound.channelCount == 2 && sound.sampleSize == 16)
  }

  @Test("MDN, Constraint exerciser: its defaults")
  func mdnExerciser() throws {
    #expect(try select(#"{"width":320,"height":240,"frameRate":30}"#) == "320x240@30")
    let sound = try #require(
      microphone.select(try constraints(#"{"sampleSize":16,"channelCount":2,"echoCancellation":false}"#)))
    #expect(sound.channelCount == 2 && sound.echoCancellation == false)
  }

  @Test("MDN, Getting the constraints in effect: another camera by its direction")
  func mdnSwitchCameras() throws {
    var current = try constraints(#"{"width":640,"facingMode":"user"}"#)
    current.facingMode = "environment"
    let telepresence = camera(640, 480, facing: ["user", "environment"])
    #expect(telepresence.select(current)?.facingMode == "environment")
  }
}
