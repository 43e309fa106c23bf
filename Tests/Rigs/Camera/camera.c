// A camera without hardware: preloaded into a program (LD_PRELOAD), it answers for one V4L2 device with YUYV pictures.
//
//   RIG_CAMERA          the path of the device, such as /tmp/devices/video0; the file need not be a device
//   RIG_CAMERA_CONTROL  a file whose first character changes what happens next:
//                         s  no picture comes
//                         e  pictures are flagged as broken
//                         d  every other picture is left out
//                         u  the camera is unplugged
//
// A descriptor that is handed out is one end of a pair of sockets on which one byte lies for each picture that is
// ready, so that poll works as it does with a camera. The buffers lie in a memory file, so that they can be mapped.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { MAXIMUM_OPEN = 8, MAXIMUM_BUFFERS = 8, FRAMES_PER_SECOND = 50 };

static const struct {
  uint32_t width, height;
} sizes[] = {{1280, 720}, {640, 480}, {320, 240}};
enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

enum buffer_state { IDLE, QUEUED, DONE };

// One opening of the camera.
struct handle {
  bool is_open, is_streaming, is_unplugged;
  int descriptor;  // what the program has
  int signal;      // the other end
  int memory_file;
  uint8_t *memory;
  uint32_t width, height, buffer_count, sequence;
  size_t buffer_size;
  enum buffer_state states[MAXIMUM_BUFFERS];
  struct v4l2_buffer done[MAXIMUM_BUFFERS];  // in the order of their numbers
  pthread_t thread;
};

static struct handle handles[MAXIMUM_OPEN];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// --- the functions of the C library behind ours

static int real_open(const char *path, int flags, mode_t mode) {
  static int (*function)(const char *, int, ...);
  if (!function) *(void **)&function = dlsym(RTLD_NEXT, "open");
  return function(path, flags, mode);
}

static int real_close(int descriptor) {
  static int (*function)(int);
  if (!function) *(void **)&function = dlsym(RTLD_NEXT, "close");
  return function(descriptor);
}

static int real_ioctl(int descriptor, unsigned long request, void *argument) {
  static int (*function)(int, unsigned long, ...);
  if (!function) *(void **)&function = dlsym(RTLD_NEXT, "ioctl");
  return function(descriptor, request, argument);
}

static void *real_mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  static void *(*function)(void *, size_t, int, int, int, off_t);
  if (!function) *(void **)&function = dlsym(RTLD_NEXT, "mmap");
  return function(address, length, protection, flags, descriptor, offset);
}

// --- the camera

static int failed(int error) {
  errno = error;
  return -1;
}

static char control_character(void) {
  const char *path = getenv("RIG_CAMERA_CONTROL");
  int file = path ? real_open(path, O_RDONLY | O_CLOEXEC, 0) : -1;
  char character = 0;
  if (file < 0) return 0;
  if (read(file, &character, 1) != 1) character = 0;
  real_close(file);
  return character;
}

static struct handle *find(int descriptor) {
  for (int i = 0; i < MAXIMUM_OPEN; i++) {
    if (handles[i].is_open && handles[i].descriptor == descriptor) return &handles[i];
  }
  return NULL;
}

// A grey ramp that moves by two pixels a picture, in one colour.
static void draw(const struct handle *handle, uint8_t *pixels, uint32_t number) {
  for (uint32_t y = 0; y < handle->height; y++) {
    for (uint32_t x = 0; x < handle->width; x += 2) {
      uint8_t luma = (uint8_t)(16 + (x + 2 * number) % 200);
      *pixels++ = luma;
      *pixels++ = 100;
      *pixels++ = luma;
      *pixels++ = 160;
    }
  }
}

static void deliver(struct handle *handle, bool is_broken) {
  for (uint32_t i = 0; i < handle->buffer_count; i++) {
    if (handle->states[i] != QUEUED) continue;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    draw(handle, handle->memory + i * handle->buffer_size, handle->sequence);
    struct v4l2_buffer *buffer = &handle->done[i];
    memset(buffer, 0, sizeof *buffer);
    buffer->index = i;
    buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer->memory = V4L2_MEMORY_MMAP;
    buffer->bytesused = handle->width * handle->height * 2;
    buffer->sequence = handle->sequence;
    buffer->timestamp = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | (is_broken ? V4L2_BUF_FLAG_ERROR : 0);
    handle->states[i] = DONE;
    if (write(handle->signal, "f", 1) != 1) handle->states[i] = QUEUED;
    return;
  }
}

