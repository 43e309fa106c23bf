import Foundation
import RTCTestKit
import Testing

@Suite("The guide to testing")
struct TestingGuideTests {
  private let folder = URL(filePath: #filePath).deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  @Test("every program of the guide is one of those that are tested here, word for word")
  func guide() throws {
    let programs = try text("TestingExamples.swift")
    // Without virtual time; tested there.
    let others = try text("../Examples/EmulatedNetworkExample.swift")
    let shown = try text("../../docs/testing.md").components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    #expect(shown.count >= 10)
    for program in shown { #expect((programs + others).contains(program), "\(program)") }
    // And the other way: nothing is tested that is not shown.
    let tested = try #require(programs.components(separatedBy: "// MARK: In the documentation").first)
    for function in tested.components(separatedBy: "\n\n@Test").dropFirst() {
      let body = "@Test" + function.components(separatedBy: "\n}\n")[0]
      #expect(shown.contains { $0.contains(body) }, "\(body)")
    }
  }

  @Test("every example in the documentation of TestKit's types is tested here, too")
  func documentation() throws {
    func lines(_ text: String) -> String {
      text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
    }
    let programs = lines(try text("TestingExamples.swift"))
    let sources = folder.appending(path: "../../Sources/TestKit").standardized
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      let documentation = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        .map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.hasPrefix("///") }.map { $0.dropFirst(3) }
        .joined(separator: "\n")
      for example in documentation.components(separatedBy: "```swift\n").dropFirst() {
        count += 1
        #expect(programs.contains(lines(example.components(separatedBy: "```")[0])), "\(file.lastPathComponent)")
      }
    }
    #expect(count >= 3)
  }

  @Test("the examples of types do what they say")
  func examples() throws {
    try simulationExample()
    let simulation = Simulation(seed: 1, impairments: .init(delay: .milliseconds(5)))
    try dataChannelExample(simulation, simulation.addPeer("alice"), simulation.addPeer("bob"))
    let address = try #require(VirtualAddress(host: "10.0.0.1", port: 1))
    var count = 0
    networkExample([1], address, address) { _ in count += 1 }
    #expect(count == 1)
  }

  @Test("the timeline of the guide is played from a file")
  func timeline() throws {
    let guide = try text("../../docs/testing.md")
    let timeline = try #require(
      guide.components(separatedBy: "```text\n").dropFirst().first?.components(separatedBy: "```")[0])
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).timeline").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try timeline.write(toFile: path, atomically: true, encoding: .utf8)
    let simulation = Simulation(seed: 8)
    let (alice, bob) = (simulation.addPeer("alice"), simulation.addPeer("bob"))
    try simulation.connect(alice, bob)
    try playTimeline(of: path, in: simulation)
    #expect(simulation.failures == [])
    #expect(bob.connectionState == .connected)
    #expect(simulation.network.statistics(from: "10.0.0.1", to: "10.0.0.2").blockedCount > 50)
    #expect(bob.videoArrivals.contains { $0 > .seconds(11) })
  }

  @Test("the capture of the guide is a file that others read")
  func captureFile() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).pcap").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try capture(to: path)
    let bytes = try Data(contentsOf: URL(filePath: path))
    #expect(bytes.starts(with: [0x4D, 0x3C, 0xB2, 0xA1]) && bytes.count > 100_000)
  }

  @Test("what the standards name can be named by who imports TestKit alone")
  func names() throws {
    let simulation = Simulation(seed: 1)
    let report: RTCStatsReport = simulation.addPeer("alice").statistics
    let state: RTCPeerConnectionState = simulation.peers[0].connectionState
    #expect(state == .new && report.count > 0)
  }
}
