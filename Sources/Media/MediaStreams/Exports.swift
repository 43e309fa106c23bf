@_exported import RTCConstraints
@_exported import RTCFrames
