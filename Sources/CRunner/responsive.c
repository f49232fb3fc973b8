/* Short waits for a thread that works little and is waited for. */
#define _GNU_SOURCE
#include "crunner.h"

#include <errno.h>

#ifdef __linux__
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int crunner_be_responsive(uint64_t slice) {
  /* struct sched_attr, which not every libc declares (sched_setattr(2)). */
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {.size = sizeof attributes, .policy = SCHED_OTHER, .flags = 1 /* SCHED_FLAG_RESET_ON_FORK */};
  errno = 0;
  attributes.nice = getpriority(PRIO_PROCESS, 0);
  if (errno != 0) return -1;
  attributes.runtime = slice;
  return (int)syscall(SYS_sched_setattr, 0, &attributes, 0);
}
#else
int crunner_be_responsive(uint64_t slice) {
  (void)slice;
  errno = ENOSYS;
  return -1;
}
#endif
