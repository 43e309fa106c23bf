/// Why a STUN or TURN server, or an address of this machine, gave no candidate (webrtc-pc, `icecandidateerror`).
public struct RTCPeerConnectionIceErrorEvent: Codable, Hashable, Sendable {
  /// The local address from which the server was asked, or to which no socket could be bound; `nil` when it is not to be
  /// told.
  public var address: String?
  /// The local port.
  public var port: UInt16?
  /// The server's URL; empty when no server was asked.
  public var url: String
  /// The STUN error code, 300 to 699, or 701 when the server could not be reached or is not supported, or when there was
  /// no socket.
  public var errorCode: UInt16
  /// The server's reason phrase, or why it could not be used.
  public var errorText: String

  /// Takes the values as they are.
  public init(address: String? = nil, port: UInt16? = nil, url: String, errorCode: UInt16, errorText: String = "") {
    self.address = address
    self.port = port
    self.url = url
    self.errorCode = errorCode
    self.errorText = errorText
  }
}
