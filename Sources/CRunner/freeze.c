/* Stopping a tree of processes from outside, and knowing that it has stopped.

   SIGSTOP can't be caught. Once one thread of a process is seen stopped, the stop is pending for all its threads, and a
   thread with a stop pending can neither return to its program nor make threads or processes (fork and clone give up
   when a signal is pending): the lists of threads and children read from then on are complete. The one way out is
   SIGCONT, which the sandbox's filter keeps everyone inside from sending.

   The files under /proc that tell all this are kept open from one freeze to the next, since opening them costs several
   times what reading them does, and the time is part of every measurement. */
#define _GNU_SOURCE
#include "crunner.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#ifdef __linux__
#include "freezer.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void close_thread(thread_files *thread) {
  if (thread->state >= 0) close(thread->state);
  if (thread->children >= 0) close(thread->children);
  if (thread->delays >= 0) close(thread->delays);
}

static void close_process(process_files *process) {
  for (int i = 0; i < process->thread_count; i++) close_thread(&process->threads[i]);
  if (process->handle >= 0) close(process->handle);
  if (process->tasks) closedir(process->tasks);
}

static bool open_process(process_files *process, pid_t number) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/task", (int)number);
  process->number = number;
  process->thread_count = 0;
  process->handle = (int)syscall(nr_pidfd_open, number, 0);
  if (process->handle >= 0) fcntl(process->handle, F_SETFD, FD_CLOEXEC);
  int tasks = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  process->tasks = tasks < 0 ? NULL : fdopendir(tasks);
  if (process->tasks) return true;
  if (tasks >= 0) close(tasks);
  if (process->handle >= 0) close(process->handle);
  return false;
}

static thread_files open_thread(DIR *tasks, pid_t number) {
  char path[40];
  thread_files thread = {.number = number, .was_running = true};
  snprintf(path, sizeof path, "%d/stat", (int)number);
  thread.state = openat(dirfd(tasks), path, O_RDONLY | O_CLOEXEC);
  snprintf(path, sizeof path, "%d/children", (int)number);
  thread.children = openat(dirfd(tasks), path, O_RDONLY | O_CLOEXEC);
  snprintf(path, sizeof path, "%d/schedstat", (int)number);
  thread.delays = openat(dirfd(tasks), path, O_RDONLY | O_CLOEXEC);
  return thread;
}

/* What the system says of a thread behind its name, from field 3 on, the state (proc(5)); NULL when it is gone. `text` is
   where it is read into. */
static const char *status_of(const thread_files *thread, char *text, size_t size) {
  ssize_t length = thread->state < 0 ? -1 : pread(thread->state, text, size - 1, 0);
  if (length <= 0) return NULL;
  text[length] = 0;
  char *name_end = strrchr(text, ')'); /* the name may hold anything, but is short */
  return name_end && name_end[1] ? name_end + 2 : NULL;
}

/* The state letter of a thread; 0 when it is gone. */
static char state_of(const thread_files *thread) {
  char text[160];
  const char *status = status_of(thread, text, sizeof text);
  return status ? *status : 0;
}

/* Whether a thread is on a processor now. One that last was on ours is not: we are. */
static bool is_running(const thread_files *thread) {
  char text[512];
  const char *field = status_of(thread, text, sizeof text);
  if (!field || *field != 'R') return false;
  for (int i = 3; i < 39 && field; i++) field = strchr(field + 1, ' '); /* the processor is field 39 */
  return !field || strtol(field, NULL, 10) != sched_getcpu();
}

/* Stopped, dead, or asleep in the kernel where no signal reaches it: on its way back it meets the stop. */
static bool is_still(char state) {
  return state == 'T' || state == 't' || state == 'Z' || state == 'X' || state == 'D' || state == 0;
}

/* Calls `visit` for every thread there is now, until it returns non-zero; returns that. */
static int for_threads(process_files *process, int (*visit)(const thread_files *, void *), void *context) {
  int result = 0;
  struct dirent *entry;
  rewinddir(process->tasks);
  while (!result && (entry = readdir(process->tasks))) {
    pid_t number = (pid_t)strtol(entry->d_name, NULL, 10);
    if (number <= 0) continue;
    thread_files *found = NULL;
    for (int i = 0; i < process->thread_count && !found; i++)
      if (process->threads[i].number == number) found = &process->threads[i];
    if (found && state_of(found) == 0) { /* another thread has its number now */
      close_thread(found);
      *found = open_thread(process->tasks, number);
    }
    if (!found && process->thread_count == kept_threads) {
      for (int i = 0; i < kept_threads && !found; i++)
        if (state_of(&process->threads[i]) == 0) found = &process->threads[i];
      if (found) {
        close_thread(found);
        *found = open_thread(process->tasks, number);
      }
    } else if (!found) {
      found = &process->threads[process->thread_count++];
      *found = open_thread(process->tasks, number);
    }
    if (found) {
      result = visit(found, context);
    } else {
      thread_files passing = open_thread(process->tasks, number);
      result = visit(&passing, context);
      close_thread(&passing);
    }
  }
  return result;
}

