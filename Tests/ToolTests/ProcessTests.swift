import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import RTCNativeCrypto
import Testing

@testable import RTCTool

/// The program as its users start it.
@Suite(.serialized, .timeLimit(.minutes(3))) struct ProcessTests {
  private let small = ["--size", "320x180", "--fps", "15"]

  private func summary(_ outcome: Program.Outcome) throws -> CallSummary {
    try JSONDecoder().decode(CallSummary.self, from: Data(outcome.output.utf8))
  }

  // MARK: rtc call

  @Test("Without arguments two processes call each other, and leave a recording and a picture")
  func localCall() async throws {
    try await withFolder { folder in
      // A busy machine may spoil a half second or two of the tone; of 4 s that leaves enough.
      let outcome = try await Program.run(["call", "--duration", "4", "--json"], in: folder)
      let summary = try summary(outcome)
      #expect(outcome.status == 0 && summary.passed, "\(summary.text)")
      #expect(summary.directions.count == 4 && summary.duration >= 4)
      #expect(summary.files == ["call.webm", "call.png"])
      let recording = try Data(contentsOf: folder.appendingPathComponent("call.webm"))
      #expect(recording.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) && recording.count > 10_000)
      let picture = try Data(contentsOf: folder.appendingPathComponent("call.png"))
      #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && picture.count > 1_000)
      #expect(outcome.errors.contains("connected"))
    }
  }

  @Test("A server that ends says goodbye, and its caller tells so and fails")
  func serverEnds() async throws {
    let server = try Program(["serve", "--listen", "127.0.0.1:0", "--announce", "--source", "tone"])
    let url = try await server.address().url
    try await withFolder { folder in
      let caller = try Program(
        ["call", url, "--video", "none", "--record", "off", "--duration", "30", "--json"], in: folder)
      try await caller.wait { $0.errors.contains("connected  1") }
      server.terminate()
      #expect(await server.outcome().status == 0)
      let outcome = await caller.outcome()
      #expect(outcome.status == 1)
      let summary = try summary(outcome)
      #expect(summary.duration < 10)
      #expect(summary.problems.contains { $0.contains("the peer ended the call after") }, "\(summary.text)")
    }
  }

  // MARK: The end of rtc serve

  @Test("The end of standard input ends the announcing server properly, also together with SIGTERM")
  func lifeline() async throws {
    for round in 0..<30 {
      let server = try Program(["serve", "--listen", "127.0.0.1:0", "--announce", "--log-level", "warning"])
      _ = try await server.address()
      try server.closeInput()
      if round % 2 == 1 { server.terminate() }
      let outcome = await server.outcome(within: .seconds(20))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  /// Files with a certificate and its key.
  private func makeCertificate(in folder: URL) throws -> URL {
    let url = folder.appendingPathComponent("server.pem")
    try OpenSSLCertificate.generate().pem().write(to: url, atomically: true, encoding: .utf8)
    return url
  }

  private func makeClient() -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.tlsConfiguration = .makeClientConfiguration()
    configuration.tlsConfiguration?.certificateVerification = .none
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  @Test("HTTPS: calls need --insecure, and a client that keeps its connection does not hold up the end")
  func secure() async throws {
    try await withFolder { folder in
      let pem = try makeCertificate(in: folder).path
      for tls in [["--tls-self-signed"], ["--tls-cert", pem, "--tls-key", pem]] {
        let server = try Program(["serve", "--listen", "127.0.0.1:0", "--announce", "--source", "tone"] + tls)
        let url = try await server.address().url
        #expect(url.hasPrefix("https://"))
        let call = ["call", url, "--video", "none", "--record", "off", "--duration", "3", "--json"]
        let refused = try await Program.run(call, in: folder)
        #expect(refused.status == 1 && refused.errors.contains("--insecure"), "\(refused.errors)")
        let accepted = try await Program.run(call + ["--insecure"], in: folder)
        #expect(accepted.status == 0, "\(accepted.output)")

        let client = makeClient()
        let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
        #expect(response.status == .ok)
        _ = try await response.body.collect(upTo: 1 << 20)
        let start = ContinuousClock.now
        server.terminate()
        #expect(await server.outcome().status == 0)
        #expect(ContinuousClock.now - start < .seconds(2.5))
        try await client.shutdown()
      }
    }
  }

  @Test("A client that does not answer the end of TLS does not hold it up either")
  func deafClient() async throws {
    let server = try Program(["serve", "--listen", "127.0.0.1:0", "--announce", "--tls-self-signed"])
    let url = try #require(URL(string: try await server.address().url))
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    let context = try NIOSSLContext(configuration: configuration)
    let (handshakes, done) = AsyncStream.makeStream(of: Void.self)
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let tls = try NIOSSLClientHandler(context: context, serverHostname: nil)
          try channel.pipeline.syncOperations.addHandlers([tls, HandshakeWatch(done)])
        }
      }
      .connect(host: "127.0.0.1", port: try #require(url.port)).get()
    for await _ in handshakes { break }
    // From now on it takes nothing in.
    try await channel.setOption(.autoRead, value: false).get()
    let start = ContinuousClock.now
    server.terminate()
    #expect(await server.outcome().status == 0)
    #expect(ContinuousClock.now - start < .seconds(2.5))
    try? await channel.close()
  }

  private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = Any
    private let done: AsyncStream<Void>.Continuation

    init(_ done: AsyncStream<Void>.Continuation) { self.done = done }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      done.yield()
      context.fireUserInboundEventTriggered(event)
    }
  }

  // MARK: What is wrong is said at once, with what to do

  @Test(
    "A server that cannot serve says so instead of listening",
    arguments: [
      (["--source", "/no/such/film.y4m"], "The file /no/such/film.y4m cannot be opened"),
      (["--source", "/no/such/sound.wav"], "The file /no/such/sound.wav cannot be opened"),
      (["--source", "v4l2:/dev/no-such-camera"], "The camera /dev/no-such-camera cannot be opened"),
      (["--listen", "a..b:80"], "no address is known for a..b"),
      (["--tls-cert", "/no/such.pem", "--tls-key", "/no/such.pem"], "No such file or directory"),
      (["--tls-cert", "/etc/passwd", "--tls-key", "/etc/passwd"], "--tls-cert /etc/passwd"),
      (["--udp-port", "70000"], "0 to 65535"),
    ])
  func badStarts(arguments: [String], expected: String) async throws {
    let server = try Program(["serve", "--listen", "127.0.0.1:0", "--announce"] + arguments)
    let outcome = await server.outcome(within: .seconds(20))
    #expect(outcome.status > 0 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    #expect(!outcome.errors.contains("NIO") && !outcome.errors.contains("fopen"), "\(outcome.errors)")
  }

  @Test("A file of pictures that holds none is refused at the start")
  func badFile() async throws {
    try await withFolder { folder in
      let url = folder.appendingPathComponent("bad.y4m")
      try Data("no pictures".utf8).write(to: url)
      let outcome = try await Program.run(["serve", "--listen", "127.0.0.1:0", "--source", url.path])
      #expect(outcome.status == 1 && outcome.errors.contains("bad.y4m cannot be opened"), "\(outcome.errors)")
    }
  }

  @Test("A UDP port in use is told once")
  func portInUse() async throws {
    let first = try Program(["serve", "--listen", "127.0.0.1:0", "--announce"])
    let port = try await first.address().udpPort
    let outcome = try await Program.run(["serve", "--listen", "127.0.0.1:0", "--udp-port", "\(port)"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.components(separatedBy: "Address already in use").count == 2, "\(outcome.errors)")
    #expect(outcome.errors.contains("--udp-port") && !outcome.errors.contains("bind("))
    first.terminate()
    #expect(await first.outcome().status == 0)
  }

  @Test("A server that takes a connection and says nothing is given up, in words")
  func silentServer() async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    let client = SignallingClient(timeout: .seconds(1))
    await #expect {
      try await client.statistics(at: try SignallingClient.offerURL("http://127.0.0.1:\(port)"))
    } throws: { "\($0)".contains("did not answer within") }
    await client.shutdown()
    try await server.close()
  }
}
