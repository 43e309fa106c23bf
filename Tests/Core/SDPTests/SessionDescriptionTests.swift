import RTCSDP
import Testing

struct SessionDescriptionTests {
  @Test("Every kind of line is read, kept and written in the order of RFC 8866 §5")
  func allLines() throws {
    let text = SDPText.lines([
      "v=0", "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1", "s=Call to John Smith", "i=SDP Offer #1",
      "u=http://www.jdoe.example.com/home.html", "e=Jane Doe <jane@jdoe.example.com>", "p=+1 617 555-6011",
      "c=IN IP4 198.51.100.1", "b=AS:128", "b=X-YZ:1", "t=0 0", "t=3034423619 3042462419", "r=7d 1h 0 25h",
      "r=604800 3600 0 90000", "z=2882844526 -1h 2898848070 0", "k=prompt", "a=recvonly", "m=audio 49170/2 RTP/AVP 0 8",
      "i=title", "c=IN IP6 FF15::101/3", "c=IN IP6 FF15::102", "b=TIAS:64000", "k=clear:key", "a=sendonly",
      "m=video 51372 RTP/AVP 99", "a=rtpmap:99 h263-1998/90000",
    ])
    let description = try SessionDescription(parsing: text)
    #expect(description.text == text)
    #expect(
      description.origin
        == Origin(
          username: "jdoe", sessionID: "3724394400", sessionVersion: 3_724_394_405, address: "198.51.100.1"))
    #expect(description.timings.count == 2)
    #expect(description.timings[1].repeats == ["7d 1h 0 25h", "604800 3600 0 90000"])
    #expect(description.timings[1].zoneAdjustments == "2882844526 -1h 2898848070 0")
    #expect(description.bandwidths == [Bandwidth(type: "AS", value: 128), Bandwidth(type: "X-YZ", value: 1)])
    #expect(description.media[0].portCount == 2)
    #expect(description.media[0].connections.map(\.address) == ["FF15::101/3", "FF15::102"])
    #expect(description.direction(for: description.media[0]) == .sendonly)
    #expect(description.direction(for: description.media[1]) == .recvonly)
  }

  @Test(
    "JS-15: what real peers get wrong is forgiven",
    arguments: [
      ("\n", ""), ("\r\n", ""), ("\r\r\n", ""), ("\r\n\r\n", "\r\n"), ("\n\n", "\n\n\n"), (" \r\n", " "),
      ("\r\n  ", "\n"),
    ])
  func lineEnds(separator: String, end: String) throws {
    let lines = SDPText.audio + ["a=rtpmap:111 opus/48000/2", "a=rtcp-mux", "a=sendonly", "a=mid:0"]
    let description = try SessionDescription(parsing: lines.joined(separator: separator) + end)
    #expect(description.media[0].rtpmaps.count == 1)
    #expect(description.media[0].hasRTCPMux && description.media[0].direction == .sendonly)
    #expect(description.media[0].mid == "0")
    #expect(try SessionDescription(parsing: description.text) == description)
  }

  @Test(
    "JS-14: a bad line is named by its number, with a reason",
    arguments: [
      (["v=1"], 1, "the only version is 0"),
      (["o=- 1 2 IN IP4 127.0.0.1"], 1, "the first line is \"v=0\""),
      (["v=0", "s=-"], 2, "the second line is o="),
      (["v=0", "o=- 1 2 IN IP4"], 2, "o= has six fields"),
      (["v=0", "o=- x 2 IN IP4 h"], 2, "the session id is a number"),
      (["v=0", "o=- 1 -2 IN IP4 h"], 2, "the session version is a number"),
      (["v=0", "o=- 1 18446744073709551616 IN IP4 h"], 2, "the session version is a number of 64 bits"),
      (["v=0", "o=- 1 2 IN IP4 h", "m=audio 9 RTP/AVP 0"], 3, "the s= line comes before"),
      (SDPText.session + ["v=0"], 5, "there is a v= line already"),
      (SDPText.session + ["s=-"], 5, "there is an s= line already"),
      (SDPText.session + ["x=1"], 5, "no line of this type"),
      (SDPText.session + ["nonsense"], 5, "a line is a letter"),
      (SDPText.session + ["", "t=0"], 6, "t= is two numbers"),
      (SDPText.session + ["a=ok", "b=AS"], 6, "b= is a type"),
      (SDPText.session + ["c=IN IP4"], 5, "c= has three fields"),
      (SDPText.session + ["m=audio x RTP/AVP 0"], 5, "the port of an m= line"),
      (SDPText.session + ["m=audio 65536 RTP/AVP 0"], 5, "the port of an m= line"),
      (SDPText.session + ["m=audio +9 RTP/AVP 0"], 5, "the port of an m= line"),
      (SDPText.session + ["m=audio 9/0 RTP/AVP 0"], 5, "the number of ports"),
      (SDPText.session + ["m=audio 9"], 5, "an m= line names its protocol"),
      (SDPText.session + ["m=audio 9 RTP/AVP"], 5, "at least one format"),
      (SDPText.audio + ["t=0 0"], 6, "an m-section has i=, c=, b=, k= and a= lines alone"),
      (SDPText.audio + ["a="], 6, "an attribute has a name"),
      (SDPText.audio + ["a=mid:a\rb"], 6, "neither NUL nor carriage return"),
      (SDPText.audio + ["a=x:a\0b"], 6, "neither NUL nor carriage return"),
      (SDPText.audio + ["a=mid:0", "a=mid:1"], 7, "the m-section has a mid already"),
      (SDPText.audio + ["a=mid:0", "m=audio 9 RTP/AVP 0", "a=mid:0"], 8, "another m-section has this mid"),
    ])
  func refusal(lines: [String], number: Int, reason: String) throws {
    let error = try #require(throws: SDPError.self) { try SessionDescription(parsing: SDPText.lines(lines)) }
    #expect(error.lineNumber == number)
    #expect(error.reason.contains(reason))
    #expect(error.line == lines[number - 1])
    #expect(error.description.contains("line \(number)"))
  }

  @Test(
    "JS-14: what is missing as a whole is said without a line",
    arguments: ["", "\r\n", "v=0\r\n", "v=0\r\no=- 1 2 IN IP4 h\r\n"])
  func missing(text: String) throws {
    let error = try #require(throws: SDPError.self) { try SessionDescription(parsing: text) }
    #expect(error.lineNumber == 0)
    #expect(error.reason.contains("missing") || error.reason.contains("empty"))
  }

  @Test("A value from elsewhere cannot become a line of its own")
  func injection() throws {
    var description = try SessionDescription(parsing: SDPText.lines(SDPText.audio))
    description.media[0].attributes = [.msid(streamID: "a\r\na=crypto:1\0", trackID: nil)]
    #expect(description.text.hasSuffix("\r\na=msid:aa=crypto:1\r\n"))
  }

  @Test("Text in other scripts is kept")
  func unicode() throws {
    let text = SDPText.lines(["v=0", "o=- 1 2 IN IP4 h", "s=Ünïcödé 通话 🎥", "t=0 0", "a=x-é:通话 "])
    #expect(try SessionDescription(parsing: text).text == text)
  }
}