static void *film(void *argument) {
  struct handle *handle = argument;
  struct timespec due;
  clock_gettime(CLOCK_MONOTONIC, &due);
  for (;;) {
    due.tv_nsec += 1000000000 / FRAMES_PER_SECOND;
    if (due.tv_nsec >= 1000000000) {
      due.tv_nsec -= 1000000000;
      due.tv_sec++;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
    char control = control_character();
    pthread_mutex_lock(&lock);
    bool is_over = !handle->is_streaming;
    if (!is_over && control == 'u') {
      handle->is_unplugged = is_over = true;
      real_close(handle->signal);
      handle->signal = -1;
    } else if (!is_over) {
      if (control != 's' && !(control == 'd' && handle->sequence % 2)) deliver(handle, control == 'e');
      handle->sequence++;
    }
    pthread_mutex_unlock(&lock);
    if (is_over) return NULL;
  }
}

static void stop_streaming(struct handle *handle) {
  pthread_mutex_lock(&lock);
  bool was_streaming = handle->is_streaming;
  handle->is_streaming = false;
  pthread_mutex_unlock(&lock);
  if (!was_streaming) return;
  pthread_join(handle->thread, NULL);
  char bytes[MAXIMUM_BUFFERS];
  while (recv(handle->descriptor, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
  }
  memset(handle->states, 0, sizeof handle->states);
}

static void free_buffers(struct handle *handle) {
  if (handle->memory) munmap(handle->memory, handle->buffer_size * handle->buffer_count);
  if (handle->memory_file >= 0) real_close(handle->memory_file);
  handle->memory = NULL;
  handle->memory_file = -1;
  handle->buffer_count = 0;
}

static int open_camera(int flags) {
  if (control_character() == 'u') return failed(ENODEV);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) return -1;
  if (flags & O_NONBLOCK) fcntl(pair[0], F_SETFL, O_NONBLOCK);
  pthread_mutex_lock(&lock);
  for (int i = 0; i < MAXIMUM_OPEN; i++) {
    if (handles[i].is_open) continue;
    memset(&handles[i], 0, sizeof handles[i]);
    handles[i] = (struct handle){.is_open = true, .descriptor = pair[0], .signal = pair[1], .memory_file = -1};
    handles[i].width = sizes[0].width;
    handles[i].height = sizes[0].height;
    pthread_mutex_unlock(&lock);
    return pair[0];
  }
  pthread_mutex_unlock(&lock);
  real_close(pair[0]);
  real_close(pair[1]);
  return failed(EMFILE);
}

// --- the requests

static bool is_used_by_another(const struct handle *handle) {
  for (int i = 0; i < MAXIMUM_OPEN; i++) {
    if (handles[i].is_open && &handles[i] != handle && handles[i].buffer_count > 0) return true;
  }
  return false;
}

static int query_capabilities(struct v4l2_capability *capability) {
  memset(capability, 0, sizeof *capability);
  strcpy((char *)capability->driver, "rig");
  strcpy((char *)capability->card, "Rig Camera");
  strcpy((char *)capability->bus_info, "platform:rig");
  capability->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  capability->capabilities = capability->device_caps | V4L2_CAP_DEVICE_CAPS;
  return 0;
}

static int enumerate_formats(struct v4l2_fmtdesc *format) {
  if (format->index > 0) return failed(EINVAL);
  format->pixelformat = V4L2_PIX_FMT_YUYV;
  return 0;
}

static int enumerate_sizes(struct v4l2_frmsizeenum *size) {
  if (size->index >= SIZE_COUNT) return failed(EINVAL);
  size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
  size->discrete.width = sizes[size->index].width;
  size->discrete.height = sizes[size->index].height;
  return 0;
}

static int enumerate_intervals(struct v4l2_frmivalenum *interval) {
  if (interval->index > 0) return failed(EINVAL);
  interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
  interval->discrete = (struct v4l2_fract){.numerator = 1, .denominator = FRAMES_PER_SECOND};
  return 0;
}

static int set_format(struct handle *handle, struct v4l2_format *format) {
  if (is_used_by_another(handle)) return failed(EBUSY);
  int nearest = 0;
  for (int i = 1; i < SIZE_COUNT; i++) {
    if (abs((int)sizes[i].width - (int)format->fmt.pix.width) <
        abs((int)sizes[nearest].width - (int)format->fmt.pix.width)) {
      nearest = i;
    }
  }
  handle->width = format->fmt.pix.width = sizes[nearest].width;
  handle->height = format->fmt.pix.height = sizes[nearest].height;
  format->fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
  format->fmt.pix.bytesperline = handle->width * 2;
  format->fmt.pix.sizeimage = handle->width * handle->height * 2;
  return 0;
}

static int request_buffers(struct handle *handle, struct v4l2_requestbuffers *request) {
  if (is_used_by_another(handle) || handle->is_streaming) return failed(EBUSY);
  free_buffers(handle);
  if (request->count == 0) return 0;
  if (request->count > MAXIMUM_BUFFERS) request->count = MAXIMUM_BUFFERS;
  handle->buffer_size = (handle->width * handle->height * 2 + 4095) & ~(size_t)4095;
  size_t size = handle->buffer_size * request->count;
  handle->memory_file = memfd_create("rig-camera", MFD_CLOEXEC);
  if (handle->memory_file < 0 || ftruncate(handle->memory_file, (off_t)size)) return failed(ENOMEM);
  handle->memory = real_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, handle->memory_file, 0);
  handle->buffer_count = request->count;
  return 0;
}

