/* Memory that the process has used once is used again, instead of going back to the system page by page. */
#include "crunner.h"

#if defined(__linux__) && __has_include(<malloc.h>)
#include <malloc.h>
#endif

void crunner_keep_memory(int bytes) {
#ifdef M_MMAP_THRESHOLD /* glibc: mallopt(3) */
  mallopt(M_TRIM_THRESHOLD, bytes);
  mallopt(M_MMAP_THRESHOLD, bytes);
  mallopt(M_TOP_PAD, bytes / 2); /* what the heap grows by, at a time */
#else
  (void)bytes;
#endif
}
