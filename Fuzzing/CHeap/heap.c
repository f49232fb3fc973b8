#include "heap.h"

// Says which C library this is.
#include <stdlib.h>

#if defined(__APPLE__)
#include <malloc/malloc.h>

size_t heap_in_use(void) { return mstats().bytes_used; }
void heap_trim(void) { malloc_zone_pressure_relief(NULL, 0); }

#elif defined(__GLIBC__)
#include <malloc.h>

// Of every arena; `hblkhd` is what was too large for them and got pages of its own.
size_t heap_in_use(void) {
  struct mallinfo2 information = mallinfo2();
  return information.uordblks + information.hblkhd;
}
void heap_trim(void) { malloc_trim(0); }

#else
size_t heap_in_use(void) { return 0; }
void heap_trim(void) {}
#endif
