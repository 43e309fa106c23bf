import MediaStreams
import Testing

@Suite("Streams")
struct MediaStreamTests {
  private func video() throws -> MediaStreamTrack { try MediaStreamTrack(source: CountingSource<VideoFrame>()) }
  private func audio() throws -> MediaStreamTrack { try MediaStreamTrack(source: CountingSource<AudioFrame>()) }

  @Test("MS-01: a new stream is empty, inactive, and has an identifier of its own")
  func empty() {
    let stream = MediaStream()
    #expect(stream.id.count == 36 && stream.id != MediaStream().id)
    #expect(stream.tracks.isEmpty && !stream.isActive && stream.origin == .local)
  }

  @Test("MS-02, MS-03, MS-04: streams share tracks, each once, and give snapshots by kind")
  func sharing() throws {
    let (sound, picture) = (try audio(), try video())
    let stream = MediaStream(tracks: [sound, picture, sound])
    let same = MediaStream(of: stream)
    #expect(same.id != stream.id)
    #expect(same.tracks.count == 2 && same.tracks[0] === sound && same.tracks[1] === picture)
    let snapshot = stream.tracks
    stream.removeTrack(sound)
    #expect(snapshot.count == 2 && stream.audioTracks.isEmpty && stream.videoTracks.count == 1)
    #expect(same.track(id: sound.id) === sound && stream.track(id: sound.id) == nil)
  }

  @Test("MS-05, MS-06: only what the peer changes is an event")
  func events() async throws {
    let stream = MediaStream.remote(id: "remote")
    #expect(stream.origin == .remote && stream.id == "remote")
    let (mine, theirs) = (try video(), try audio())
    stream.addTrack(mine)
    stream.addTrack(mine)
    #expect(stream.tracks.count == 1)
    stream.addRemoteTrack(theirs)
    stream.addRemoteTrack(theirs)
    stream.removeTrack(mine)
    stream.removeRemoteTrack(theirs)
    stream.removeRemoteTrack(theirs)
    var events = stream.events.makeAsyncIterator()
    guard case .trackAdded(let added)? = await events.next(), case .trackRemoved(let removed)? = await events.next()
    else {
      Issue.record("the peer added a track and removed it")
      return
    }
    // MS-13: the same objects as in the stream.
    #expect(added === theirs && removed === theirs)
  }

  @Test("MS-07, MS-09: a stream is active while a track is live")
  func activity() throws {
    let (first, second) = (try video(), try audio())
    let stream = MediaStream(tracks: [first, second])
    #expect(stream.isActive)
    first.stop()
    #expect(stream.isActive)
    second.stop()
    #expect(!stream.isActive)
    let third = try video()
    stream.addTrack(third)
    #expect(stream.isActive)
    stream.removeTrack(third)
    #expect(!stream.isActive)
  }

  @Test("MS-08: a clone has clones of all tracks; ended ones stay ended")
  func cloning() throws {
    let (live, ended) = (try video(), try audio())
    ended.stop()
    let stream = MediaStream(tracks: [live, ended])
    let clone = stream.clone()
    #expect(clone.id != stream.id && clone.tracks.count == 2)
    #expect(clone.videoTracks[0].id != live.id && clone.videoTracks[0].readyState == .live)
    #expect(clone.audioTracks[0].readyState == .ended)
  }

  @Test("GN-13: a black hole takes everything, from whatever track, until it is stopped")
  func blackHole() throws {
    let (video, audio) = (VideoTrackGenerator(), AudioTrackGenerator())
    let hole = MediaBlackHole(MediaStream(tracks: [video.track, audio.track]))
    for index in 0..<100 { try video.write(picture(index)) }
    video.close()
    try audio.write(AudioFrame(format: .mono48k, samples: [1], timestamp: .zero))
    #expect(hole.videoFrames == 100 && hole.audioFrames == 1)
    hole.stop()
    try audio.write(AudioFrame(format: .mono48k, samples: [1], timestamp: .zero))
    #expect(hole.audioFrames == 1 && audio.track.consumerCount == 0)
  }
}
