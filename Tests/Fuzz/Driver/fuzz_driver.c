#include "fuzz_driver.h"

// Weak, so that plain builds link: only a build with -sanitize=fuzzer has it.
extern int LLVMFuzzerRunDriver(int *argc, char ***argv, fuzz_target target) __attribute__((weak));

int fuzz_run(int argc, char **argv, fuzz_target target) {
  if (!LLVMFuzzerRunDriver) return -1;
  return LLVMFuzzerRunDriver(&argc, &argv, target);
}
