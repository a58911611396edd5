/* fake-proc.h: a directory that looks like /proc, with processes as a test wants them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * FakeProcess:
 * @pid: its id
 * @comm: the kernel's name for it, any bytes; %NULL for "work"
 * @state: 'S' if 0
 * @parent: 1 if 0
 * @n_threads: 1 if 0
 * @kernel: whether it is a thread of the kernel
 * @uid: real, effective and saved user
 * @gid: the same for the group
 * @tracer: who traces it
 * @cpu_ticks: processor time so far
 * @start_ticks: when it began
 * @stack_start: where its stack begins
 * @command_line: (nullable): arguments with a zero after each
 * @command_line_length: its length in bytes
 * @executable: (nullable): where the link `exe` leads
 * @closed: whether the kernel refuses to let us look into it
 * @namespace: (nullable): its user namespace; %NULL for "user:[1]", which is also ours
 */
typedef struct
{
  pid_t       pid;
  const char *comm;
  char        state;
  pid_t       parent;
  guint       n_threads;
  gboolean    kernel;
  uid_t       uid;
  gid_t       gid;
  pid_t       tracer;
  guint64     cpu_ticks;
  guint64     start_ticks;
  guint64     stack_start;
  const char *command_line;
  gsize       command_line_length;
  const char *executable;
  gboolean    closed;
  const char *namespace;
} FakeProcess;

/* A new, empty one in the temporary directory (transfer full). We are user and group 1000 in it,
 * with CAP_SYS_PTRACE if @capable; ptrace_scope is @scope, or missing if that is negative.
 */
char *fake_proc_new    (int                scope,
                        gboolean           capable);
/* Deletes it, and frees the path. */
void  fake_proc_free   (char              *root);

/* Adds a process or changes it. */
void  fake_proc_set    (const char        *root,
                        const FakeProcess *process);
void  fake_proc_remove (const char        *root,
                        pid_t              pid);
/* Makes the file @name of @pid, or of "self" for 0. */
void  fake_proc_write  (const char        *root,
                        pid_t              pid,
                        const char        *name,
                        const char        *bytes,
                        gssize             length);

G_END_DECLS
