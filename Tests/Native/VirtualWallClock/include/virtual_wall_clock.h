#pragma once

#include <stdint.h>

// Replaces gettimeofday for the whole test process, so that OpenSSL's retransmission timers follow a test's virtual time.
//
// The time is the calling thread's own: tests that run side by side do not disturb each other, and threads that never set
// it see the real clock.
void virtual_wall_clock_set(int64_t microseconds);
// Back to the real clock on this thread.
void virtual_wall_clock_clear(void);
