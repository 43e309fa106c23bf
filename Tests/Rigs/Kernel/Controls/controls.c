#include "rig_controls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int rig_set_control(const char *path, const char *name, int value) {
  int device = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) return -errno;
  int result = -ENOENT;
  struct v4l2_queryctrl control = {.id = V4L2_CTRL_FLAG_NEXT_CTRL};
  while (ioctl(device, VIDIOC_QUERYCTRL, &control) == 0) {
    if (strcmp((const char *)control.name, name) == 0) {
      struct v4l2_control setting = {.id = control.id, .value = value};
      result = ioctl(device, VIDIOC_S_CTRL, &setting) == 0 ? 0 : -errno;
      break;
    }
    control.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
  }
  close(device);
  return result;
}
