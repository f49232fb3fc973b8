/* Short waits for a thread that works little and is waited for, and the opposite for what works long. */
#define _GNU_SOURCE
#include "crunner.h"

#include <errno.h>

#ifdef __linux__
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  reset_on_fork = 1,
  /* Nanoseconds at a time for what works long: just more than anybody gets who doesn't ask (up to 3 ms, depending on the
     number of processors). A slice is cut short by nobody but who asks for a shorter one. */
  long_slice = 4000000,
};

/* For the calling thread. */
static int set_attributes(int niceness, uint64_t slice, uint64_t flags) {
  /* struct sched_attr, which not every libc declares (sched_setattr(2)). */
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {.size = sizeof attributes, .policy = SCHED_OTHER, .flags = flags, .nice = niceness, .runtime = slice};
  return (int)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

int crunner_be_responsive(uint64_t slice) {
  errno = 0;
  int niceness = getpriority(PRIO_PROCESS, 0);
  return errno != 0 ? -1 : set_attributes(niceness, slice, reset_on_fork);
}

void crunner_step_back(pid_t process, int niceness) {
  uint64_t slice = niceness > 0 ? long_slice : 0;
  niceness += getpriority(PRIO_PROCESS, (id_t)process);
  if (niceness > 19) niceness = 19;
  if (set_attributes(niceness, slice, 0) != 0) setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), niceness);
}
#else
int crunner_be_responsive(uint64_t slice) {
  (void)slice;
  errno = ENOSYS;
  return -1;
}

void crunner_step_back(pid_t process, int niceness) { (void)process, (void)niceness; }
#endif
