import RTCFrames

/// Draws the test pattern: the same picture for the same size, counter and time on every machine.
package struct TestPatternPainter: Sendable {
  package let geometry: PatternGeometry
  private let background = PatternColour(grey: 32).components.luma
  private let digitLuma = PatternColour(grey: 160).components.luma
  private let black = PatternColour(grey: 0).components.luma
  private let white = PatternColour(grey: 255).components.luma

  /// - Precondition: frames may have this size.
  package init(width: Int, height: Int) {
    precondition(VideoFrameLayout.isValid(width: width, height: height), "no picture has \(width)x\(height) pixels")
    geometry = PatternGeometry(width: width, height: height)
  }

  /// Draws the whole picture into a buffer of any contents.
  package func paint(counter: UInt32, milliseconds: UInt32, into buffer: inout VideoFrameBuffer) {
    paintStill(into: &buffer)
    paintMoving(counter: counter, milliseconds: milliseconds, into: &buffer)
  }

  /// Draws what all pictures have in common: the bars, and grey under the rest.
  package func paintStill(into buffer: inout VideoFrameBuffer) {
    let layout = buffer.layout
    let bars = PatternGeometry.barColours.map(\.components)
    let geometry = geometry
    buffer.withUnsafePlanes { luma, cb, cr in
      for row in 0..<geometry.barRows.count {
        let line = row * layout.lumaStride
        for (index, bar) in bars.enumerated() {
          let columns = geometry.barColumns(index)
          luma.extracting((line + columns.lowerBound)..<(line + columns.upperBound)).update(repeating: bar.luma)
        }
      }
      for row in 0..<layout.chromaHeight {
        let line = row * layout.chromaStride
        if row * 2 >= geometry.barRows.count {
          cb.extracting(line..<(line + layout.chromaWidth)).update(repeating: 128)
          cr.extracting(line..<(line + layout.chromaWidth)).update(repeating: 128)
        } else {
          for (index, bar) in bars.enumerated() {
            let columns = geometry.barColumns(index)
            let chroma = (line + (columns.lowerBound + 1) / 2)..<(line + (columns.upperBound + 1) / 2)
            cb.extracting(chroma).update(repeating: bar.cb)
            cr.extracting(chroma).update(repeating: bar.cr)
          }
        }
      }
    }
  }

  /// Draws what differs from picture to picture, which is luma only: the codes, the box and the digits.
  package func paintMoving(counter: UInt32, milliseconds: UInt32, into buffer: inout VideoFrameBuffer) {
    let stride = buffer.layout.lumaStride
    buffer.withUnsafePlanes { luma, _, _ in
      paintCode(PatternCode(counter, row: .counter), rows: geometry.counterRows, luma: luma, stride: stride)
      paintCode(PatternCode(milliseconds, row: .time), rows: geometry.timeRows, luma: luma, stride: stride)
      paintRows(geometry.motionRows, luma: luma, stride: stride) { line in
        line.update(repeating: background)
        line.extracting(geometry.boxColumns(counter: counter)).update(repeating: white)
      }
      paintDigits(counter, luma: luma, stride: stride)
    }
  }

  private func paintCode(
    _ code: PatternCode, rows: Range<Int>, luma: UnsafeMutableBufferPointer<UInt8>, stride: Int
  ) {
    let bits = code.bits
    paintRows(rows, luma: luma, stride: stride) { line in
      line.update(repeating: black)
      for cell in 0..<PatternGeometry.cellCount where cell == 0 || (cell >= 2 && bits >> UInt32(33 - cell) & 1 == 1) {
        line.extracting(geometry.cellColumns(cell)).update(repeating: white)
      }
    }
  }

  /// Draws the first of equal rows and copies it to the others.
  private func paintRows(
    _ rows: Range<Int>, luma: UnsafeMutableBufferPointer<UInt8>, stride: Int,
    paintLine: (UnsafeMutableBufferPointer<UInt8>) -> Void
  ) {
    guard let first = rows.first else { return }
    func line(_ row: Int) -> UnsafeMutableBufferPointer<UInt8> {
      luma.extracting((row * stride)..<(row * stride + geometry.width))
    }
    paintLine(line(first))
    for row in rows.dropFirst() { _ = line(row).update(fromContentsOf: line(first)) }
  }

  private func paintDigits(_ counter: UInt32, luma: UnsafeMutableBufferPointer<UInt8>, stride: Int) {
    // A dot of margin above and below; smaller dots could not be read.
    let dot = geometry.motionRows.count / (PatternDigits.rows + 2)
    guard dot >= 2 else { return }
    let digits = String(counter % PatternCode.modulus).utf8.map { Int($0) - 48 }
    guard digits.count * (PatternDigits.columns + 1) * dot + dot <= geometry.width else { return }
    for (index, digit) in digits.enumerated() {
      let left = dot + index * (PatternDigits.columns + 1) * dot
      for row in 0..<PatternDigits.rows {
        for column in 0..<PatternDigits.columns where PatternDigits.isSet(digit: digit, row: row, column: column) {
          let top = geometry.motionRows.lowerBound + (row + 1) * dot
          for line in top..<(top + dot) {
            let start = line * stride + left + column * dot
            luma.extracting(start..<(start + dot)).update(repeating: digitLuma)
          }
        }
      }
    }
  }
}
