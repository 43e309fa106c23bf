import Foundation
import HTTPTypes
import Hummingbird

extension Response {
  /// The files of the page that are part of the program.
  enum PageFile {
    case index
    case script
    case style
  }

  static func page(_ file: PageFile) -> Response {
    let (bytes, type) =
      switch file {
      case .index: (PackageResources.index_html, "text/html; charset=utf-8")
      case .script: (PackageResources.page_js, "text/javascript; charset=utf-8")
      case .style: (PackageResources.page_css, "text/css; charset=utf-8")
      }
    var headers: HTTPFields = [.contentType: type]
    // Nothing but these three files, and no other site may put the page in a frame.
    headers[.contentSecurityPolicy] =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob: mediastream:; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A number that JSON cannot hold is the only reason to fail.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let data = try? encoder.encode(value) else {
      return Response(status: .internalServerError)
    }
    return Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }

  /// `{"error": …}` with what was wrong.
  static func error(_ status: HTTPResponse.Status, _ message: String) -> Response {
    json(["error": message], status: status)
  }

  static func notAllowed(_ allowed: String) -> Response {
    var response = error(.methodNotAllowed, "Only \(allowed) is taken here.")
    response.headers[.allow] = allowed
    return response
  }
}
