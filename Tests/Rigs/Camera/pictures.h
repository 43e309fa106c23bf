#pragma once

#include <stddef.h>
#include <stdint.h>

// A grey ramp of 200 shades that moves by two pixels a picture, in one colour: in limited range the luma is
// 16 + (x + 2 * number) % 200 at every row, the chroma 100 and 160.

/// Bytes from one row to the next; 0 where pictures are compressed.
uint32_t picture_stride(uint32_t pixel_format, uint32_t width);
/// Bytes that a picture may need.
uint32_t picture_size(uint32_t pixel_format, uint32_t width, uint32_t height);
/// Draws a picture.
///
/// Returns its bytes.
uint32_t draw_picture(uint32_t pixel_format, uint32_t width, uint32_t height, uint32_t number, uint8_t *bytes);
