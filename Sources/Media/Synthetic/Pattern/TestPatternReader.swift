import RTCFrames

/// Reads the test pattern from a picture of any size, however it was scaled and compressed on its way.
public enum TestPatternReader {
  /// What the picture says; a picture of something else has no counter, no time and wrong colours.
  public static func read(_ frame: VideoFrame) -> TestPatternReading {
    let geometry = PatternGeometry(width: frame.width, height: frame.height)
    let layout = frame.layout
    return frame.withPlanes { luma, cb, cr in
      TestPatternReading(
        counter: readCode(.counter, rows: geometry.counterRows, geometry: geometry, luma: luma, layout: layout),
        milliseconds: readCode(.time, rows: geometry.timeRows, geometry: geometry, luma: luma, layout: layout),
        barColours: (0..<8).map { index in
          let rows = PatternGeometry.middle(geometry.barRows)
          let columns = PatternGeometry.middle(geometry.barColumns(index))
          let chromaRows = (rows.lowerBound / 2)..<((rows.upperBound + 1) / 2)
          let chromaColumns = (columns.lowerBound / 2)..<((columns.upperBound + 1) / 2)
          return PatternColour(
            luma: mean(luma, stride: layout.lumaStride, rows: rows, columns: columns, step: 8),
            cb: mean(cb, stride: layout.chromaStride, rows: chromaRows, columns: chromaColumns, step: 4),
            cr: mean(cr, stride: layout.chromaStride, rows: chromaRows, columns: chromaColumns, step: 4))
        })
    }
  }

  private static func readCode(
    _ row: PatternCode.Row, rows: Range<Int>, geometry: PatternGeometry, luma: Span<UInt8>, layout: VideoFrameLayout
  ) -> UInt32? {
    let rows = PatternGeometry.middle(rows)
    // Cells are exact fortieths, or whole pixels of a sender that rounded down.
    let rounded = geometry.width / 40
    for isRounded in [false, true] {
      var levels: [Double] = []
      levels.reserveCapacity(PatternGeometry.cellCount)
      for cell in 0..<PatternGeometry.cellCount {
        let columns =
          isRounded ? ((cell + 3) * rounded)..<((cell + 4) * rounded) : geometry.cellColumns(cell)
        let middle = PatternGeometry.middle(columns)
        levels.append(mean(luma, stride: layout.lumaStride, rows: rows, columns: middle, step: 2))
      }
      guard levels[0] - levels[1] >= 64 else { continue }
      let threshold = (levels[0] + levels[1]) / 2
      let bits = levels.dropFirst(2).reduce(UInt32(0)) { $0 << 1 | ($1 > threshold ? 1 : 0) }
      if let code = PatternCode(bits: bits, row: row) { return code.value }
    }
    return nil
  }

  /// The mean of a part of a plane, of which every `step`-th row is looked at.
  private static func mean(
    _ plane: Span<UInt8>, stride: Int, rows: Range<Int>, columns: Range<Int>, step: Int
  ) -> Double {
    var sum = 0
    var count = 0
    for row in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
      for column in columns { sum += Int(plane[row * stride + column]) }
      count += columns.count
    }
    return count == 0 ? 0 : Double(sum) / Double(count)
  }
}
