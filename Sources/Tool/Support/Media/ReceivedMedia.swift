import MediaStreams
import RTCFrames

/// Everything that looks at what one connection receives.
///
/// Its tasks end when the tracks do, which closing the connection brings about.
package final class ReceivedMedia: Sendable {
  package let video = VideoWatch()
  package let audio = AudioWatch()

  package init() {}

  /// Watches one track of each kind until they end.
  package func run(video videoTrack: MediaStreamTrack?, audio audioTrack: MediaStreamTrack?) async {
    await withDiscardingTaskGroup { group in
      if let videoTrack { group.addTask { await self.video.run(videoTrack) } }
      if let audioTrack { group.addTask { await self.audio.run(audioTrack) } }
    }
  }
}
