import Foundation
import Testing
import WebRTC

@Suite("The program in the README", .timeLimit(.minutes(1)))
struct ReadmeExampleTests {
  private let folder = URL(filePath: #filePath).deletingLastPathComponent()

  @Test("It shows and plays to its peer, sees what the peer shows, and records it")
  func call() async throws {
    let recording = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).webm")
    defer { try? FileManager.default.removeItem(at: recording) }
    let peer = try AnsweringPeer()
    async let received = peer.check(tone: 440)
    try await ExamplesTests.call(recordingTo: recording.path) { offer in
      // As signalling would carry it.
      let json = try JSONEncoder().encode(offer)
      let answer = try await peer.answer(JSONDecoder().decode(RTCSessionDescription.self, from: json))
      return try JSONDecoder().decode(RTCSessionDescription.self, from: JSONEncoder().encode(answer))
    }
    #expect(await received == (isPatternRight: true, isToneRight: true))
    await peer.connection.close()
    let bytes = try Data(contentsOf: recording)
    // The mark of EBML (RFC 8794 §11.2.1), of which WebM is made.
    #expect(bytes.prefix(4).elementsEqual([0x1A, 0x45, 0xDF, 0xA3]))
    #expect(bytes.count > 10_000)
  }

  @Test("The README shows exactly this program")
  func readme() throws {
    let program = try String(contentsOf: folder.appending(path: "ReadmeExample.swift"), encoding: .utf8)
    let readme = try String(contentsOf: folder.appending(path: "../../README.md"), encoding: .utf8)
    #expect(readme.contains("<!-- example -->\n```swift\n\(program)```\n<!-- /example -->\n"))
  }
}
