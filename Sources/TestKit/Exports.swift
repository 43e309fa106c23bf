@_exported import WebRTCTypes
