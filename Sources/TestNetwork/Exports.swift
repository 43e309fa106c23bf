@_exported import RTCTestKit
