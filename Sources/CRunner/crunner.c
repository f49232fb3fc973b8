#define _GNU_SOURCE
#include "crunner.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/falloc.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

/* ---- starting and waiting ---- */

static int fail(int pipe_end) {
  int code = errno;
  while (write(pipe_end, &code, sizeof code) < 0 && errno == EINTR) {
  }
  _exit(127);
}

static void close_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
  if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0) return;
#endif
  struct rlimit limit;
  int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 1 << 20 ? (int)limit.rlim_cur : 1 << 16;
  for (int descriptor = first; descriptor < end; descriptor++) close(descriptor);
}

/* Runs in the child. Only async-signal-safe calls: the parent has other threads. */
static void become(const crunner_spawn_request *request, int report, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (setsid() < 0) fail(report);
#ifdef __linux__
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(report);
  if (getppid() != parent) _exit(127); /* the parent died before the line above */
  if (request->subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) fail(report);
  if (request->control_group) { /* 0 is whoever writes it */
    int members = open(request->control_group, O_WRONLY | O_CLOEXEC);
    if (members < 0 || write(members, "0", 1) != 1) fail(report);
    close(members);
  }
  /* When memory runs out, the kernel takes a worker and not the language server. */
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) {
    ssize_t ignored = write(score, "1000", 4);
    (void)ignored;
    close(score);
  }
  crunner_step_back(parent, request->niceness);
#else
  (void)parent;
  if (request->niceness != 0) setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + request->niceness);
#endif
  struct rlimit limit = {0, 0};
  setrlimit(RLIMIT_CORE, &limit);
  if (request->directory && chdir(request->directory) != 0) fail(report);
  /* First out of the way of the targets, then onto them: a source may stand where another's target is. */
  int count = request->descriptor_count;
  int moved[64];
  if (count > 64) {
    errno = EINVAL;
    fail(report);
  }
  int above = count > report ? count : report + 1;
  for (int i = 0; i < count; i++) {
    moved[i] = request->descriptors[i];
    if (moved[i] >= 0 && (moved[i] = fcntl(moved[i], F_DUPFD_CLOEXEC, above)) < 0) fail(report);
  }
  int kept = fcntl(report, F_DUPFD_CLOEXEC, above); /* where execve's errno goes */
  if (kept < 0) fail(report);
  for (int i = 0; i < count; i++) {
    if (moved[i] < 0) close(i);
    else if (dup2(moved[i], i) < 0) fail(kept);
  }
  if (kept != count && dup2(kept, count) < 0) fail(kept);
  fcntl(count, F_SETFD, FD_CLOEXEC);
  close_from(count + 1);
  execve(request->path, request->arguments, request->environment);
  fail(count);
}

int crunner_spawn(const crunner_spawn_request *request, pid_t *pid) {
  int report[2];
  if (crunner_pipe(report) != 0) return errno;
  /* No handler of ours may run in the child before it has put the defaults back. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t parent = getpid();
  pid_t child = fork();
  int code = errno;
  if (child == 0) {
    close(report[0]);
    become(request, report[1], parent);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  if (child < 0) {
    close(report[0]);
    return code;
  }
  ssize_t got;
  do got = read(report[0], &code, sizeof code);
  while (got < 0 && errno == EINTR);
  close(report[0]);
  if (got == sizeof code) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    return code ? code : EINVAL;
  }
  *pid = child;
  return 0;
}

int crunner_wait_for_exit(pid_t pid) {
  siginfo_t info;
  int result;
  do result = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
  while (result != 0 && errno == EINTR);
  return result;
}

int crunner_reap(pid_t pid, int *status) {
  pid_t result;
  do result = waitpid(pid, status, 0);
  while (result < 0 && errno == EINTR);
  return result == pid ? 0 : -1;
}

/* ---- pipes ---- */

int crunner_pipe(int ends[2]) {
#ifdef __linux__
  return pipe2(ends, O_CLOEXEC);
#else
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
#endif
}

ssize_t crunner_write(int descriptor, const void *bytes, size_t count) {
  sigset_t pipe_only, before, pending;
  sigemptyset(&pipe_only);
  sigaddset(&pipe_only, SIGPIPE);
  sigpending(&pending);
  bool was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
  ssize_t written = write(descriptor, bytes, count);
  int code = errno;
  if (written < 0 && code == EPIPE && !was_pending) {
    int number;
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE) == 1) sigwait(&pipe_only, &number);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = code;
  return written;
}

/* ---- memory ---- */

int crunner_shared_memory(size_t size) {
#ifdef __linux__
  int descriptor = (int)syscall(SYS_memfd_create, "kernelwright", 1u /* CLOEXEC */ | 2u /* ALLOW_SEALING */);
  if (descriptor < 0) return -1;
  /* Were the worker able to shrink it, our next look at it would be a SIGBUS. */
  if (ftruncate(descriptor, (off_t)size) == 0 &&
      fcntl(descriptor, 1033 /* F_ADD_SEALS */, 1 | 2 | 4 /* SEAL, SHRINK, GROW */) == 0)
    return descriptor;
#else
  char name[32] = "/kernelwright.XXXXXX";
  uint32_t tail = arc4random();
  for (int i = 0; i < 6; i++, tail /= 26) name[14 + i] = (char)('a' + tail % 26);
  int descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (descriptor < 0) return -1;
  shm_unlink(name);
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  if (ftruncate(descriptor, (off_t)size) == 0) return descriptor;
#endif
  int code = errno;
  close(descriptor);
  errno = code;
  return -1;
}

int crunner_release(int descriptor, int64_t offset, int64_t count) {
#ifdef __linux__
  return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, count);
#else
  (void)descriptor, (void)offset, (void)count;
  errno = ENOSYS;
  return -1;
#endif
}

ssize_t crunner_read_process(pid_t pid, void *destination, uint64_t address, size_t count) {
#ifdef __linux__
  struct iovec here = {destination, count};
  struct iovec there = {(void *)(uintptr_t)address, count};
  return process_vm_readv(pid, &here, 1, &there, 1, 0);
#else
  (void)pid, (void)destination, (void)address, (void)count;
  errno = ENOSYS;
  return -1;
#endif
}

uint64_t crunner_load(const volatile uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
void crunner_store(volatile uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }

uint64_t crunner_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
