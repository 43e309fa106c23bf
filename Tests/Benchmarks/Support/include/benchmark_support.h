#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations are counted: the allocator can be wrapped on glibc only.
bool bench_counts_allocations(void);
/// Allocations of the calling thread so far: malloc, calloc, realloc and the aligned ones.
uint64_t bench_thread_allocations(void);

/// CPU time in nanoseconds, of the calling thread and of the whole process.
int64_t bench_thread_cpu(void);
int64_t bench_process_cpu(void);

/// Memory of the process that is resident, in bytes, after giving back what the allocator holds free.
int64_t bench_resident_bytes(void);

/// Memory that is allocated and not given back, in bytes; 0 where the allocator does not tell.
int64_t bench_heap_bytes(void);