typedef struct {
  pid_t *members;
  int count, capacity;
} member_list;

static int add_children(const thread_files *thread, void *context) {
  member_list *list = context;
  char text[2048];
  size_t held = 0;
  off_t position = 0;
  ssize_t length;
  while (thread->children >= 0 && (length = pread(thread->children, text + held, sizeof text - 1 - held, position)) > 0) {
    position += length;
    held += (size_t)length;
    text[held] = 0;
    char *start = text, *space;
    while ((space = strchr(start, ' '))) {
      pid_t child = (pid_t)strtol(start, NULL, 10);
      bool known = child <= 0;
      for (int i = 0; i < list->count && !known; i++) known = list->members[i] == child;
      if (!known && list->count == list->capacity) return E2BIG;
      if (!known) list->members[list->count++] = child;
      start = space + 1;
    }
    held = strlen(start);
    memmove(text, start, held + 1);
  }
  return 0;
}

/* Before the next look. A thread on another processor stops within microseconds. One that waits for ours needs us to
   sleep: sched_yield gives way only within our own group of the scheduler, and each worker's session is another. */
static void pause_since(uint64_t begin) {
  if (crunner_now() - begin < 10000) return;
  struct timespec shortly = {0, 30000};
  nanosleep(&shortly, NULL);
}

typedef struct {
  pid_t process;
  bool begun, all_still;
} stop_progress;

static int press(const thread_files *thread, void *context) {
  stop_progress *progress = context;
  char state = state_of(thread);
  progress->begun |= state == 'T';
  if (state == 'T' || state == 'Z' || state == 'X' || state == 0) return 0;
  syscall(SYS_tgkill, progress->process, thread->number, SIGSTOP);
  progress->all_still &= state == 'D';
  return 0;
}

/* Waits until a stop is pending for all threads of a process. Usually its first thread takes the signal at once; where
   that one is dead or held in the kernel (in vfork, say), each thread is told by itself. */
static int await_stop(process_files *process, uint64_t deadline, bool *ran) {
  thread_files *leader = NULL, opened;
  for (int i = 0; i < process->thread_count && !leader; i++)
    if (process->threads[i].number == process->number) leader = &process->threads[i];
  if (!leader) {
    opened = open_thread(process->tasks, process->number);
    leader = &opened;
  }
  int result = ETIMEDOUT;
  uint64_t begin = crunner_now();
  while (result && crunner_now() < deadline) {
    char state = state_of(leader);
    if (state == 'T' || state == 0) result = 0;
    *ran |= state == 'R' && leader->was_running;
    pause_since(begin);
    if (crunner_now() - begin < 1000000 || !result) continue;
    stop_progress progress = {process->number, false, true};
    for_threads(process, press, &progress);
    if (progress.begun || progress.all_still) result = 0;
  }
  if (leader == &opened) close_thread(&opened);
  return result;
}

typedef struct {
  member_list *list;
  uint64_t deadline;
  bool ran; /* a thread was seen running after it had been told to stop */
} settling;

static int settle_thread(const thread_files *thread, void *context) {
  settling *settling = context;
  uint64_t begin = crunner_now();
  /* One that slept meets the stop before it can return to its program, though it shows as running until then. */
  for (char state; !is_still(state = state_of(thread)); pause_since(begin)) {
    settling->ran |= state == 'R' && thread->was_running;
    if (crunner_now() > settling->deadline) return ETIMEDOUT;
  }
  return add_children(thread, settling->list);
}

process_files *crunner_kept_process(crunner_freezer *freezer, pid_t number) {
  for (int i = 0; i < freezer->count; i++)
    if (freezer->kept[i].number == number) return &freezer->kept[i];
  return NULL;
}

/* Forgets processes that have ended and tells the others to stop, all at once. The namespace's first process last: it
   sleeps, and waking it may cost us our processor, to a thread that nobody has told to stop yet. */
