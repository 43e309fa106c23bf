#pragma once

// The requests of V4L2 are macros and ioctl is variadic; Swift imports neither.
//
// Every function repeats what a signal interrupted, and returns 0 or a negative error number.

#include <linux/videodev2.h>
#include <stddef.h>
#include <stdint.h>

/// YUV 4:2:2, two pixels in four bytes.
extern const uint32_t rtc_v4l2_pixel_format_yuyv;
/// A picture a JPEG.
extern const uint32_t rtc_v4l2_pixel_format_mjpeg;
extern const uint32_t rtc_v4l2_pixel_format_jpeg;
/// YUV 4:2:0: luma, then both chroma differences interleaved.
extern const uint32_t rtc_v4l2_pixel_format_nv12;
/// YUV 4:2:0 in three planes: I420.
extern const uint32_t rtc_v4l2_pixel_format_yu12;
/// Luma only.
extern const uint32_t rtc_v4l2_pixel_format_grey;

/// A descriptor, which does not block and is closed by exec.
int rtc_v4l2_open(const char *path);
int rtc_v4l2_query_capabilities(int device, struct v4l2_capability *capabilities);
int rtc_v4l2_enumerate_formats(int device, struct v4l2_fmtdesc *format);
int rtc_v4l2_enumerate_sizes(int device, struct v4l2_frmsizeenum *size);
int rtc_v4l2_enumerate_intervals(int device, struct v4l2_frmivalenum *interval);
/// What the driver delivers now.
int rtc_v4l2_get_format(int device, struct v4l2_pix_format *current);
/// What the driver would deliver when asked for pixels of a size.
int rtc_v4l2_try_format(int device, uint32_t pixel_format, uint32_t width, uint32_t height,
                        struct v4l2_pix_format *granted);
/// Asks for pixels of a size; the driver answers with what it will deliver.
int rtc_v4l2_set_format(int device, uint32_t pixel_format, uint32_t width, uint32_t height,
                        struct v4l2_pix_format *granted);
/// Asks for a rate in thousandths of a frame a second; the driver answers with what it will deliver, or with 0.
int rtc_v4l2_set_rate(int device, uint32_t millihertz, uint32_t *granted);
/// Asks for buffers that can be mapped; 0 frees them.
int rtc_v4l2_request_buffers(int device, uint32_t count, uint32_t *granted);
/// Maps a buffer into memory.
int rtc_v4l2_map_buffer(int device, uint32_t index, void **address, size_t *length);
int rtc_v4l2_unmap_buffer(void *address, size_t length);
int rtc_v4l2_queue_buffer(int device, uint32_t index);
int rtc_v4l2_dequeue_buffer(int device, struct v4l2_buffer *buffer);
int rtc_v4l2_start(int device);
int rtc_v4l2_stop(int device);
