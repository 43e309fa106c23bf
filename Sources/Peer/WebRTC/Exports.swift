@_exported import MediaStreams
@_exported import RTCCapture
@_exported import RTCFiles
@_exported import RTCSynthetic
@_exported import WebRTCTypes
