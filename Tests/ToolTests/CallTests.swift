import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RTCTool

/// Whole calls over real sockets, both ends in this process.
@Suite(.serialized) struct CallTests {
  private func settings() -> (serve: ServeSettings, call: CallSettings) {
    var serve = ServeSettings()
    serve.listen = ListenAddress(host: "127.0.0.1", port: 0)
    var call = CallSettings()
    call.size = MediaSize(width: 320, height: 180)
    call.frameRate = 15
    call.duration = .seconds(4)
    call.picture = nil
    serve.media = LocalMedia(size: call.size, frameRate: call.frameRate)
    return (serve, call)
  }

  private func call(_ serve: ServeSettings, _ call: CallSettings) async throws -> CallSummary {
    var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    let server = EndpointServer(serve, log: log)
    let (lifeline, end) = AsyncStream.makeStream(of: Void.self)
    let (addresses, announce) = AsyncStream.makeStream(of: String.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(lifeline: lifeline) { url, _ in announce.yield(url) } }
      var call = call
      for await address in addresses {
        call.url = try SignallingClient.offerURL(address)
        break
      }
      let summary = try await Caller(call, url: try #require(call.url), timeline: CallTimeline()).run()
      end.finish()
      try await group.waitForAll()
      return summary
    }
  }

  @Test("A call with a server that sends its own passes both ways")
  func ownSources() async throws {
    var (serve, settings) = settings()
    serve.content = .sources(video: .pattern, audio: .tone(660))
    settings.expectedFrequency = 660
    settings.expectsPattern = true
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    settings.recording = folder.appendingPathComponent("call.webm").path
    settings.picture = folder.appendingPathComponent("call.png").path
    settings.statistics = folder.appendingPathComponent("stats.json").path
    let summary = try await call(serve, settings)
    #expect(summary.passed, "\(summary.text)")
    #expect(summary.directions.count == 4)
    // The server was asked what it decoded.
    #expect(summary.directions.filter { $0.way == .sent }.allSatisfy { $0.video != nil || $0.audio != nil })
    #expect(summary.files.count == 3 && summary.warnings.isEmpty)
    for file in summary.files {
      #expect(try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0 > 1_000, "\(file)")
    }
  }

  @Test("An echo brings our own pattern and tone back")
  func echo() async throws {
    var (serve, settings) = settings()
    serve.isSingle = true
    settings.expectedFrequency = 440
    settings.expectsPattern = true
    let summary = try await call(serve, settings)
    #expect(summary.passed, "\(summary.text)")
  }

  @Test("A server that sends nothing is called all the same")
  func oneWay() async throws {
    var (serve, settings) = settings()
    serve.content = .sources(video: .none, audio: .tone(550))
    settings.video = .none
    settings.expectedFrequency = 550
    let summary = try await call(serve, settings)
    #expect(summary.passed, "\(summary.text)")
    #expect(summary.directions.map(\.kind).allSatisfy { $0 == "audio" })
  }

  @Test("A peer that ends the call early makes it fail, and what came before is told")
  func earlyEnd() async throws {
    var (serve, settings) = settings()
    serve.content = .sources(video: .none, audio: .tone(440))
    serve.limits.maximumDuration = .seconds(2)
    settings.video = .none
    settings.duration = .seconds(8)
    settings.expectedFrequency = 440
    let summary = try await call(serve, settings)
    #expect(!summary.passed)
    #expect(summary.problems.contains { $0.hasPrefix("the peer ended the call after") }, "\(summary.text)")
    #expect(summary.duration < 4)
    #expect(summary.directions.allSatisfy { $0.packets > 0 && $0.codec != nil }, "\(summary.text)")
  }

  @Test("A STUN server that does not answer neither stops nor delays a call for long, and is named")
  func deadServer() async throws {
    let silent = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(silent.localAddress?.port)
    var (serve, settings) = settings()
    serve.content = .sources(video: .none, audio: .tone(440))
    settings.video = .none
    settings.duration = .seconds(2)
    settings.stunURLs = ["stun:127.0.0.1:\(port)"]
    let summary = try await call(serve, settings)
    try await silent.close()
    #expect(summary.passed, "\(summary.text)")
    #expect(try #require(summary.setup.connected) < 6)
    #expect(summary.warnings.contains { $0.contains("stun:127.0.0.1:\(port)") })
    #expect(summary.text.contains("warning"))
  }

  @Test("DC-16: a file goes to the other end whole, beside media and alone", arguments: [false, true])
  func file(isAlone: Bool) async throws {
    var (serve, settings) = settings()
    serve.isSingle = true
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data((0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    settings.file = file.path
    if isAlone { (settings.video, settings.audio) = (.none, .none) }
    let summary = try await call(serve, settings)
    #expect(summary.passed, "\(summary.text)")
    #expect(summary.data?.bytes == 3_000_001 && summary.data?.sha256?.count == 64)
    #expect(summary.directions.isEmpty == isAlone)
  }
}
