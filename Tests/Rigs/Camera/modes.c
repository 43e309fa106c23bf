#include "modes.h"

#include <stdlib.h>

#include "pictures.h"

// What is listed; pictures a second, the highest first, end with 0.
static const struct size {
  uint32_t pixel_format, width, height, rates[3];
} sizes[] = {
    {V4L2_PIX_FMT_YUYV, 1280, 720, {10}},        {V4L2_PIX_FMT_YUYV, 640, 480, {50, 25}},
    {V4L2_PIX_FMT_YUYV, 320, 240, {50, 25}},     {V4L2_PIX_FMT_MJPEG, 1280, 720, {50, 25}},
    {V4L2_PIX_FMT_MJPEG, 640, 480, {50, 25}},    {V4L2_PIX_FMT_GREY, 640, 360, {50}},
};
enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

// What a range has.
static const struct v4l2_frmsize_stepwise range = {
    .min_width = 64, .max_width = 1280, .step_width = 2, .min_height = 64, .max_height = 720, .step_height = 2};

bool list_size(struct v4l2_frmsizeenum *size) {
  if (size->pixel_format == V4L2_PIX_FMT_NV12) {
    if (size->index > 0) return false;
    size->type = V4L2_FRMSIZE_TYPE_STEPWISE;
    size->stepwise = range;
    return true;
  }
  uint32_t index = 0;
  for (int i = 0; i < SIZE_COUNT; i++) {
    if (sizes[i].pixel_format != size->pixel_format || index++ != size->index) continue;
    size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    size->discrete.width = sizes[i].width;
    size->discrete.height = sizes[i].height;
    return true;
  }
  return false;
}

// What is listed for a size, up to the first 0; NULL for any other.
static const uint32_t *rates_of(uint32_t pixel_format, uint32_t width, uint32_t height) {
  for (int i = 0; i < SIZE_COUNT; i++) {
    if (sizes[i].pixel_format == pixel_format && sizes[i].width == width && sizes[i].height == height) {
      return sizes[i].rates;
    }
  }
  return NULL;
}

bool list_interval(struct v4l2_frmivalenum *interval) {
  if (interval->pixel_format == V4L2_PIX_FMT_NV12 && interval->index == 0) {
    interval->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
    interval->stepwise.min = (struct v4l2_fract){.numerator = 1, .denominator = MAXIMUM_RATE};
    interval->stepwise.max = (struct v4l2_fract){.numerator = 1, .denominator = 1};
    return true;
  }
  const uint32_t *rates = rates_of(interval->pixel_format, interval->width, interval->height);
  for (uint32_t i = 0; rates && rates[i]; i++) {
    if (i != interval->index) continue;
    interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    interval->discrete = (struct v4l2_fract){.numerator = 1, .denominator = rates[i]};
    return true;
  }
  return false;
}

static uint32_t within(uint32_t value, uint32_t minimum, uint32_t maximum) {
  return (value < minimum ? minimum : value > maximum ? maximum : value) & ~1u;
}

void choose_size(struct v4l2_pix_format *wanted) {
  const struct size *nearest = NULL;
  for (int i = 0; i < SIZE_COUNT; i++) {
    if (sizes[i].pixel_format != wanted->pixelformat) continue;
    if (!nearest || abs((int)sizes[i].width - (int)wanted->width) < abs((int)nearest->width - (int)wanted->width)) {
      nearest = &sizes[i];
    }
  }
  wanted->width = nearest ? nearest->width : within(wanted->width, range.min_width, range.max_width);
  wanted->height = nearest ? nearest->height : within(wanted->height, range.min_height, range.max_height);
  wanted->bytesperline = picture_stride(wanted->pixelformat, wanted->width);
  wanted->sizeimage = picture_size(wanted->pixelformat, wanted->width, wanted->height);
}

uint32_t nearest_rate(uint32_t pixel_format, uint32_t width, uint32_t height, uint32_t wanted) {
  const uint32_t *rates = rates_of(pixel_format, width, height);
  if (!rates) return wanted < 1 || wanted > MAXIMUM_RATE ? MAXIMUM_RATE : wanted;
  uint32_t nearest = rates[0];
  for (int i = 0; rates[i]; i++) {
    if (abs((int)rates[i] - (int)wanted) < abs((int)nearest - (int)wanted)) nearest = rates[i];
  }
  return nearest;
}
