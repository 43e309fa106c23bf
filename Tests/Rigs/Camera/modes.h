#pragma once

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAXIMUM_RATE = 50 };

/// Answers VIDIOC_ENUM_FRAMESIZES; `false` past the end.
bool list_size(struct v4l2_frmsizeenum *size);
/// Answers VIDIOC_ENUM_FRAMEINTERVALS; `false` past the end.
bool list_interval(struct v4l2_frmivalenum *interval);
/// Turns a size that is asked for into the one that is delivered in its format.
void choose_size(struct v4l2_pix_format *wanted);
/// The pictures a second that are delivered when so many are asked for.
uint32_t nearest_rate(uint32_t pixel_format, uint32_t width, uint32_t height, uint32_t wanted);
