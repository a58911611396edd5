/* interrupted-ways.c: each system call that waits, on something that never comes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "interrupted.h"
#include "target.h"

#define FALLOCATE_BYTES (8 << 20)
#define BLOCK_BYTES (4 << 20)
#define FILTER_REPEATS 600000

/* In memory that cannot be written: the kernel tells no rest of the time then. */
static const struct timespec round_time = { .tv_nsec = ROUND_NS };
static const struct timeval round_timeval = { .tv_usec = ROUND_MS * 1000 };

static char block[BLOCK_BYTES];

/* What a call returns that gave up. */
static int
accept_code (long result,
             int  code)
{
  return result < 0 && errno == code ? 0 : (int) result;
}

/* When a round that begins now is over. */
static struct timespec
get_end (clockid_t clock)
{
  uint64_t until_ns = target_read_clock (clock) + ROUND_NS;

  return (struct timespec) { .tv_sec = (time_t) (until_ns / 1000000000),
                             .tv_nsec = (long) (until_ns % 1000000000) };
}

static int
wait_poll (void)
{
  struct pollfd entry = { .fd = things.never[0], .events = POLLIN };

  return poll (&entry, 1, ROUND_MS);
}

/* The library's calls copy the time to where it can be written. */
static int
wait_ppoll (void)
{
  struct pollfd entry = { .fd = things.never[0], .events = POLLIN };

  return (int) syscall (SYS_ppoll, &entry, 1, &round_time, NULL, 0);
}

static int
wait_select (void)
{
  fd_set set;

  FD_ZERO (&set);
  FD_SET (things.never[0], &set);

  return (int) syscall (SYS_select, things.never[0] + 1, &set, NULL, NULL, &round_timeval);
}

static int
wait_pselect (void)
{
  fd_set set;

  FD_ZERO (&set);
  FD_SET (things.never[0], &set);

  return (int) syscall (SYS_pselect6, things.never[0] + 1, &set, NULL, NULL, &round_time, NULL);
}

static int
wait_epoll (void)
{
  struct epoll_event event;

  return epoll_wait (things.events, &event, 1, ROUND_MS);
}

static int
wait_epoll_pwait (void)
{
  struct epoll_event event;
  sigset_t mask;

  sigemptyset (&mask);
  sigaddset (&mask, SIGTERM);

  return epoll_pwait (things.events, &event, 1, ROUND_MS, &mask);
}

static int
wait_epoll_pwait2 (void)
{
  struct epoll_event event;

  return (int) syscall (SYS_epoll_pwait2, things.events, &event, 1, &round_time, NULL, 0);
}

static int
wait_nanosleep (void)
{
  return nanosleep (&round_time, NULL);
}

static int
wait_clock_nanosleep (void)
{
  errno = clock_nanosleep (CLOCK_REALTIME, 0, &round_time, NULL);

  return -errno;
}

static int
wait_until (void)
{
  const struct timespec until = get_end (CLOCK_MONOTONIC);

  errno = clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);

  return -errno;
}

static int
wait_read (void)
{
  char byte;

  return (int) read (things.never[0], &byte, 1);
}

static int
wait_read_socket (void)
{
  char byte;

  return accept_code (read (things.silent[0], &byte, 1), EAGAIN);
}

static int
wait_readv (void)
{
  char byte;
  struct iovec piece = { .iov_base = &byte, .iov_len = 1 };

  return accept_code (readv (things.silent[0], &piece, 1), EAGAIN);
}

static int
wait_recv (void)
{
  char byte;

  return accept_code (recv (things.silent[0], &byte, 1, 0), EAGAIN);
}

static int
wait_recvmsg (void)
{
  char byte;
  struct iovec piece = { .iov_base = &byte, .iov_len = 1 };
  struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

  return accept_code (recvmsg (things.silent[0], &message, 0), EAGAIN);
}

static int
wait_recvmmsg (void)
{
  char byte;
  struct iovec piece = { .iov_base = &byte, .iov_len = 1 };
  struct mmsghdr messages = { .msg_hdr = { .msg_iov = &piece, .msg_iovlen = 1 } };

  return accept_code (recvmmsg (things.silent[0], &messages, 1, 0, NULL), EAGAIN);
}

static int
wait_accept (void)
{
  return accept_code (accept (things.listener, NULL, NULL), EAGAIN);
}

