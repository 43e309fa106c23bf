// swift-tools-version: 6.2
import PackageDescription

// The layers and what may use what: docs/architecture.md. A target is a folder; its name is prefixed so that it collides with no other package's.

/// Readers that borrow bytes need lifetimes; only Base stores a borrowed span.
let lifetimes: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

let core: [Target] = [
  .target(name: "RTCBase", path: "Sources/Core/Base", swiftSettings: lifetimes),
  .target(name: "RTCSecurity", dependencies: ["RTCBase"], path: "Sources/Core/Security"),
  .target(name: "RTCSTUN", dependencies: ["RTCBase", "RTCSecurity"], path: "Sources/Core/STUN"),
  .target(name: "RTCICE", dependencies: ["RTCBase", "RTCSecurity", "RTCSTUN"], path: "Sources/Core/ICE"),
  .target(name: "RTCSDP", dependencies: ["RTCBase", "RTCSecurity"], path: "Sources/Core/SDP"),
  .target(name: "WebRTCTypes", dependencies: ["RTCBase", "RTCSecurity", "RTCSDP"], path: "Sources/Core/API"),
  .target(
    name: "RTCJSEP", dependencies: ["RTCBase", "RTCSecurity", "RTCSDP", "WebRTCTypes"], path: "Sources/Core/JSEP"),
  .target(name: "RTCRTP", dependencies: ["RTCBase"], path: "Sources/Core/RTP"),
  .target(name: "RTCPayload", dependencies: ["RTCBase", "RTCRTP"], path: "Sources/Core/Payload"),
  .target(name: "RTCReceive", dependencies: ["RTCBase", "RTCRTP", "RTCPayload"], path: "Sources/Core/Receive"),
  .target(name: "RTCCongestion", dependencies: ["RTCBase", "RTCRTP"], path: "Sources/Core/Congestion"),
  .target(
    name: "RTCSend", dependencies: ["RTCBase", "RTCRTP", "RTCPayload", "RTCCongestion"], path: "Sources/Core/Send"),
  .target(name: "RTCSCTP", dependencies: ["RTCBase", "RTCSecurity"], path: "Sources/Core/SCTP"),
  .target(
    name: "RTCEngine",
    dependencies: [
      "RTCBase", "RTCSecurity", "RTCSTUN", "RTCICE", "RTCSDP", "WebRTCTypes", "RTCJSEP", "RTCRTP", "RTCPayload",
      "RTCReceive", "RTCCongestion", "RTCSend", "RTCSCTP",
    ], path: "Sources/Core/Engine"),
]

