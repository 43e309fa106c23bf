@_exported import MediaStreams
@_exported import WebRTCTypes