static int
wait_accept4 (void)
{
  return accept_code (accept4 (things.listener, NULL, NULL, SOCK_CLOEXEC), EAGAIN);
}

static int
wait_connect (void)
{
  const struct timeval time = round_timeval;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result;

  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  result = connect (fd, (const struct sockaddr *) &things.backlog_address, things.backlog_size);
  result = accept_code (result, EAGAIN);
  close (fd);

  return result;
}

static int
wait_write_socket (void)
{
  return accept_code (write (things.full[0], block, sizeof block), EAGAIN);
}

static int
wait_writev (void)
{
  struct iovec piece = { .iov_base = block, .iov_len = sizeof block };

  return accept_code (writev (things.full[0], &piece, 1), EAGAIN);
}

static int
wait_send (void)
{
  return accept_code (send (things.full[0], block, sizeof block, 0), EAGAIN);
}

static int
wait_sendmsg (void)
{
  struct iovec piece = { .iov_base = block, .iov_len = sizeof block };
  struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

  return accept_code (sendmsg (things.full[0], &message, 0), EAGAIN);
}

static int
wait_sendmmsg (void)
{
  struct iovec piece = { .iov_base = block, .iov_len = sizeof block };
  struct mmsghdr messages = { .msg_hdr = { .msg_iov = &piece, .msg_iovlen = 1 } };

  return accept_code (sendmmsg (things.full[0], &messages, 1, 0), EAGAIN);
}

static int
wait_sendfile (void)
{
  off_t offset = 0;

  return accept_code (sendfile (things.full[0], things.source, &offset, 1), EAGAIN);
}

static int
wait_splice (void)
{
  return (int) splice (things.never[0], NULL, things.full[0], NULL, 1, 0);
}

static int
wait_futex (void)
{
  static int word;

  return accept_code (syscall (SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &round_time, NULL, 0),
                      ETIMEDOUT);
}

static int
wait_futex_waitv (void)
{
  static int word;
  const struct timespec until = get_end (CLOCK_MONOTONIC);
  struct futex_waitv waiter = { .uaddr = (uintptr_t) &word, .flags = FUTEX_32 };

  return accept_code (syscall (SYS_futex_waitv, &waiter, 1, 0, &until, CLOCK_MONOTONIC), ETIMEDOUT);
}

static int
wait_semop (void)
{
  struct sembuf operation = { .sem_op = -1 };

  return semop (things.set_id, &operation, 1);
}

static int
wait_semtimedop (void)
{
  struct sembuf operation = { .sem_op = -1 };

  return accept_code (semtimedop (things.set_id, &operation, 1, &round_time), EAGAIN);
}

static int
wait_msgrcv (void)
{
  long message[2];

  return (int) msgrcv (things.queue_id, message, sizeof message[1], 0, 0);
}

static int
wait_mq_receive (void)
{
  char message[64];
  const struct timespec until = get_end (CLOCK_REALTIME);

  return accept_code (mq_timedreceive (things.queue, message, sizeof message, NULL, &until),
                      ETIMEDOUT);
}

static int
wait_signal (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGUSR1);

  return accept_code (sigtimedwait (&set, NULL, &round_time), EAGAIN);
}

static int
wait_pause (void)
{
  return pause ();
}

static int
wait_sigsuspend (void)
{
  sigset_t set;

  sigfillset (&set);

  return sigsuspend (&set);
}

static int
wait_aio (void)
{
  struct timespec time = round_time;
  struct io_event event;

  return (int) syscall (SYS_io_getevents, things.aio, 1, 1, &event, &time);
}

static int
wait_aio_masked (void)
{
  struct timespec time = round_time;
  struct io_event event;

  return (int) syscall (SYS_io_pgetevents, things.aio, 1, 1, &event, &time, NULL);
}

static int
wait_ring (void)
{
  struct __kernel_timespec time = { .tv_nsec = ROUND_NS };
  struct io_uring_getevents_arg argument = { .ts = (uintptr_t) &time };

  return accept_code (syscall (SYS_io_uring_enter, things.ring, 0, 1,
                               IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &argument,
                               sizeof argument), ETIME);
}

static int
wait_flock (void)
{
  return flock (things.locked[1], LOCK_EX);
}

static int
wait_lock (void)
{
  struct flock lock = { .l_type = F_WRLCK };

  return fcntl (things.locked[1], F_OFD_SETLKW, &lock);
}

static int
wait_child (void)
{
  return wait4 (-1, NULL, 0, NULL);
}