let native: [Target] = [
  .systemLibrary(
    name: "COpenSSL", path: "Sources/Native/OpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(
    name: "CLibSRTP", path: "Sources/Native/LibSRTP", pkgConfig: "libsrtp2", providers: [.apt(["libsrtp2-dev"])]),
  .systemLibrary(name: "COpus", path: "Sources/Native/Opus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
  .systemLibrary(name: "CVPX", path: "Sources/Native/VPX", pkgConfig: "vpx", providers: [.apt(["libvpx-dev"])]),
  .systemLibrary(name: "CYUV", path: "Sources/Native/YUV", providers: [.apt(["libyuv-dev"])]),
  .systemLibrary(name: "CPNG", path: "Sources/Native/PNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(
    name: "CTurboJPEG", path: "Sources/Native/TurboJPEG", pkgConfig: "libturbojpeg",
    providers: [.apt(["libturbojpeg0-dev"])]),
  .systemLibrary(
    name: "CSpeexDSP", path: "Sources/Native/SpeexDSP", pkgConfig: "speexdsp", providers: [.apt(["libspeexdsp-dev"])]),
  .systemLibrary(
    name: "CFFmpeg", path: "Sources/Native/FFmpeg", pkgConfig: "libavformat",
    providers: [.apt(["libavformat-dev", "libavcodec-dev", "libswresample-dev", "libswscale-dev"])]),
  .systemLibrary(name: "CALSA", path: "Sources/Native/ALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
  .target(name: "COpenSSLShims", dependencies: ["COpenSSL"], path: "Sources/Native/OpenSSLShims"),
  .target(name: "COpusShims", dependencies: ["COpus"], path: "Sources/Native/OpusShims"),
  .target(name: "CVPXShims", dependencies: ["CVPX"], path: "Sources/Native/VPXShims"),
  .target(name: "CALSAShims", dependencies: ["CALSA"], path: "Sources/Native/ALSAShims"),
  .target(
    name: "CAudioProcessing", path: "Sources/Native/AudioProcessing",
    // `library` is where Debian has the headers: SwiftPM refuses what pkg-config says of them.
    cxxSettings: [
      .define("WEBRTC_POSIX"), .define("WEBRTC_AUDIO_PROCESSING_ONLY_BUILD"), .headerSearchPath("library"),
    ],
    linkerSettings: [.linkedLibrary("webrtc_audio_processing")]),
  .target(name: "CFFmpegShims", dependencies: ["CFFmpeg"], path: "Sources/Native/FFmpegShims"),
  .target(name: "CV4L2Shims", path: "Sources/Native/V4L2Shims"),
  .target(
    name: "RTCNativeCrypto", dependencies: ["RTCBase", "RTCSecurity", "COpenSSLShims", "CLibSRTP"],
    path: "Sources/Native/Crypto"),
]

let media: [Target] = [
  .target(name: "RTCFrames", path: "Sources/Media/Frames"),
  .target(
    name: "RTCProcessing", dependencies: ["RTCFrames", "CYUV", "CSpeexDSP"], path: "Sources/Media/Processing"),
  .target(
    name: "RTCCodecs", dependencies: ["RTCFrames", "RTCProcessing", "COpusShims", "CVPXShims", "CYUV"],
    path: "Sources/Media/Codecs"),
  .target(name: "RTCConstraints", dependencies: ["RTCFrames"], path: "Sources/Media/Constraints"),
  .target(
    name: "MediaStreams", dependencies: ["RTCFrames", "RTCConstraints", "RTCProcessing"],
    path: "Sources/Media/MediaStreams"),
  .target(name: "RTCSynthetic", dependencies: ["RTCFrames"], path: "Sources/Media/Synthetic"),
  .target(
    name: "RTCFiles",
    dependencies: ["RTCFrames", "RTCProcessing", "RTCSynthetic", "MediaStreams", "CYUV", "CPNG", "CTurboJPEG"],
    path: "Sources/Media/Files"),
  // Who does not use it does not link FFmpeg.
  .target(
    name: "MediaFiles", dependencies: ["RTCFrames", "MediaStreams", "CFFmpeg", "CFFmpegShims"],
    path: "Sources/Media/MediaFiles"),
  .target(
    name: "RTCCapture",
    dependencies: [
      "RTCFrames", "RTCProcessing", "MediaStreams", "CALSA", "CALSAShims", "CV4L2Shims", "CYUV", "CTurboJPEG",
      "CAudioProcessing",
    ],
    path: "Sources/Media/Capture"),
]

let peer: [Target] = [
  .target(
    name: "RTCTransport",
    dependencies: [
      "RTCBase", "RTCSTUN", "RTCEngine",
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
    ], path: "Sources/Peer/Transport"),
  .target(
    name: "WebRTC",
    dependencies: [
      "RTCBase", "RTCSecurity", "RTCSDP", "RTCICE", "RTCJSEP", "RTCRTP", "RTCPayload", "RTCReceive", "RTCSend",
      "RTCCongestion", "RTCSCTP", "RTCEngine", "WebRTCTypes", "RTCNativeCrypto", "RTCFrames", "RTCCodecs",
      "MediaStreams",
      "RTCSynthetic", "RTCFiles", "RTCCapture", "RTCTransport",
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
    ], path: "Sources/Peer/WebRTC"),
]

let testNetwork: [Target] = [
  .target(
    name: "RTCTestNetwork",
    dependencies: [
      "RTCBase", "RTCTestKit", "RTCTransport", "WebRTC",
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
    ], path: "Sources/TestNetwork")
]

let tool: [Target] = [
  .target(
    name: "RTCTool",
    dependencies: [
      "WebRTC", "MediaStreams", "RTCBase", "RTCFrames", "RTCSynthetic", "RTCFiles", "MediaFiles",
      "RTCCapture", "RTCNativeCrypto",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "AsyncHTTPClient", package: "async-http-client"),
      .product(name: "Hummingbird", package: "hummingbird"),
      .product(name: "HummingbirdCore", package: "hummingbird"),
      .product(name: "HummingbirdTLS", package: "hummingbird"),
      .product(name: "Logging", package: "swift-log"),
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOFoundationCompat", package: "swift-nio"),
      .product(name: "NIOHTTP1", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
      .product(name: "NIOSSL", package: "swift-nio-ssl"),
      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      .product(name: "UnixSignals", package: "swift-service-lifecycle"),
    ], path: "Sources/Tool/Support",
    resources: [
      .embedInCode("Serve/Page/index.html"), .embedInCode("Serve/Page/page.css"), .embedInCode("Serve/Page/page.js"),
    ]),
  .executableTarget(name: "rtc", dependencies: ["RTCTool"], path: "Sources/Tool/rtc"),
]

let testKit: [Target] = [
  .target(
    name: "RTCTestKit",
    dependencies: [
      "RTCBase", "RTCSecurity", "RTCSTUN", "RTCRTP", "RTCPayload", "RTCReceive", "RTCCongestion", "RTCEngine", "RTCICE",
      "RTCJSEP", "RTCSCTP", "WebRTCTypes", "RTCNativeCrypto",
    ],
    path: "Sources/TestKit")
]

let tests: [Target] = [
  .testTarget(name: "RTCBaseTests", dependencies: ["RTCBase"], path: "Tests/Core/BaseTests"),
  .testTarget(
    name: "RTCSTUNTests", dependencies: ["RTCBase", "RTCSecurity", "RTCSTUN"], path: "Tests/Core/STUNTests"),
  .testTarget(
    name: "RTCICETests", dependencies: ["RTCBase", "RTCSecurity", "RTCSTUN", "RTCICE"], path: "Tests/Core/ICETests"),
  .testTarget(name: "RTCSDPTests", dependencies: ["RTCBase", "RTCSecurity", "RTCSDP"], path: "Tests/Core/SDPTests"),
  .testTarget(
    name: "WebRTCTypesTests", dependencies: ["RTCSecurity", "RTCSDP", "WebRTCTypes"], path: "Tests/Core/TypesTests"),
  .testTarget(
    name: "RTCJSEPTests", dependencies: ["RTCBase", "RTCSecurity", "RTCSDP", "WebRTCTypes", "RTCJSEP"],
    path: "Tests/Core/JSEPTests"),
  .testTarget(name: "RTCRTPTests", dependencies: ["RTCBase", "RTCRTP"], path: "Tests/Core/RTPTests"),
  .testTarget(
    name: "RTCPayloadTests", dependencies: ["RTCBase", "RTCRTP", "RTCPayload"], path: "Tests/Core/PayloadTests"),
  .testTarget(
    name: "RTCReceiveTests", dependencies: ["RTCBase", "RTCRTP", "RTCPayload", "RTCReceive"],
    path: "Tests/Core/ReceiveTests"),
  .testTarget(
    name: "RTCCongestionTests", dependencies: ["RTCBase", "RTCRTP", "RTCCongestion"],
    path: "Tests/Core/CongestionTests"),
  .testTarget(
    name: "RTCSendTests", dependencies: ["RTCBase", "RTCRTP", "RTCPayload", "RTCCongestion", "RTCSend"],
    path: "Tests/Core/SendTests"),
  .testTarget(
    name: "RTCSCTPTests", dependencies: ["RTCBase", "RTCSecurity", "RTCSCTP"], path: "Tests/Core/SCTPTests"),
  .testTarget(
    name: "RTCEngineTests",
    dependencies: ["RTCBase", "RTCCongestion", "RTCEngine", "RTCJSEP", "RTCSCTP", "RTCTestKit", "WebRTCTypes"],
    path: "Tests/Core/EngineTests"),
  .target(name: "CVirtualWallClock", path: "Tests/Native/VirtualWallClock"),
  .testTarget(
    name: "RTCNativeCryptoTests",
    dependencies: ["RTCBase", "RTCSecurity", "RTCNativeCrypto", "RTCTestKit", "COpenSSL", "CVirtualWallClock"],
    path: "Tests/Native/CryptoTests"),
  .testTarget(
    name: "RTCTestKitTests", dependencies: ["RTCBase", "RTCSecurity", "RTCTestKit"], path: "Tests/TestKitTests"),
  // Calls that both the tests and `make soak` make.
  .target(
    name: "RTCScenarios",
    dependencies: ["RTCBase", "RTCRTP", "RTCCongestion", "RTCEngine", "RTCTestKit", "WebRTCTypes"],
    path: "Tests/Scenarios"),
  // Without package access: what the guide to testing uses is public.
  .testTarget(
    name: "RTCTestKitGuideTests", dependencies: ["RTCTestKit"], path: "Tests/TestKitGuide", packageAccess: false),
  .testTarget(
    name: "RTCSimulationTests",
    dependencies: [
      "RTCBase", "RTCSecurity", "RTCICE", "RTCCongestion", "RTCEngine", "RTCJSEP", "RTCRTP", "RTCSCTP",
      "RTCNativeCrypto", "RTCTestKit", "RTCScenarios", "WebRTCTypes", "CVirtualWallClock",
    ], path: "Tests/Simulation"),
  .target(name: "RTCMediaTestSupport", dependencies: ["RTCFrames"], path: "Tests/Media/Support"),
  .testTarget(name: "RTCFramesTests", dependencies: ["RTCFrames"], path: "Tests/Media/FramesTests"),
  .testTarget(
    name: "RTCProcessingTests", dependencies: ["RTCProcessing", "RTCFrames"], path: "Tests/Media/ProcessingTests"),
  .testTarget(
    name: "RTCCodecsTests", dependencies: ["RTCCodecs", "RTCFrames", "COpenSSL"], path: "Tests/Media/CodecsTests"),
  .testTarget(
    name: "RTCConstraintsTests", dependencies: ["RTCConstraints", "RTCFrames"], path: "Tests/Media/ConstraintsTests"),
  .testTarget(name: "MediaStreamsTests", dependencies: ["MediaStreams"], path: "Tests/Media/MediaStreamsTests"),
  .testTarget(
    name: "RTCSyntheticTests", dependencies: ["RTCMediaTestSupport", "RTCSynthetic", "RTCFrames", "MediaStreams"],
    path: "Tests/Media/SyntheticTests"),
  .testTarget(
    name: "RTCFilesTests",
    dependencies: [
      "RTCMediaTestSupport", "RTCFiles", "RTCCodecs", "RTCFrames", "RTCSynthetic", "MediaStreams", "CPNG", "CTurboJPEG",
    ],
    path: "Tests/Media/FilesTests"),
  .testTarget(
    name: "MediaFilesTests",
    dependencies: [
      "RTCMediaTestSupport", "MediaFiles", "RTCFiles", "RTCCodecs", "RTCFrames", "RTCSynthetic", "MediaStreams",
      "CFFmpegShims",
    ],
    path: "Tests/Media/MediaFilesTests"),
  .target(name: "CRigControls", path: "Tests/Rigs/Kernel/Controls"),
  .testTarget(
    name: "RTCCaptureTests",
    dependencies: [
      "RTCMediaTestSupport", "RTCCapture", "RTCFrames", "RTCSynthetic", "MediaStreams", "CTurboJPEG", "CV4L2Shims",
      "CRigControls",
    ],
    path: "Tests/Media/CaptureTests"),
  // Without package access: what the guide to capture uses is public.
  .testTarget(
    name: "GuideTests", dependencies: ["MediaStreams", "RTCCapture", "RTCSynthetic", "RTCFiles", "MediaFiles"],
    path: "Tests/Media/GuideTests", packageAccess: false),
  .testTarget(
    name: "RTCTransportTests",
    dependencies: [
      "RTCBase", "RTCSTUN", "RTCTransport",
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
    ], path: "Tests/Peer/TransportTests"),
  .testTarget(
    name: "RTCTestNetworkTests", dependencies: ["RTCTestNetwork", "WebRTC"], path: "Tests/TestNetwork"),
  .testTarget(name: "WebRTCTests", dependencies: ["WebRTC"], path: "Tests/Peer/WebRTCTests"),
  .testTarget(
    name: "RTCToolTests",
    dependencies: [
      "RTCTool", "WebRTC", "MediaStreams", "RTCFrames", "RTCNativeCrypto", "RTCSynthetic",
      .product(name: "AsyncHTTPClient", package: "async-http-client"),
      .product(name: "Hummingbird", package: "hummingbird"),
      .product(name: "HummingbirdTesting", package: "hummingbird"),
      .product(name: "Logging", package: "swift-log"),
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
      .product(name: "NIOSSL", package: "swift-nio-ssl"),
    ], path: "Tests/ToolTests"),
  // Without package access: what the examples use is public.
  .testTarget(
    name: "ExamplesTests", dependencies: ["WebRTC", "RTCTestKit", "RTCTestNetwork"], path: "Tests/Examples",
    packageAccess: false),
]

/// Run by `make bench`, `make soak` and `make interop`; nobody links them.
let programs: [Target] = [
  .target(name: "CBenchmarkSupport", path: "Tests/Benchmarks/Support"),
  .executableTarget(
    name: "bench-capture", dependencies: ["RTCFrames", "MediaStreams", "RTCCapture", "CYUV", "CTurboJPEG"],
    path: "Tests/Benchmarks/Capture"),
  .executableTarget(
    name: "bench",
    dependencies: [
      "RTCBase", "RTCSecurity", "RTCRTP", "RTCPayload", "RTCReceive", "RTCCongestion", "RTCSend", "RTCICE", "RTCJSEP",
      "RTCEngine", "RTCNativeCrypto", "RTCTransport", "WebRTC", "WebRTCTypes", "CBenchmarkSupport",
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
    ], path: "Tests/Benchmarks/Bench"),
  .executableTarget(
    name: "soak",
    dependencies: [
      "RTCTool", "RTCScenarios", "RTCFiles", "WebRTC", "CBenchmarkSupport",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ], path: "Tests/Soak"),
  // Without package access: a bot that anybody could write.
  .executableTarget(name: "interop-bot", dependencies: ["WebRTC"], path: "Interop/Bot", packageAccess: false),
]

/// Fuzzed by `make fuzz`; plain builds replay the corpora.
let fuzzers: [Target] = [
  .target(
    name: "RTCFuzzTargets",
    dependencies: [
      "RTCBase", "RTCSecurity", "RTCSTUN", "RTCSDP", "WebRTCTypes", "RTCJSEP", "RTCRTP", "RTCPayload", "RTCReceive",
      "RTCSCTP", "RTCEngine", "RTCNativeCrypto", "RTCTestKit", "RTCFrames", "RTCCodecs",
    ], path: "Tests/Fuzz/Targets"),
  .executableTarget(name: "fuzz", dependencies: ["RTCFuzzTargets"], path: "Tests/Fuzz/Fuzz"),
  .testTarget(name: "FuzzCorpusTests", dependencies: ["RTCFuzzTargets"], path: "Tests/Fuzz/CorpusTests"),
]

let package = Package(
  name: "swift-webrtc",
  products: [
    .library(name: "WebRTC", targets: ["WebRTC"]),
    .library(name: "MediaStreams", targets: ["MediaStreams", "RTCSynthetic", "RTCFiles", "RTCCapture"]),
    .library(name: "MediaFiles", targets: ["MediaFiles"]),
    .library(name: "RTCTestKit", targets: ["RTCTestKit"]),
    .library(name: "RTCTestNetwork", targets: ["RTCTestNetwork"]),
    .executable(name: "rtc", targets: ["rtc"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.6.0"),
  ],
  targets: core + native + media + peer + tool + testKit + testNetwork + tests + programs + fuzzers,
  swiftLanguageModes: [.v6]
)

// The gate refuses warnings. Elsewhere a newer compiler's warnings must not keep anybody from building.
if Context.environment["WARNINGS_ARE_ERRORS"] != nil {
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
