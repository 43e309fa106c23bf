import Testing
import WebRTCTypes

struct WebRTCErrorTests {
  @Test(
    "PC-24: errors have the names of the exceptions",
    arguments: [
      (WebRTCError.invalidStateError("m"), "InvalidStateError"), (.invalidAccessError("m"), "InvalidAccessError"),
      (.invalidModificationError("m"), "InvalidModificationError"), (.notSupportedError("m"), "NotSupportedError"),
      (.operationError("m"), "OperationError"), (.syntaxError("m"), "SyntaxError"), (.typeError("m"), "TypeError"),
      (.rangeError("m"), "RangeError"), (.notFoundError("m"), "NotFoundError"),
      (.notAllowedError("m"), "NotAllowedError"),
      (.notReadableError("m"), "NotReadableError"), (.abortError("m"), "AbortError"),
      (.overconstrainedError(constraint: "width", message: "m"), "OverconstrainedError"),
      (.rtcError(RTCError(RTCErrorInit(errorDetail: .dtlsFailure), message: "m")), "OperationError"),
    ])
  func names(error: WebRTCError, name: String) {
    #expect(error.name == name)
    #expect(error.message == "m")
    #expect(error.description.hasPrefix(name))
    #expect(error.description.hasSuffix(": m"))
  }

  @Test("PC-24: details of an RTCError and the constraint of an OverconstrainedError")
  func details() throws {
    let details = RTCErrorInit(errorDetail: .sdpSyntaxError, sdpLineNumber: 7)
    let error = RTCError(details, message: "m")
    #expect(error.errorDetail == .sdpSyntaxError && error.sdpLineNumber == 7)
    #expect(error.sctpCauseCode == nil && error.receivedAlert == nil && error.sentAlert == nil)
    #expect(try JSON.text(details) == #"{"errorDetail":"sdp-syntax-error","sdpLineNumber":7}"#)
    #expect(WebRTCError.overconstrainedError(constraint: "width", message: "").constraint == "width")
    #expect(WebRTCError.abortError("").constraint == nil)
  }
}