static int
wait_child_info (void)
{
  siginfo_t info;

  return waitid (P_ALL, 0, &info, WEXITED);
}

static int
wait_fifo (void)
{
  char path[64];
  int result;

  snprintf (path, sizeof path, "/tmp/interrupted-%d", (int) getpid ());
  if (mkfifo (path, 0600) != 0)
    return -1;

  result = open (path, O_RDONLY | O_CLOEXEC);
  unlink (path);

  return result;
}

static int
wait_for_data (int fd)
{
  char data[512];

  return (int) read (fd, data, sizeof data);
}

static int
wait_counter (void)
{
  return wait_for_data (things.counter);
}

static int
wait_timer (void)
{
  return wait_for_data (things.timer);
}

static int
wait_signal_fd (void)
{
  return wait_for_data (things.signals);
}

static int
wait_notice (void)
{
  return wait_for_data (things.notices);
}

/* Works in the kernel, and looks for signals meanwhile. */
static int
fill_memory (void)
{
  int fd = memfd_create ("memory", MFD_CLOEXEC);
  int result = fallocate (fd, 0, 0, FALLOCATE_BYTES);
  int code = errno;

  close (fd);
  errno = code;

  return result;
}

/* The same for some 30 ms, and says so at its end. It begins at its beginning again. */
static int
run_filter (void)
{
  static const char data[64];
  union bpf_attr attributes = {
    .test = { .prog_fd = (unsigned int) things.filter, .data_in = (uintptr_t) data,
              .data_size_in = sizeof data, .repeat = FILTER_REPEATS },
  };

  int result = (int) syscall (SYS_bpf, BPF_PROG_TEST_RUN, &attributes, sizeof attributes);

  return result == 0 && write (STDERR_FILENO, ".", 1) != 1 ? -1 : result;
}

const Way ways[WAYS_MAX] = {
  { "poll", wait_poll, 1 },
  { "ppoll", wait_ppoll, 1 },
  { "select", wait_select, 1 },
  { "pselect6", wait_pselect, 1 },
  { "epoll_wait", wait_epoll, 1 },
  { "epoll_pwait", wait_epoll_pwait, 1 },
  { "epoll_pwait2", wait_epoll_pwait2, 1 },
  { "nanosleep", wait_nanosleep, 1 },
  { "clock_nanosleep", wait_clock_nanosleep, 1 },
  { "sleep_until", wait_until, 1 },
  { "read", wait_read, 0 },
  { "read_socket", wait_read_socket, 1 },
  { "readv", wait_readv, 1 },
  { "recvfrom", wait_recv, 1 },
  { "recvmsg", wait_recvmsg, 1 },
  { "recvmmsg", wait_recvmmsg, 1 },
  { "accept", wait_accept, 1 },
  { "accept4", wait_accept4, 1 },
  { "connect", wait_connect, 1 },
  { "write", wait_write_socket, 1 },
  { "writev", wait_writev, 1 },
  { "sendto", wait_send, 1 },
  { "sendmsg", wait_sendmsg, 1 },
  { "sendmmsg", wait_sendmmsg, 1 },
  { "sendfile", wait_sendfile, 1 },
  { "splice", wait_splice, 0 },
  { "futex", wait_futex, 1 },
  { "futex_waitv", wait_futex_waitv, 1 },
  { "semop", wait_semop, 0 },
  { "semtimedop", wait_semtimedop, 1 },
  { "msgrcv", wait_msgrcv, 0 },
  { "mq_timedreceive", wait_mq_receive, 1 },
  { "rt_sigtimedwait", wait_signal, 1 },
  { "pause", wait_pause, 0 },
  { "rt_sigsuspend", wait_sigsuspend, 0 },
  { "io_getevents", wait_aio, 1 },
  { "io_pgetevents", wait_aio_masked, 1 },
  { "io_uring_enter", wait_ring, 1 },
  { "flock", wait_flock, 0 },
  { "fcntl", wait_lock, 0 },
  { "wait4", wait_child, 0 },
  { "waitid", wait_child_info, 0 },
  { "open", wait_fifo, 0 },
  { "eventfd", wait_counter, 0 },
  { "timerfd", wait_timer, 0 },
  { "signalfd", wait_signal_fd, 0 },
  { "inotify", wait_notice, 0 },
  { "fallocate", fill_memory, 0 },
  { "bpf", run_filter, 0 },
};
