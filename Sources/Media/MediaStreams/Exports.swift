@_exported import RTCFrames
