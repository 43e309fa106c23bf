import Foundation
import MediaStreams

/// How a call is to be made.
package struct CallSettings: Sendable {
  /// Where the offer goes; `nil` calls a second process on this machine.
  package var url: URL?
  package var video = MediaSourceChoice.pattern
  package var audio = MediaSourceChoice.tone(MediaSourceChoice.defaultToneFrequency)
  package var size = MediaSize(width: 1_280, height: 720)
  package var frameRate = 30.0
  /// What is wanted of the tracks that are sent, beside size and rate.
  package var constraints = MediaStreamConstraints()
  /// Counted from the moment that the connection is up.
  package var duration = Duration.seconds(10)
  /// How long the connection may take to come up.
  package var setupTimeout = Duration.seconds(20)
  /// Where received media go; `nil` keeps nothing.
  package var recording: String?
  package var picture: String?
  package var statistics: String?
  /// A file to send over a data channel.
  package var file: String?
  package var isJSON = false
  package var stunURLs: [String] = []
  /// In bits per second; `nil` leaves it to the network.
  package var maximumBitrate: Int?
  /// The tone that the peer is known to send.
  package var expectedFrequency: Double?
  package var expectsPattern = false
  package var acceptsAnyCertificate = false

  package init() {}

  /// No pictures and no sound in either direction: the file is all that the call is for.
  package var carriesDataOnly: Bool { file != nil && video == .none && audio == .none }
}
