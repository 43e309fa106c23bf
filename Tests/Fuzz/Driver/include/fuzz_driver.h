#ifndef FUZZ_DRIVER_H
#define FUZZ_DRIVER_H

#include <stddef.h>
#include <stdint.h>

typedef int (*fuzz_target)(const uint8_t *bytes, size_t count);

/// Runs libFuzzer with its arguments; -1 when the program was built without it.
int fuzz_run(int argc, char **argv, fuzz_target target);

#endif
