#include "pictures.h"

#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { BLUE = 100, RED = 160 };

static uint8_t luma(uint32_t x, uint32_t number) { return (uint8_t)(16 + (x + 2 * number) % 200); }

static uint8_t full_luma(uint32_t x, uint32_t number) { return (uint8_t)((luma(x, number) - 16) * 255 / 219); }

uint32_t picture_stride(uint32_t pixel_format, uint32_t width) {
  switch (pixel_format) {
    case V4L2_PIX_FMT_YUYV: return width * 2;
    // As the hardware of phones and boards does it: rows have padding.
    case V4L2_PIX_FMT_NV12: return (width + 127) / 64 * 64;
    case V4L2_PIX_FMT_MJPEG: return 0;
    default: return width;
  }
}

uint32_t picture_size(uint32_t pixel_format, uint32_t width, uint32_t height) {
  uint32_t stride = picture_stride(pixel_format, width);
  switch (pixel_format) {
    case V4L2_PIX_FMT_NV12:
    case V4L2_PIX_FMT_YUV420: return stride * height * 3 / 2;
    case V4L2_PIX_FMT_MJPEG: return (uint32_t)tjBufSize((int)width, (int)height, TJSAMP_422);
    default: return stride * height;
  }
}

static void draw_yuyv(uint32_t width, uint32_t height, uint32_t number, uint8_t *bytes) {
  for (uint32_t x = 0; x < width; x += 2) {
    bytes[2 * x] = bytes[2 * x + 2] = luma(x, number);
    bytes[2 * x + 1] = BLUE;
    bytes[2 * x + 3] = RED;
  }
  for (uint32_t y = 1; y < height; y++) memcpy(bytes + y * width * 2, bytes, width * 2);
}

static void draw_luma(uint32_t width, uint32_t height, uint32_t stride, uint32_t number, uint8_t *bytes) {
  for (uint32_t x = 0; x < width; x++) bytes[x] = luma(x & ~1u, number);
  for (uint32_t y = 1; y < height; y++) memcpy(bytes + y * stride, bytes, width);
}

static void draw_nv12(uint32_t width, uint32_t height, uint32_t number, uint8_t *bytes) {
  uint32_t stride = picture_stride(V4L2_PIX_FMT_NV12, width);
  draw_luma(width, height, stride, number, bytes);
  for (uint8_t *row = bytes + stride * height; row < bytes + stride * height * 3 / 2; row += stride) {
    for (uint32_t x = 0; x < width; x += 2) {
      row[x] = BLUE;
      row[x + 1] = RED;
    }
  }
}

static void draw_yu12(uint32_t width, uint32_t height, uint32_t number, uint8_t *bytes) {
  draw_luma(width, height, width, number, bytes);
  memset(bytes + width * height, BLUE, width * height / 4);
  memset(bytes + width * height * 5 / 4, RED, width * height / 4);
}

// Of full range, as sensors measure it.
static void draw_grey(uint32_t width, uint32_t height, uint32_t number, uint8_t *bytes) {
  for (uint32_t x = 0; x < width; x++) bytes[x] = full_luma(x & ~1u, number);
  for (uint32_t y = 1; y < height; y++) memcpy(bytes + y * width, bytes, width);
}

// Of full range, and with chroma of half the width and the full height, as most cameras have it.
static uint32_t draw_jpeg(uint32_t width, uint32_t height, uint32_t number, uint8_t *bytes) {
  uint8_t *plain = malloc(width * height * 2);
  if (!plain) return 0;
  uint8_t *planes[] = {plain, plain + width * height, plain + width * height * 3 / 2};
  for (uint32_t x = 0; x < width; x++) plain[x] = full_luma(x & ~1u, number);
  for (uint32_t y = 1; y < height; y++) memcpy(plain + y * width, plain, width);
  memset(planes[1], 128 + (BLUE - 128) * 255 / 224, width * height / 2);
  memset(planes[2], 128 + (RED - 128) * 255 / 224, width * height / 2);
  tjhandle encoder = tjInitCompress();
  unsigned long size = picture_size(V4L2_PIX_FMT_MJPEG, width, height);
  int result = tjCompressFromYUVPlanes(encoder, (const unsigned char **)planes, (int)width, NULL, (int)height,
                                       TJSAMP_422, &bytes, &size, 95, TJFLAG_NOREALLOC);
  tjDestroy(encoder);
  free(plain);
  return result == 0 ? (uint32_t)size : 0;
}

uint32_t draw_picture(uint32_t pixel_format, uint32_t width, uint32_t height, uint32_t number, uint8_t *bytes) {
  switch (pixel_format) {
    case V4L2_PIX_FMT_YUYV: draw_yuyv(width, height, number, bytes); break;
    case V4L2_PIX_FMT_NV12: draw_nv12(width, height, number, bytes); break;
    case V4L2_PIX_FMT_YUV420: draw_yu12(width, height, number, bytes); break;
    case V4L2_PIX_FMT_MJPEG: return draw_jpeg(width, height, number, bytes);
    default: draw_grey(width, height, number, bytes);
  }
  return picture_size(pixel_format, width, height);
}
