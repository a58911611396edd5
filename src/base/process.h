/* process.h: a process as the list of processes shows it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/obstacle.h"

G_BEGIN_DECLS

/**
 * SondeRuntimeKind:
 *
 * What runs a program's code. %SONDE_RUNTIME_UNKNOWN when its files may not be read.
 */
typedef enum
{
  SONDE_RUNTIME_UNKNOWN,
  SONDE_RUNTIME_NATIVE,
  SONDE_RUNTIME_PYTHON,
  SONDE_RUNTIME_NODE,
  SONDE_RUNTIME_JAVA,
  SONDE_RUNTIME_GO,
  SONDE_RUNTIME_RUBY,
  SONDE_RUNTIME_PERL,
  SONDE_RUNTIME_DOTNET,
} SondeRuntimeKind;

/**
 * SondeRuntime:
 * @kind: what runs the program's code
 * @major: its version, as in @major.@minor; 0 if not known
 * @minor: -1 if not known, or if @major alone is the usual way to say it
 */
typedef struct
{
  SondeRuntimeKind kind;
  int              major;
  int              minor;
} SondeRuntime;

/* "Python 3.11", "native"; "" if not known. Translated; main thread only. */
char *sonde_runtime_dup_name (const SondeRuntime *self);

/**
 * SondeProcess:
 * @pid: its id
 * @start_ticks: when it began, in clock ticks since boot; with @pid its identity
 * @owner: the effective user
 * @user: the name of @owner, or the number
 * @name: what to call it: the kernel's name, whole where the kernel cuts it
 * @command_line: its arguments with spaces between; never empty
 * @executable: (nullable): path of its program; %NULL if that may not be read
 * @cgroup: (nullable): path of its control group
 * @runtime: what runs its code
 * @obstacle: whether it can be attached to, and if not, why
 *
 * What changes rarely about a process. Immutable and reference-counted; all texts are one line of
 * valid UTF-8. As long as nothing of it changes, every list holds the same one.
 *
 * Threads: any, at the same time.
 */
typedef struct
{
  /*< private >*/
  gatomicrefcount ref_count;

  /*< public, read-only >*/
  pid_t           pid;
  guint64         start_ticks;
  uid_t           owner;
  char           *user;
  char           *name;
  char           *command_line;
  char           *executable;
  char           *cgroup;
  SondeRuntime    runtime;
  SondeObstacle   obstacle;
} SondeProcess;

SondeProcess     *sonde_process_new        (void);
SondeProcess     *sonde_process_ref        (SondeProcess       *self);
void              sonde_process_unref      (SondeProcess       *self);
gboolean          sonde_process_equal      (const SondeProcess *self,
                                            const SondeProcess *other);

/**
 * SondeProcessFigures:
 * @process: owned by the list
 * @cpu_share: CPU time by real time since the scan before, 1.0 for one whole processor; in its
 *   first scan, since it began
 * @memory_bytes: memory it has in RAM
 * @thread_count: its threads
 */
typedef struct
{
  SondeProcess *process;
  double        cpu_share;
  guint64       memory_bytes;
  guint         thread_count;
} SondeProcessFigures;

/**
 * SondeProcessList:
 * @n_rows: how many processes
 * @rows: (array length=n_rows): ascending by pid
 *
 * All processes at one moment. Immutable and reference-counted. Threads: any, at the same time.
 */
typedef struct
{
  /*< private >*/
  gatomicrefcount      ref_count;

  /*< public, read-only >*/
  guint                n_rows;
  SondeProcessFigures *rows;
} SondeProcessList;

/* Takes over the rows, an array of SondeProcessFigures. */
SondeProcessList *sonde_process_list_new   (GArray             *rows);
SondeProcessList *sonde_process_list_ref   (SondeProcessList   *self);
void              sonde_process_list_unref (SondeProcessList   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeProcess, sonde_process_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeProcessList, sonde_process_list_unref)

G_END_DECLS
