/* interrupted-things.c: what interrupted-ways.c waits for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "interrupted.h"
#include "target.h"

Things things = { .backlog_size = sizeof things.backlog_address };

/* A socket with a name of its own (unix(7), "Autobind feature"). */
static int
listen_somewhere (int                 count,
                  struct sockaddr_un *address,
                  socklen_t          *size)
{
  const struct sockaddr_un anywhere = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (bind (fd, (const struct sockaddr *) &anywhere, sizeof anywhere.sun_family) != 0 ||
      listen (fd, count) != 0 || getsockname (fd, (struct sockaddr *) address, size) != 0)
    return -1;

  return fd;
}

static int
prepare_sockets (void)
{
  const struct timeval time = { .tv_usec = ROUND_MS * 1000 };
  static const char block[4096];
  struct sockaddr_un address;
  socklen_t size = sizeof address;
  int fd;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, things.silent) != 0 ||
      socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, things.full) != 0)
    return 0;

  while (send (things.full[0], block, sizeof block, MSG_DONTWAIT) > 0)
    continue;

  things.listener = listen_somewhere (1, &address, &size);
  things.backlog = listen_somewhere (0, &things.backlog_address, &things.backlog_size);
  setsockopt (things.silent[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt (things.full[0], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  setsockopt (things.listener, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);

  do
    fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  while (connect (fd, (const struct sockaddr *) &things.backlog_address, things.backlog_size) == 0);

  return things.listener >= 0 && errno == EAGAIN;
}

static int
prepare_files (void)
{
  char path[64];

  things.source = memfd_create ("file", MFD_CLOEXEC);
  if (write (things.source, "x", 1) != 1)
    return 0;

  snprintf (path, sizeof path, "/proc/self/fd/%d", things.source);
  things.locked[0] = open (path, O_RDWR | O_CLOEXEC);
  things.locked[1] = open (path, O_RDWR | O_CLOEXEC);

  return flock (things.locked[0], LOCK_EX) == 0 &&
         fcntl (things.locked[0], F_OFD_SETLKW, &(struct flock) { .l_type = F_WRLCK }) == 0;
}

/* A program for the kernel that does nothing; -1 where none may be loaded. */
static int
load_filter (void)
{
  static const struct bpf_insn code[] = {
    { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
    { .code = BPF_JMP | BPF_EXIT },
  };
  union bpf_attr attributes = {
    .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
    .insns = (uintptr_t) code,
    .insn_cnt = sizeof code / sizeof code[0],
    .license = (uintptr_t) "GPL",
  };

  return (int) syscall (SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
}

static int
prepare_descriptors (void)
{
  struct epoll_event event = { .events = EPOLLIN };
  struct io_uring_params parameters = { 0 };
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGUSR1);
  sigprocmask (SIG_BLOCK, &set, NULL);

  things.counter = eventfd (0, EFD_CLOEXEC);
  things.timer = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC);
  things.signals = signalfd (-1, &set, SFD_CLOEXEC);
  things.notices = inotify_init1 (IN_CLOEXEC);
  things.ring = (int) syscall (SYS_io_uring_setup, 8, &parameters);
  syscall (SYS_io_setup, 8, &things.aio);

  things.filter = load_filter ();

  things.events = epoll_create1 (EPOLL_CLOEXEC);
  if (pipe2 (things.never, O_CLOEXEC) != 0)
    return 0;

  return epoll_ctl (things.events, EPOLL_CTL_ADD, things.never[0], &event) == 0;
}

static int
prepare_queues (void)
{
  char name[64];
  struct mq_attr attributes = { .mq_maxmsg = 1, .mq_msgsize = 64 };

  snprintf (name, sizeof name, "/interrupted-%d", (int) getpid ());
  things.queue = mq_open (name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
  mq_unlink (name);
  things.set_id = semget (IPC_PRIVATE, 1, 0600);
  things.queue_id = msgget (IPC_PRIVATE, 0600);

  return things.set_id >= 0 && things.queue_id >= 0;
}

/* A child to wait for, which ends with us. */
static int
prepare_child (void)
{
  pid_t parent = getpid ();
  pid_t child = fork ();

  if (child != 0)
    return child > 0;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent)
    _exit (0);
  for (;;)
    pause ();
}

int
things_prepare (void)
{
  return prepare_child () && prepare_sockets () && prepare_files () && prepare_descriptors () &&
         prepare_queues ();
}

void
things_clear (void)
{
  char path[64];

  /* Who waits for them now is told at once. */
  semctl (things.set_id, 0, IPC_RMID);
  msgctl (things.queue_id, IPC_RMID, NULL);
  snprintf (path, sizeof path, "/tmp/interrupted-%d", (int) getpid ());
  unlink (path);
}
