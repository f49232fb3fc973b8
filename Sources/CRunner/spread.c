/* Letting a stopped tree of processes run again: where its threads wake up, and how long they had to wait since. */
#define _GNU_SOURCE
#include "crunner.h"

#include <signal.h>

#ifdef __linux__
#include "freezer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  long long ran, waited; /* nanoseconds on a processor, and ready to run without one (Documentation/scheduler/sched-stats) */
} thread_use;

/* False where the system doesn't count them. */
static bool use_of(const thread_files *thread, thread_use *use) {
  char text[80];
  ssize_t length = thread->delays < 0 ? -1 : pread(thread->delays, text, sizeof text - 1, 0);
  *use = (thread_use){0, 0};
  if (length <= 0) return false;
  text[length] = 0;
  return sscanf(text, "%lld %lld", &use->ran, &use->waited) == 2;
}

static int by_use(const void *left, const void *right) {
  const worker_thread *a = left, *b = right;
  if (a->is_first != b->is_first) return a->is_first ? -1 : 1;
  return a->recent != b->recent ? (a->recent > b->recent ? -1 : 1) : (a->number > b->number) - (a->number < b->number);
}

static void bind(pid_t thread, int processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  sched_setaffinity(thread, sizeof one, &one);
}

/* A thread as it was before it was last let run. */
static const worker_thread *before_go(const crunner_freezer *freezer, pid_t thread) {
  for (int i = 0; i < freezer->placed_count; i++)
    if (freezer->placed[i].number == thread) return &freezer->placed[i];
  return NULL;
}

/* Threads that are woken all at once may end up behind each other on one processor while another one stays idle until
   the scheduler's next tick: several milliseconds that have nothing to do with what is being timed. And whoever waits
   for the answer must not have to wait behind a thread that spins: the first thread is the one that answers, and then
   sleeps. */
int crunner_spread(crunner_freezer *freezer, pid_t number) {
  process_files *process = crunner_kept_process(freezer, number);
  if (!process) return 0;
  if (!freezer->is_bound && sched_getaffinity(0, sizeof freezer->processors, &freezer->processors) != 0) return 0;
  worker_thread placed[kept_threads];
  int count = process->thread_count;
  for (int i = 0; i < count; i++) {
    const thread_files *thread = &process->threads[i];
    thread_use use;
    use_of(thread, &use);
    /* Since the last call, not in all: gradients, say, have threads of their own that will not be needed now. */
    const worker_thread *before = before_go(freezer, thread->number);
    long long recent = use.ran - (before ? before->ran : 0);
    placed[i] = (worker_thread){thread->number, thread->number == number, use.ran, use.waited, recent};
  }
  qsort(placed, (size_t)count, sizeof *placed, by_use);
  int processor = -1;
  for (int i = 0; i < count; i++) {
    do {
      processor = (processor + 1) % CPU_SETSIZE;
    } while (!CPU_ISSET(processor, &freezer->processors));
    bind(placed[i].number, processor);
    if (i == 0) bind(0, processor);
  }
  freezer->is_bound = freezer->is_placed = count > 0;
  memcpy(freezer->placed, placed, (size_t)count * sizeof *placed);
  return freezer->placed_count = count;
}

void crunner_unbind(crunner_freezer *freezer) {
  if (freezer->is_bound) sched_setaffinity(0, sizeof freezer->processors, &freezer->processors);
  freezer->is_bound = false;
}

void crunner_thaw(crunner_freezer *freezer, const pid_t *members, int count) {
  /* The namespace's first process goes back to sleep at once, and should be asleep when Python begins. */
  if (count > 0) kill(members[0], SIGCONT);
  for (int i = count - 1; i > 0; i--) kill(members[i], SIGCONT);
  /* They are awake where they were told to be. Where they go from here is the scheduler's business, as in real life;
     and a thread or compiler started from now on must not be bound to its maker's processor. */
  for (int i = 0; freezer->is_placed && i < freezer->placed_count; i++)
    sched_setaffinity(freezer->placed[i].number, sizeof freezer->processors, &freezer->processors);
  freezer->is_placed = false;
}

int64_t crunner_waited(crunner_freezer *freezer, pid_t number, int64_t elapsed, int *workers) {
  process_files *process = crunner_kept_process(freezer, number);
  int64_t total = 0;
  *workers = 0;
  bool counted = false;
  for (int i = 0; process && i < process->thread_count; i++) {
    const worker_thread *before = before_go(freezer, process->threads[i].number);
    thread_use use;
    counted |= use_of(&process->threads[i], &use);
    int64_t ran = use.ran - (before ? before->ran : 0), waited = use.waited - (before ? before->waited : 0);
    /* One that only woke up and went back to sleep has kept nobody waiting. */
    if (ran <= elapsed / 20) continue;
    total += waited;
    *workers += 1;
  }
  return counted ? total : -1;
}

#else

int crunner_spread(crunner_freezer *freezer, pid_t number) {
  (void)freezer, (void)number;
  return 0; /* macOS lets nobody choose */
}

void crunner_unbind(crunner_freezer *freezer) { (void)freezer; }

void crunner_thaw(crunner_freezer *freezer, const pid_t *members, int count) {
  (void)freezer;
  for (int i = count - 1; i >= 0; i--) kill(-members[i], SIGCONT);
}

int64_t crunner_waited(crunner_freezer *freezer, pid_t process, int64_t elapsed, int *workers) {
  (void)freezer, (void)process, (void)elapsed;
  *workers = 0;
  return -1;
}

#endif
