#pragma once

/// Sets a control of a V4L2 device by its name, such as those by which vivid injects faults; buttons take any value.
///
/// Returns 0 or a negative error number.
int rig_set_control(const char *path, const char *name, int value);