static int query_buffer(const struct handle *handle, struct v4l2_buffer *buffer) {
  if (buffer->index >= handle->buffer_count) return failed(EINVAL);
  buffer->length = (uint32_t)handle->buffer_size;
  buffer->m.offset = (uint32_t)(buffer->index * handle->buffer_size);
  return 0;
}

static int queue_buffer(struct handle *handle, const struct v4l2_buffer *buffer) {
  if (buffer->index >= handle->buffer_count || handle->states[buffer->index] != IDLE) return failed(EINVAL);
  handle->states[buffer->index] = QUEUED;
  return 0;
}

static int dequeue_buffer(struct handle *handle, struct v4l2_buffer *buffer) {
  char byte;
  ssize_t count = recv(handle->descriptor, &byte, 1, MSG_DONTWAIT);
  if (count < 0) return failed(EAGAIN);
  int oldest = -1;
  for (uint32_t i = 0; i < handle->buffer_count; i++) {
    if (handle->states[i] != DONE) continue;
    if (oldest < 0 || handle->done[i].sequence < handle->done[oldest].sequence) oldest = (int)i;
  }
  if (count == 0 || oldest < 0) return failed(ENODEV);
  handle->states[oldest] = IDLE;
  *buffer = handle->done[oldest];
  return 0;
}

static int start_streaming(struct handle *handle) {
  if (handle->buffer_count == 0) return failed(EINVAL);
  if (handle->is_streaming) return 0;
  handle->is_streaming = true;
  return pthread_create(&handle->thread, NULL, film, handle) ? failed(ENOMEM) : 0;
}

static int answer(struct handle *handle, unsigned long request, void *argument) {
  if (handle->is_unplugged) return failed(ENODEV);
  switch (request) {
    case VIDIOC_QUERYCAP: return query_capabilities(argument);
    case VIDIOC_ENUM_FMT: return enumerate_formats(argument);
    case VIDIOC_ENUM_FRAMESIZES: return enumerate_sizes(argument);
    case VIDIOC_ENUM_FRAMEINTERVALS: return enumerate_intervals(argument);
    case VIDIOC_S_FMT: return set_format(handle, argument);
    case VIDIOC_S_PARM:
      ((struct v4l2_streamparm *)argument)->parm.capture.timeperframe =
          (struct v4l2_fract){.numerator = 1, .denominator = FRAMES_PER_SECOND};
      return 0;
    case VIDIOC_REQBUFS: return request_buffers(handle, argument);
    case VIDIOC_QUERYBUF: return query_buffer(handle, argument);
    case VIDIOC_QBUF: return queue_buffer(handle, argument);
    case VIDIOC_DQBUF: return dequeue_buffer(handle, argument);
    case VIDIOC_STREAMON: return start_streaming(handle);
    default: return failed(ENOTTY);
  }
}

// --- what the program calls

static bool is_camera(const char *path) {
  const char *camera = getenv("RIG_CAMERA");
  return camera && path && strcmp(path, camera) == 0;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return is_camera(path) ? open_camera(flags) : real_open(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return is_camera(path) ? open_camera(flags) : real_open(path, flags | O_LARGEFILE, mode);
}

int close(int descriptor) {
  pthread_mutex_lock(&lock);
  struct handle *handle = find(descriptor);
  pthread_mutex_unlock(&lock);
  if (handle) {
    stop_streaming(handle);
    free_buffers(handle);
    if (handle->signal >= 0) real_close(handle->signal);
    handle->is_open = false;
  }
  return real_close(descriptor);
}

int ioctl(int descriptor, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  pthread_mutex_lock(&lock);
  struct handle *handle = find(descriptor);
  if (handle && request == VIDIOC_STREAMOFF) {
    pthread_mutex_unlock(&lock);
    stop_streaming(handle);
    return 0;
  }
  int result = handle ? answer(handle, request, argument) : 0;
  pthread_mutex_unlock(&lock);
  return handle ? result : real_ioctl(descriptor, request, argument);
}

static void *map(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  struct handle *handle = descriptor >= 0 ? find(descriptor) : NULL;
  if (handle) descriptor = handle->memory_file;
  return real_mmap(address, length, protection, flags, descriptor, offset);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  return map(address, length, protection, flags, descriptor, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
  return map(address, length, protection, flags, descriptor, offset);
}
