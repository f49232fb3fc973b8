/* What Swift can't do itself between fork and exec, and the few system calls that Glibc's Swift overlay leaves out.
   Every function returns 0 or a count, and -1 with errno set, unless it says otherwise. */
#ifndef CRUNNER_H
#define CRUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A process to start. `arguments` and `environment` end in NULL; `path` is executed as it stands (no PATH search).
   `descriptors[i]` becomes descriptor i of the child; -1 leaves i closed; every other descriptor is closed. */
typedef struct {
  const char *path;
  char *const *arguments;
  char *const *environment;
  const char *directory; /* NULL: as ours */
  const int *descriptors;
  int descriptor_count;
  int niceness;          /* added to that of our first thread, whichever starts the process */
  bool subreaper;        /* Linux: orphans of the child's descendants become its children */
  const char *control_group; /* Linux: the cgroup.procs file of the group that it joins; NULL: ours */
} crunner_spawn_request;

/* Starts the process in a session of its own, to be killed when the calling *thread* ends (Linux: PR_SET_PDEATHSIG).
   Returns 0 and sets *pid, or the errno of the step that failed (the child is reaped then). */
int crunner_spawn(const crunner_spawn_request *request, pid_t *pid);

/* Waits until child `pid` has ended, without reaping it, so that its number can't be given to another process yet. */
int crunner_wait_for_exit(pid_t pid);

/* Reaps an ended child. *status as from waitpid. */
int crunner_reap(pid_t pid, int *status);

/* pipe(2), both ends close-on-exec. */
int crunner_pipe(int ends[2]);

/* Writes without raising SIGPIPE in this process; a closed pipe is EPIPE. */
ssize_t crunner_write(int descriptor, const void *bytes, size_t count);

/* Shared memory without a name, `size` bytes of zeros, close-on-exec; on Linux sealed against changes of its size. */
int crunner_shared_memory(size_t size);

/* Gives a range of shared memory back to the system; it reads as zeros. Page-aligned. */
int crunner_release(int descriptor, int64_t offset, int64_t count);

/* Copies memory of another process without its help. ENOSYS where the system has no such call. */
ssize_t crunner_read_process(pid_t pid, void *destination, uint64_t address, size_t count);

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t crunner_now(void);

/* Asks the scheduler for slices of so many nanoseconds for the calling thread, and so for shorter waits; what it starts
   gets the usual ones. Linux 6.12 and newer. */
int crunner_be_responsive(uint64_t slice);

/* Makes the calling thread, and what it starts, nicer than the first thread of a process by so much, and if that is
   anything, lets everybody else go before it on waking up, who else waits for a slice's end or a tick. Only Linux has a
   niceness for each thread; elsewhere nothing changes. */
void crunner_step_back(pid_t process, int niceness);

/* Lets the process keep so much memory that it no longer uses, and take blocks of up to that size from it. */
void crunner_keep_memory(int bytes);

/* What stopping one tree of processes keeps from one time to the next. Not to be used by two threads at once. */
typedef struct crunner_freezer crunner_freezer;
crunner_freezer *crunner_freezer_create(void); /* NULL without memory */
void crunner_freezer_destroy(crunner_freezer *freezer);

/* Stops `root` and all its descendants with SIGSTOP and waits until every thread of them has stopped, so that none of
   them runs another instruction of its own program. Linux: exact, daemons that were adopted within the tree included.
   Fills `members` (root first; `capacity` is at least 1). Returns their number; -1 with ETIMEDOUT after `patience`
   nanoseconds, ESRCH when root is gone, E2BIG when there are more than `capacity`. */
int crunner_freeze(crunner_freezer *freezer, pid_t root, pid_t *members, int capacity, uint64_t patience);

/* From when on nothing in the tree can have run an instruction of its own, as far as the last freeze has seen: when it had
   told all threads that it knew to stop, or, where it then still found one running, when it first found that one stopped.
   To look at every thread takes ten times longer than to stop them. On macOS: now. */
uint64_t crunner_still_since(const crunner_freezer *freezer);

/* Whether every thread of these processes is stopped now. */
bool crunner_is_frozen(crunner_freezer *freezer, const pid_t *members, int count);

/* Gives each thread of a frozen process a processor to wake up on, the busiest ones different ones: in effect until
   crunner_thaw has let them run. The calling thread is bound to the one of the process's first thread, until
   crunner_unbind. Returns how many threads were placed. */
int crunner_spread(crunner_freezer *freezer, pid_t process);
void crunner_unbind(crunner_freezer *freezer);

/* Lets them run again, the root first and then the last one first. */
void crunner_thaw(crunner_freezer *freezer, const pid_t *members, int count);

/* Nanoseconds that the threads of a frozen process, all together, have waited for a processor since crunner_spread, those
   left out that ran for less than a twentieth of `elapsed` nanoseconds; *workers is how many did not. -1 where the
   system doesn't count them. */
int64_t crunner_waited(crunner_freezer *freezer, pid_t process, int64_t elapsed, int *workers);

/* The children of one process (all its threads'). Returns their number, at most `capacity`; -1 when it is gone. */
int crunner_children(pid_t pid, pid_t *children, int capacity);

/* A word shared with another process. */
uint64_t crunner_load(const volatile uint64_t *word);
void crunner_store(volatile uint64_t *word, uint64_t value);

/* A descriptor that holds the sandbox's seccomp filter as bubblewrap wants it, positioned at its start. */
int crunner_seccomp_filter(void);

#endif
