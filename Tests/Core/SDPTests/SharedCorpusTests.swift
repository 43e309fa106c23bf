import Foundation
import RTCSDP
import Testing

/// Collections that stand beside a checkout: captures of browsers, the examples of RFCs, and the test data of two other parsers.
@Suite(.enabled(if: SDPFiles.hasShared, "the folder ../shared with the larger collections is not there"))
struct SharedCorpusTests {
  @Test("JS-01: every capture of a browser parses and is written byte for byte")
  func browserCaptures() throws {
    let folder = SDPFiles.shared.appending(path: "rigs/sdp")
    let names = SDPFiles.names(in: folder)
    #expect(names.count >= 50)
    for name in names {
      let text = try SDPFiles.text(name, in: folder)
      let description = try SessionDescription(parsing: text)
      #expect(description.text == text, "\(name)")
      for media in description.media {
        #expect(media.mid != nil, "\(name)")
        #expect(media.port == 0 || description.iceUfrag(for: media) != nil, "\(name)")
        #expect(media.port == 0 || !description.fingerprints(for: media).isEmpty, "\(name)")
      }
    }
  }

  @Test("JS-01: every complete example of the RFCs parses and round-trips")
  func completeExamples() throws {
    let folder = SDPFiles.shared.appending(path: "vectors/sdp/rfc")
    let index = String(decoding: try Data(contentsOf: folder.appending(path: "INDEX.tsv")), as: UTF8.self)
    let rows = index.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    let whole = rows.filter { $0.last == "whole" }.map { String($0[0]) }
    #expect(whole.count >= 40)
    for name in whole {
      let text = try SDPFiles.text(name, in: folder)
      let description = try SessionDescription(parsing: text)
      #expect(try SessionDescription(parsing: description.text) == description, "\(name)")
      guard !Self.rewritten.contains(name) else { continue }
      #expect(description.text == text.canonicalLines, "\(name)")
    }
  }

  @Test("JS-14: of all other descriptions, those in the table are refused, with their line and reason")
  func refusals() throws {
    for (path, refused) in Self.refused {
      let folder = SDPFiles.shared.appending(path: path)
      for name in SDPFiles.names(in: folder) {
        let text = try SDPFiles.text(name, in: folder)
        do throws(SDPError) {
          let description = try SessionDescription(parsing: text)
          #expect(refused[name] == nil, "\(path)/\(name) is no longer refused")
          #expect(try SessionDescription(parsing: description.text) == description, "\(path)/\(name)")
        } catch {
          #expect(refused[name] == Refusal(error.lineNumber, error.reason), "\(path)/\(name)")
        }
      }
    }
  }

  struct Refusal: Equatable {
    var line: Int
    var reason: String
    init(_ line: Int, _ reason: String) {
      self.line = line
      self.reason = reason
    }

    /// Parts of descriptions, which begin in the middle.
    static let fragment = Refusal(1, "the first line is \"v=0\"")
    /// Comments of another parser's own.
    static let comment = Refusal(1, "a line is a letter, \"=\" and a value")
  }

  /// Read, but written in another way: their fingerprints have lost the space before the digest, and one has its lines out of order.
  static let rewritten: Set<String> = [
    "rfc8829-05.sdp", "rfc8829-06.sdp", "rfc8829-07.sdp", "rfc8829-08.sdp", "rfc8829-09.sdp", "rfc8829-10.sdp",
    "rfc8829-11.sdp", "rfc8829-12.sdp", "rfc8829-13.sdp", "rfc8829-14.sdp", "rfc3264-01.sdp",
  ]

  static let refused: [String: [String: Refusal]] = [
    "vectors/sdp/rfc": [
      "rfc8829-01.sdp": .fragment, "rfc8829-02.sdp": .fragment, "rfc8829-03.sdp": .fragment,
      "rfc8829-04.sdp": .fragment, "rfc8840-01.sdp": .fragment, "rfc8840-03.sdp": .fragment,
      "rfc8840-05.sdp": .fragment, "rfc8842-01.sdp": .fragment, "rfc8851-01.sdp": .fragment,
      "rfc8851-02.sdp": .fragment, "rfc8851-03.sdp": .fragment, "rfc8851-04.sdp": .fragment,
      "rfc8853-01.sdp": .fragment, "rfc8853-02.sdp": .fragment, "rfc8853-06.sdp": .fragment,
      "rfc8864-01.sdp": .fragment, "rfc8864-02.sdp": .fragment, "rfc8864-03.sdp": .fragment,
      "rfc8866-02.sdp": .fragment,
    ],
    "vectors/sdp/sdp-transform": [
      "alac.sdp": Refusal(7, "a=rtpmap has a clock rate above 0 behind the encoding's slash"),
      "invalid.sdp": Refusal(10, "an m-section has i=, c=, b=, k= and a= lines alone"),
    ],
    "vectors/sdp/webrtc-sdp": [
      "03.sdp": .comment, "08.sdp": .comment, "11.sdp": .comment,
      "31.sdp": Refusal(6, "a=ssrc has an attribute"),
    ],
  ]
}

extension String {
  /// The same lines, each ended by CRLF.
  var canonicalLines: String { split(whereSeparator: \.isNewline).map { $0 + "\r\n" }.joined() }
}
