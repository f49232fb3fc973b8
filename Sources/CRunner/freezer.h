/* What freeze.c and spread.c share: the files under /proc that tell of one tree of processes. Linux only. */
#ifndef CRUNNER_FREEZER_H
#define CRUNNER_FREEZER_H

#include "crunner.h"

#include <dirent.h>
#include <sched.h>

enum {
  nr_pidfd_send_signal = 424, nr_pidfd_open = 434, /* the same on every architecture */
  kept_processes = 4,                              /* the namespace's first process, Python, and a compiler's two */
  kept_threads = 24                                /* of each; more are opened anew each time */
};

typedef struct {
  pid_t number;
  int state, children, delays; /* open files; -1: none */
  bool was_running;            /* when it was last told to stop, as far as we know */
} thread_files;

typedef struct {
  pid_t number;
  int handle; /* pidfd, so that a signal never goes to a stranger with the same number; -1: none */
  DIR *tasks;
  thread_files threads[kept_threads];
  int thread_count;
} process_files;

typedef struct {
  pid_t number;
  bool is_first;         /* the process's first thread */
  long long ran, waited; /* nanoseconds, before it was let run */
  long long recent;      /* nanoseconds that it ran since the time before */
} worker_thread;

struct crunner_freezer {
  process_files kept[kept_processes];
  int count;
  worker_thread placed[kept_threads];
  int placed_count;
  bool is_placed;       /* each of them is bound to one processor, until they are let run */
  uint64_t still_since; /* see crunner_still_since */
  cpu_set_t processors; /* that the calling thread may use */
  bool is_bound;        /* the calling thread is */
};

/* A process of the last freeze; NULL when it was none. */
process_files *crunner_kept_process(crunner_freezer *freezer, pid_t number);

#endif
