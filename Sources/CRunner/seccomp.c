/* The system-call filter of the sandbox: a small classic-BPF program that answers EPERM to what no tensor op needs and
   what has let programs out of sandboxes before. Everything else is allowed: the walls are the namespaces, this is the
   second lock. See seccomp(2). */
#define _GNU_SOURCE
#include "crunner.h"

#include <errno.h>
#include <unistd.h>

#ifdef __linux__
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

/* Numbers from 424 on are the same on every architecture; older headers lack some of them. */
enum {
  nr_pidfd_send_signal = 424, nr_io_uring_setup = 425, nr_io_uring_enter = 426, nr_io_uring_register = 427,
  nr_open_tree = 428, nr_move_mount = 429, nr_fsopen = 430, nr_fsconfig = 431, nr_fsmount = 432, nr_fspick = 433,
  nr_clone3 = 435, nr_pidfd_getfd = 438, nr_mount_setattr = 442, nr_landlock_create_ruleset = 444,
  nr_open_tree_attr = 467
};

static const unsigned denied[] = {
    /* other processes */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, nr_pidfd_getfd,
    /* namespaces and file systems */
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, nr_open_tree, nr_open_tree_attr,
    nr_move_mount, nr_fsopen, nr_fsconfig, nr_fsmount, nr_fspick, nr_mount_setattr, SYS_name_to_handle_at,
    SYS_open_by_handle_at, SYS_fanotify_init, SYS_quotactl, SYS_swapon, SYS_swapoff, SYS_acct,
    /* keys, tracing, programs in the kernel */
    SYS_add_key, SYS_request_key, SYS_keyctl, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_syslog,
    nr_io_uring_setup, nr_io_uring_enter, nr_io_uring_register,
    /* the machine */
    SYS_reboot, SYS_kexec_load,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
    SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname, SYS_vhangup, SYS_personality,
#ifdef __x86_64__
    SYS_iopl, SYS_ioperm, SYS_modify_ldt,
#endif
    /* Memory without a name is bounded by nothing that we set. */
    SYS_memfd_create,
#ifdef SYS_memfd_secret
    SYS_memfd_secret,
#endif
    /* Timers and queues that send SIGCONT would wake a frozen process. */
    SYS_timer_create, SYS_mq_notify, SYS_mq_open, nr_pidfd_send_signal, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
    /* System V shared memory, queues and semaphores: the same. */
    SYS_shmget, SYS_msgget, SYS_semget,
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
#define LOW_WORD(index) \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offsetof(struct seccomp_data, args) + 8 * (index)))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW ANSWER(SECCOMP_RET_ALLOW)
/* Skips the next `n` statements unless the accumulator is `value`. */
#define UNLESS(value, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (n))
#define IF(value, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (n), 0)

#define NEW_NAMESPACES \
  (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP)
#endif

int crunner_seccomp_filter(void) {
#if defined(__linux__) && defined(OUR_ARCH)
  struct sock_filter program[256];
  size_t count = 0;
#define EMIT(...)                                                       \
  do {                                                                  \
    const struct sock_filter lines[] = {__VA_ARGS__};                   \
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) program[count++] = lines[i]; \
  } while (0)

  /* Calls of another architecture have other numbers: none of them is wanted. */
  EMIT(LOAD(arch), IF(OUR_ARCH, 1), ANSWER(SECCOMP_RET_KILL_PROCESS), LOAD(nr));
#ifdef __x86_64__
  EMIT(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1), REFUSE); /* x32 */
#endif
  for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) EMIT(UNLESS(denied[i], 1), REFUSE);
  /* clone3 hides its flags behind a pointer; without it the C library falls back to clone. */
  EMIT(UNLESS(nr_clone3, 1), ANSWER(SECCOMP_RET_ERRNO | ENOSYS));
  EMIT(UNLESS(SYS_clone, 6), LOW_WORD(0), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACES, 2, 0),
       BPF_STMT(BPF_ALU | BPF_AND | BPF_K, CSIGNAL), UNLESS(SIGCONT, 1), REFUSE, ALLOW);
  /* SIGCONT would wake what the trusted side has frozen: no way to send it is left open. */
  EMIT(UNLESS(SYS_kill, 4), LOW_WORD(1), UNLESS(SIGCONT, 1), REFUSE, ALLOW);
  EMIT(UNLESS(SYS_tkill, 4), LOW_WORD(1), UNLESS(SIGCONT, 1), REFUSE, ALLOW);
  EMIT(UNLESS(SYS_tgkill, 4), LOW_WORD(2), UNLESS(SIGCONT, 1), REFUSE, ALLOW);
  EMIT(UNLESS(SYS_fcntl, 4), LOW_WORD(1), UNLESS(F_SETSIG, 1), REFUSE, ALLOW);
  /* Sockets of the sandbox's own empty network only: virtual-machine sockets reach the host whatever the namespace, and
     local ones whatever server has its address in a folder that is bound (socketpair remains). */
  EMIT(UNLESS(SYS_socket, 5), LOW_WORD(0), IF(AF_INET, 2), IF(AF_INET6, 1), REFUSE, ALLOW);
  /* Staying readable for the trusted side, which copies outputs from outside. */
  EMIT(UNLESS(SYS_prctl, 5), LOW_WORD(0), IF(PR_SET_DUMPABLE, 1), UNLESS(PR_SET_PDEATHSIG, 1), REFUSE, ALLOW);
  /* Typing into a terminal. */
  EMIT(UNLESS(SYS_ioctl, 5), LOW_WORD(1), IF(TIOCSTI, 1), UNLESS(0x541cu /* TIOCLINUX */, 1), REFUSE, ALLOW);
  EMIT(ALLOW);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  size_t bytes = count * sizeof *program; /* far below what a pipe holds */
  ssize_t written = write(ends[1], program, bytes);
  close(ends[1]);
  if (written == (ssize_t)bytes) return ends[0];
  close(ends[0]);
  return -1;
#else
  errno = ENOSYS;
  return -1;
#endif
}
