import RTCICE
import WebRTCTypes

extension RTCIceTransportState {
  init(_ state: ICEState) {
    self =
      switch state {
      case .new: .new
      case .checking: .checking
      case .connected: .connected
      case .completed: .completed
      case .disconnected: .disconnected
      case .failed: .failed
      case .closed: .closed
      }
  }
}

extension RTCIceGathererState {
  init(_ state: ICEGatheringState) {
    self =
      switch state {
      case .new: .new
      case .gathering: .gathering
      case .complete: .complete
      }
  }
}
