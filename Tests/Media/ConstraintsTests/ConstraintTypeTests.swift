import Foundation
import RTCConstraints
import RTCFrames
import Testing

@Suite("Constraint types")
struct ConstraintTypeTests {
  private func decode(_ json: String) throws -> MediaTrackConstraints {
    try JSONDecoder().decode(MediaTrackConstraints.self, from: Data(json.utf8))
  }

  private static let pairs: [(json: String, constraints: MediaTrackConstraints)] = [
    ("{}", .init()),
    (#"{"width":1280}"#, .init(width: 1280)),
    (#"{"width":{"ideal":1280,"max":1920,"min":640}}"#, .init(width: .range(min: 640, max: 1920, ideal: 1280))),
    (#"{"width":{"exact":640}}"#, .init(width: .exact(640))),
    (#"{"frameRate":29.97}"#, .init(frameRate: 29.97)),
    (#"{"frameRate":{"max":30}}"#, .init(frameRate: .max(30))),
    (#"{"frameRate":30}"#, .init(frameRate: 30)),
    (#"{"facingMode":"user"}"#, .init(facingMode: "user")),
    (#"{"facingMode":["left","right"]}"#, .init(facingMode: [.left, .right])),
    (#"{"facingMode":{"exact":"environment"}}"#, .init(facingMode: .exact(.environment))),
    (#"{"facingMode":{"ideal":["user","left"]}}"#, .init(facingMode: .ideal(.user, .left))),
    (#"{"facingMode":[]}"#, .init(facingMode: [])),
    (#"{"resizeMode":{"exact":"crop-and-scale"}}"#, .init(resizeMode: .exact(.cropAndScale))),
    (#"{"deviceId":{"exact":["a","b"]}}"#, .init(deviceId: .exact("a", "b"))),
    (#"{"echoCancellation":true}"#, .init(echoCancellation: true)),
    (#"{"echoCancellation":"remote-only"}"#, .init(echoCancellation: .value(.remoteOnly))),
    (#"{"echoCancellation":{"exact":"all"}}"#, .init(echoCancellation: .exact(.all))),
    (#"{"noiseSuppression":{"exact":false}}"#, .init(noiseSuppression: .exact(false))),
    (#"{"autoGainControl":{"ideal":true}}"#, .init(autoGainControl: .ideal(true))),
    (#"{"width":true}"#, .init(width: true)),
    (
      #"{"advanced":[{"height":1280,"width":1920},{"aspectRatio":{"min":1.3}}],"sampleRate":{"ideal":48000}}"#,
      .init(
        sampleRate: .ideal(48_000),
        advanced: [.init(width: 1920, height: 1280), .init(aspectRatio: .min(1.3))])
    ),
  ]

  @Test("CN-30: the JSON of a browser becomes what a literal says, and back", arguments: pairs)
  func json(json: String, constraints: MediaTrackConstraints) throws {
    #expect(try decode(json) == constraints)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(try String(decoding: encoder.encode(constraints), as: UTF8.self) == json)
  }

  @Test("CN-30: unknown names are ignored in all sets, and told")
  func unknownNames() throws {
    let constraints = try decode(
      #"{"width":640,"zoom":{"exact":2},"voiceIsolation":true,"advanced":[{"torch":true,"height":480}]}"#)
    #expect(constraints == .init(width: 640, advanced: [.init(height: 480)]))
    #expect(constraints.unknownNames == ["voiceIsolation", "zoom"])
    #expect(constraints.advanced[0].unknownNames == ["torch"])
  }

  @Test("Web IDL: numbers are rounded and kept within 32 bits, and null or a list ask for nothing")
  func conversion() throws {
    #expect(try decode(#"{"width":-5}"#).width == 0)
    #expect(try decode(#"{"width":640.5}"#).width == 640)
    #expect(try decode(#"{"width":1e12}"#).width == .value(Int(UInt32.max)))
    #expect(try decode(#"{"width":"640"}"#).width == 640)
    #expect(try decode(#"{"width":{"max":640.7,"step":3}}"#).width == .max(641))
    #expect(try decode(#"{"width":null,"facingMode":null,"echoCancellation":null}"#) == .init())
    #expect(try decode(#"{"width":[1,2]}"#).width == ConstrainULong())
    #expect(try decode(#"{"width":{"min":null}}"#).width == ConstrainULong())
    #expect(try decode(#"{"deviceId":7}"#).deviceId == "7")
    #expect(throws: DecodingError.self) { try decode(#"{"frameRate":"fast"}"#) }
    #expect(throws: DecodingError.self) { try decode(#"{"frameRate":{"min":{}}}"#) }
    #expect(throws: DecodingError.self) { try decode(#"{"facingMode":{"exact":{}}}"#) }
  }

  @Test("getUserMedia takes true, false or constraints for each kind")
  func streamConstraints() throws {
    let constraints = MediaStreamConstraints(audio: true, video: .init(width: 1280, facingMode: .exact(.user)))
    #expect(constraints.audio.constraints == MediaTrackConstraints())
    #expect(constraints.video.constraints?.width == 1280)
    #expect(MediaStreamConstraints(audio: false).audio.constraints == nil)
    let json = #"{"audio":true,"video":{"facingMode":{"exact":"user"},"width":1280}}"#
    #expect(try JSONDecoder().decode(MediaStreamConstraints.self, from: Data(json.utf8)) == constraints)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try String(decoding: encoder.encode(constraints), as: UTF8.self) == json)
    let none = try JSONDecoder().decode(MediaStreamConstraints.self, from: Data(#"{"audio":false}"#.utf8))
    #expect(none == MediaStreamConstraints())
  }

  @Test("MD-19: supported constraints are those that are honoured, each true")
  func supported() throws {
    let supported = MediaTrackSupportedConstraints(properties: ConstrainableProperty.supported)
    #expect(supported[.width] && supported["frameRate"] && !supported["torch"] && !supported[""])
    let json = try JSONEncoder().encode(supported)
    let members = try JSONDecoder().decode([String: Bool].self, from: json)
    #expect(members.count == supported.properties.count && members.values.allSatisfy { $0 })
    #expect(try JSONDecoder().decode(MediaTrackSupportedConstraints.self, from: json) == supported)
  }
}
