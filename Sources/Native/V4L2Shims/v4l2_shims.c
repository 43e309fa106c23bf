#include "v4l2_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

const uint32_t rtc_v4l2_pixel_format_yuyv = V4L2_PIX_FMT_YUYV;
const uint32_t rtc_v4l2_pixel_format_mjpeg = V4L2_PIX_FMT_MJPEG;
const uint32_t rtc_v4l2_pixel_format_jpeg = V4L2_PIX_FMT_JPEG;
const uint32_t rtc_v4l2_pixel_format_nv12 = V4L2_PIX_FMT_NV12;
const uint32_t rtc_v4l2_pixel_format_yu12 = V4L2_PIX_FMT_YUV420;
const uint32_t rtc_v4l2_pixel_format_grey = V4L2_PIX_FMT_GREY;

static int control(int device, unsigned long request, void *argument) {
  int result;
  do {
    result = ioctl(device, request, argument);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

int rtc_v4l2_open(const char *path) {
  int device;
  do {
    device = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  } while (device < 0 && errno == EINTR);
  return device < 0 ? -errno : device;
}

int rtc_v4l2_query_capabilities(int device, struct v4l2_capability *capabilities) {
  return control(device, VIDIOC_QUERYCAP, capabilities);
}

int rtc_v4l2_enumerate_formats(int device, struct v4l2_fmtdesc *format) {
  return control(device, VIDIOC_ENUM_FMT, format);
}

int rtc_v4l2_enumerate_sizes(int device, struct v4l2_frmsizeenum *size) {
  return control(device, VIDIOC_ENUM_FRAMESIZES, size);
}

int rtc_v4l2_enumerate_intervals(int device, struct v4l2_frmivalenum *interval) {
  return control(device, VIDIOC_ENUM_FRAMEINTERVALS, interval);
}

int rtc_v4l2_get_format(int device, struct v4l2_pix_format *current) {
  struct v4l2_format format;
  memset(&format, 0, sizeof format);
  format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  int result = control(device, VIDIOC_G_FMT, &format);
  *current = format.fmt.pix;
  return result;
}

static int ask_for_format(int device, unsigned long request, uint32_t pixel_format, uint32_t width, uint32_t height,
                          struct v4l2_pix_format *granted) {
  struct v4l2_format format;
  memset(&format, 0, sizeof format);
  format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  format.fmt.pix.width = width;
  format.fmt.pix.height = height;
  format.fmt.pix.pixelformat = pixel_format;
  format.fmt.pix.field = V4L2_FIELD_NONE;
  int result = control(device, request, &format);
  *granted = format.fmt.pix;
  return result;
}

int rtc_v4l2_try_format(int device, uint32_t pixel_format, uint32_t width, uint32_t height,
                        struct v4l2_pix_format *granted) {
  return ask_for_format(device, VIDIOC_TRY_FMT, pixel_format, width, height, granted);
}

int rtc_v4l2_set_format(int device, uint32_t pixel_format, uint32_t width, uint32_t height,
                        struct v4l2_pix_format *granted) {
  return ask_for_format(device, VIDIOC_S_FMT, pixel_format, width, height, granted);
}

int rtc_v4l2_set_rate(int device, uint32_t millihertz, uint32_t *granted) {
  struct v4l2_streamparm parameters;
  memset(&parameters, 0, sizeof parameters);
  parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  parameters.parm.capture.timeperframe.numerator = 1000;
  parameters.parm.capture.timeperframe.denominator = millihertz;
  *granted = 0;
  int result = control(device, VIDIOC_S_PARM, &parameters);
  const struct v4l2_fract *interval = &parameters.parm.capture.timeperframe;
  if (result == 0 && interval->numerator != 0) {
    *granted = (uint32_t)((uint64_t)interval->denominator * 1000 / interval->numerator);
  }
  return result;
}

int rtc_v4l2_request_buffers(int device, uint32_t count, uint32_t *granted) {
  struct v4l2_requestbuffers request;
  memset(&request, 0, sizeof request);
  request.count = count;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  int result = control(device, VIDIOC_REQBUFS, &request);
  *granted = result == 0 ? request.count : 0;
  return result;
}

static struct v4l2_buffer empty_buffer(uint32_t index) {
  struct v4l2_buffer buffer;
  memset(&buffer, 0, sizeof buffer);
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  return buffer;
}

int rtc_v4l2_map_buffer(int device, uint32_t index, void **address, size_t *length) {
  struct v4l2_buffer buffer = empty_buffer(index);
  int result = control(device, VIDIOC_QUERYBUF, &buffer);
  if (result < 0) return result;
  void *mapped = mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, device, buffer.m.offset);
  if (mapped == MAP_FAILED) return -errno;
  *address = mapped;
  *length = buffer.length;
  return 0;
}

int rtc_v4l2_unmap_buffer(void *address, size_t length) { return munmap(address, length) < 0 ? -errno : 0; }

int rtc_v4l2_queue_buffer(int device, uint32_t index) {
  struct v4l2_buffer buffer = empty_buffer(index);
  return control(device, VIDIOC_QBUF, &buffer);
}

int rtc_v4l2_dequeue_buffer(int device, struct v4l2_buffer *buffer) {
  *buffer = empty_buffer(0);
  return control(device, VIDIOC_DQBUF, buffer);
}

int rtc_v4l2_start(int device) {
  enum v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return control(device, VIDIOC_STREAMON, &type);
}

int rtc_v4l2_stop(int device) {
  enum v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return control(device, VIDIOC_STREAMOFF, &type);
}