static void stop_known(crunner_freezer *freezer) {
  for (int i = freezer->count - 1; i >= 0; i--) {
    process_files *process = &freezer->kept[i];
    for (int j = 0; j < process->thread_count; j++)
      process->threads[j].was_running = is_running(&process->threads[j]);
    if (process->handle >= 0 && syscall(nr_pidfd_send_signal, process->handle, SIGSTOP, NULL, 0) == 0) {
      /* And each thread by itself: the first one may have to wait for a processor that another one is spinning on. */
      for (int j = 0; j < process->thread_count; j++)
        syscall(SYS_tgkill, process->number, process->threads[j].number, SIGSTOP);
      continue;
    }
    close_process(process); /* ended, or a kernel without pidfds, where nothing is kept */
    *process = freezer->kept[--freezer->count];
  }
}

static int settle(crunner_freezer *freezer, member_list *list, int index, uint64_t deadline) {
  pid_t number = list->members[index];
  process_files *process = crunner_kept_process(freezer, number), opened;
  settling context = {list, deadline, !process};
  if (!process) {
    process = freezer->count < kept_processes ? &freezer->kept[freezer->count] : &opened;
    if (!open_process(process, number)) return 0; /* gone */
    if (process != &opened) freezer->count++;
    if (process->handle < 0 || syscall(nr_pidfd_send_signal, process->handle, SIGSTOP, NULL, 0) != 0)
      kill(number, SIGSTOP);
  }
  int failure = await_stop(process, deadline, &context.ran);
  if (!failure) failure = for_threads(process, settle_thread, &context);
  if (context.ran) freezer->still_since = crunner_now();
  if (process == &opened) close_process(&opened);
  return failure;
}

crunner_freezer *crunner_freezer_create(void) { return calloc(1, sizeof(crunner_freezer)); }

void crunner_freezer_destroy(crunner_freezer *freezer) {
  for (int i = 0; i < freezer->count; i++) close_process(&freezer->kept[i]);
  free(freezer);
}

int crunner_freeze(crunner_freezer *freezer, pid_t root, pid_t *members, int capacity, uint64_t patience) {
  uint64_t deadline = crunner_now() + patience;
  prctl(PR_SET_TIMERSLACK, 1UL); /* this thread's: else each sleep below takes 50 us longer */
  member_list list = {members, 1, capacity};
  members[0] = root;
  stop_known(freezer);
  freezer->still_since = crunner_now();
  int failure = kill(root, 0) == 0 ? 0 : errno;
  for (int index = 0; index < list.count && !failure; index++) failure = settle(freezer, &list, index, deadline);
  if (!failure) return list.count;
  crunner_thaw(freezer, members, list.count); /* nobody is left stopped by half */
  errno = failure;
  return -1;
}

uint64_t crunner_still_since(const crunner_freezer *freezer) { return freezer->still_since; }

static int moves(const thread_files *thread, void *context) {
  (void)context;
  return !is_still(state_of(thread));
}

bool crunner_is_frozen(crunner_freezer *freezer, const pid_t *members, int count) {
  for (int i = 0; i < count; i++) {
    process_files *process = crunner_kept_process(freezer, members[i]), opened;
    if (!process) {
      process = &opened;
      if (!open_process(&opened, members[i])) continue; /* gone */
    }
    bool moving = for_threads(process, moves, NULL);
    if (process == &opened) close_process(&opened);
    if (moving) return false;
  }
  return true;
}

int crunner_children(pid_t pid, pid_t *children, int capacity) {
  process_files process;
  member_list list = {children, 0, capacity};
  if (!open_process(&process, pid)) return -1;
  for_threads(&process, add_children, &list);
  close_process(&process);
  return list.count;
}

#else /* macOS has no /proc: the worker's process group is what can be stopped */

struct crunner_freezer {
  int unused;
};

crunner_freezer *crunner_freezer_create(void) { return calloc(1, sizeof(crunner_freezer)); }
void crunner_freezer_destroy(crunner_freezer *freezer) { free(freezer); }

int crunner_freeze(crunner_freezer *freezer, pid_t root, pid_t *members, int capacity, uint64_t patience) {
  (void)freezer, (void)capacity, (void)patience;
  members[0] = root;
  return kill(-root, SIGSTOP) == 0 ? 1 : -1;
}

uint64_t crunner_still_since(const crunner_freezer *freezer) {
  (void)freezer;
  return crunner_now();
}

bool crunner_is_frozen(crunner_freezer *freezer, const pid_t *members, int count) {
  (void)freezer, (void)members, (void)count;
  return true;
}

int crunner_children(pid_t pid, pid_t *children, int capacity) {
  (void)pid, (void)children, (void)capacity;
  return 0;
}

#endif
