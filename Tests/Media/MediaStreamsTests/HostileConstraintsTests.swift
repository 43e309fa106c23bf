import Foundation
import MediaStreams
import Testing

/// Constraints that come from elsewhere: no JSON makes a program trap, whatever it asks for.
@Suite("Hostile constraints")
struct HostileConstraintsTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) ^ (state << 31)
    }
  }

  private static let values = [
    "0", "-0.0", "1", "-1", "0.5", "1e-300", "1e300", "-1e300", "4294967296", "1e18", "9007199254740993", "0.0009",
    "48000",
    "640", "true", "false", "null", "\"\"", "\"640\"", "\"user\"", "[]", "[\"a\",\"b\"]", "[[]]", "{}", "[1e300]",
  ]

  private func randomConstraint(_ random: inout Generator) -> String {
    let value = { (random: inout Generator) in Self.values.randomElement(using: &random) ?? "0" }
    guard Bool.random(using: &random) else { return value(&random) }
    let members = ["min", "max", "exact", "ideal", "other"].filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    return "{" + members.map { "\"\($0)\":\(value(&random))" }.joined(separator: ",") + "}"
  }

  private func randomSet(_ random: inout Generator) -> String {
    let names = ConstrainableProperty.allCases.map(\.rawValue) + ["zoom", ""]
    let members = names.filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
    return members.map { "\"\($0)\":\(randomConstraint(&random))" }.joined(separator: ",")
  }

  @Test("CN-30: any constraints are refused, met or approached", arguments: 0..<400)
  func anything(seed: Int) async throws {
    var random = Generator(state: UInt64(seed) &* 104_729 &+ 11)
    let advanced = (0..<Int.random(in: 0...2, using: &random)).map { _ in "{\(randomSet(&random))}" }
    let set = randomSet(&random)
    let json = "{\(set)\(set.isEmpty ? "" : ",")\"advanced\":[\(advanced.joined(separator: ","))]}"
    // What JavaScript would refuse with a TypeError is refused.
    guard let constraints = try? JSONDecoder().decode(MediaTrackConstraints.self, from: Data(json.utf8)) else { return }
    let again = try JSONDecoder().decode(
      MediaTrackConstraints.self, from: JSONEncoder().encode(constraints))
    #expect(again == constraints, "\(json)")

    let camera = webcamSource()
    let picture = try MediaStreamTrack(source: camera)
    let microphone = microphoneSource()
    let sound = try MediaStreamTrack(source: microphone)
    for track in [picture, sound] {
      do { try await track.applyConstraints(constraints) } catch let error as MediaError {
        #expect(error.name == .overconstrainedError, "\(json)")
      }
      #expect(!track.explain(constraints).description.isEmpty)
    }
    camera.film(3)
    microphone.hear(3)
    #expect(picture.videoStats?.totalFrames == 3)
    picture.stop()
    sound.stop()
  }
}
