import MediaStreams
import Testing

@Suite("Remote tracks")
struct RemoteTrackTests {
  @Test("TR-06: a remote track begins muted and live, and follows the stack")
  func lifecycle() async throws {
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .video, id: "announced")
    #expect(track.id == "announced" && track.origin == .remote && track.label == "remote video")
    #expect(track.isMuted && track.readyState == .live)
    var events = track.events.makeAsyncIterator()
    feed.setMuted(false)
    #expect(await events.next() == .unmute)
    var frames = track.videoFrames().makeAsyncIterator()
    feed.deliver(grey(80, width: 64, height: 48))
    #expect(await frames.next()?.pixel(x: 0, y: 0).luma == 80)
    #expect(track.settings.width == 64)
    feed.setMuted(true)
    #expect(await events.next() == .mute)
    let clone = track.clone()
    #expect(clone.isMuted && clone.origin == .remote)
    feed.end()
    #expect(await events.next() == .ended)
    #expect(clone.readyState == .ended)
    #expect(await frames.next() == nil)
  }

  @Test("when the last track is stopped the stack can tell")
  func liveTracks() {
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .audio)
    let clone = track.clone()
    #expect(feed.hasLiveTracks)
    track.stop()
    #expect(feed.hasLiveTracks)
    clone.stop()
    #expect(!feed.hasLiveTracks)
  }

  @Test("GN-18: compressed frames can be taken as they arrived, and a key frame is asked for")
  func compressed() async {
    let requests = FrameMailbox<Int>(capacity: 10)
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .video, onKeyFrameRequest: { requests.receive(1) })
    var frames = track.encodedVideoFrames().makeAsyncIterator()
    #expect(requests.count == 1)
    feed.deliver(EncodedVideoFrame(bytes: [1], mimeType: "video/VP8", isKeyFrame: false, timestamp: .zero))
    feed.deliver(EncodedVideoFrame(bytes: [2], mimeType: "video/VP8", isKeyFrame: true, timestamp: .zero))
    #expect(await frames.next()?.bytes == [2])
    #expect(track.encodedVideoProvider?.isEncodedOnly == false)
  }

  @Test("compressed frames that nobody takes are bounded by their bytes, and a key frame is asked for")
  func compressedBytes() async {
    let requests = FrameMailbox<Int>(capacity: 10)
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .video, onKeyFrameRequest: { requests.receive(1) })
    var frames = track.encodedVideoFrames().makeAsyncIterator()
    let bytes = [UInt8](repeating: 0, count: 5 << 20)
    func deliver(_ isKeyFrame: Bool) {
      feed.deliver(EncodedVideoFrame(bytes: bytes, mimeType: "video/VP8", isKeyFrame: isKeyFrame, timestamp: .zero))
    }
    deliver(true)
    for _ in 0..<3 { deliver(false) }
    #expect(frames.droppedFrames == 4)
    #expect(requests.count == 2)
    deliver(true)
    #expect(await frames.next()?.isKeyFrame == true)
  }
}
