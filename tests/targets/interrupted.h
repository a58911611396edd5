/* interrupted.h: ways to wait, and what is waited for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <linux/aio_abi.h>
#include <mqueue.h>
#include <sys/socket.h>
#include <sys/un.h>

#define ROUND_MS 3
#define ROUND_NS (ROUND_MS * 1000000)
#define WAYS_MAX 64

/* @wait returns a negative number, and leaves errno, if the call failed; not when it timed out. One
 * that is not @is_timed waits for good, or never.
 */
typedef struct
{
  const char *name;
  int       (*wait) (void);
  int         is_timed;
} Way;

/* Ends with one that has no name. */
extern const Way ways[WAYS_MAX];

/**
 * Things:
 * @never: a pipe that nobody writes to
 * @silent: sockets with a timeout that nothing comes from
 * @full: sockets with a timeout that take no more
 * @listener: a socket with a timeout that nobody connects to
 * @backlog: a socket that no more can connect to, at @backlog_address
 * @set_id: a semaphore
 * @queue_id: a queue of messages of System V
 * @queue: a queue of messages of POSIX
 * @events: an epoll set of @never
 * @ring: an io_uring in which nothing ends; -1 if there can be none
 * @aio: the same for io_submit(); 0 if there can be none
 * @locked: twice a file that is locked through the first
 * @source: a file with something in it
 * @counter: an eventfd
 * @timer: a timerfd
 * @signals: a signalfd
 * @notices: an inotify
 * @filter: a program for bpf(); -1 if there can be none
 */
typedef struct
{
  int                never[2];
  int                silent[2];
  int                full[2];
  int                listener;
  int                backlog;
  struct sockaddr_un backlog_address;
  socklen_t          backlog_size;
  int                set_id;
  int                queue_id;
  mqd_t              queue;
  int                events;
  int                ring;
  aio_context_t      aio;
  int                locked[2];
  int                source;
  int                counter;
  int                timer;
  int                signals;
  int                notices;
  int                filter;
} Things;

extern Things things;

/* 0 if that fails. */
int  things_prepare (void);
/* Takes away what would outlive the process. */
void things_clear   (void);
