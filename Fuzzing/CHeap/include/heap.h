#ifndef KERNELWRIGHT_HEAP_H
#define KERNELWRIGHT_HEAP_H

#include <stddef.h>

/// Bytes that the process has allocated and not freed, over all threads; 0 where the C library can't say.
size_t heap_in_use(void);

/// Gives memory that is free back to the system, as far as the C library can.
void heap_trim(void);

#endif
