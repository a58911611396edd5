/* snapshot.h: what a session has found so far, frozen for its readers
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"
#include "base/losses.h"
#include "base/obstacle.h"
#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondeColumn:
 *
 * What functions can be ranked by.
 */
typedef enum
{
  SONDE_COLUMN_SELF_COUNT,
  SONDE_COLUMN_SELF_TIME,
  SONDE_COLUMN_TOTAL_COUNT,
  SONDE_COLUMN_TOTAL_TIME,
  SONDE_COLUMN_FUNCTION,
  SONDE_COLUMN_FILE,
  SONDE_COLUMN_MODULE,
} SondeColumn;

/**
 * SondeQuery:
 * @mode: which samples count
 * @scope_tid: the thread to look at; 0 for all of them
 * @column: what to rank by
 * @descending: largest (or last in the alphabet) first
 * @row_limit: how many functions to give at most
 * @keep_id: a function to give whatever its rank (the selected one); %G_MAXUINT32 for none
 * @filter: (nullable): case-insensitive part of function, file or "file:function",
 *   or "/…/" for a regular expression; %NULL or "" for all
 *
 * Which part of a profile a reader looks at. Shares are always of all samples of @mode
 * and @scope_tid, whatever @filter says.
 *
 * Life: sonde_query_init() → use → sonde_query_clear().
 */
typedef struct
{
  SondeMode   mode;
  pid_t       scope_tid;
  SondeColumn column;
  gboolean    descending;
  guint       row_limit;
  guint32     keep_id;
  char       *filter; /* owned */
} SondeQuery;

void     sonde_query_init  (SondeQuery       *self);
void     sonde_query_copy  (SondeQuery       *self,
                            const SondeQuery *from);
gboolean sonde_query_equal (const SondeQuery *self,
                            const SondeQuery *other);
void     sonde_query_clear (SondeQuery       *self);

/**
 * SondeFunctionFigures:
 * @function: borrowed from the snapshot's table
 * @self_count: samples in which it was innermost
 * @total_count: samples in which it was anywhere, once a sample
 * @self_ns: real time that those samples stand for
 * @total_ns: the same for @total_count
 */
typedef struct
{
  const SondeFunction *function;
  guint64              self_count;
  guint64              total_count;
  guint64              self_ns;
  guint64              total_ns;
} SondeFunctionFigures;

/**
 * SondeThreadFigures:
 * @tid: the kernel's id
 * @name: valid UTF-8
 * @exited: it has ended; its figures stay
 * @count: its samples in the mode of the query
 * @state_count: all its samples, whatever the mode, by #SondeThreadState
 */
typedef struct
{
  pid_t    tid;
  char     name[4 * SONDE_THREAD_NAME_BYTES];
  gboolean exited;
  guint64  count;
  guint64  state_count[SONDE_N_THREAD_STATES];
} SondeThreadFigures;

/**
 * SondeSessionState:
 * @SONDE_SESSION_STARTING: not attached yet
 * @SONDE_SESSION_SAMPLING: attached
 * @SONDE_SESSION_FINISHED: sampling is over, see SondeSnapshot.end; figures stay
 * @SONDE_SESSION_FAILED: could not begin, see SondeSnapshot.obstacle
 */
typedef enum
{
  SONDE_SESSION_STARTING,
  SONDE_SESSION_SAMPLING,
  SONDE_SESSION_FINISHED,
  SONDE_SESSION_FAILED,
} SondeSessionState;

/**
 * SondeEnd:
 * @SONDE_END_NONE: not over
 * @SONDE_END_PROCESS: the process ended; exit_status holds its wait status if it is known
 * @SONDE_END_STOPPED: sonde_engine_stop() was called
 * @SONDE_END_OBSTACLE: something came in the way, see SondeSnapshot.obstacle
 *
 * Why a session is finished.
 */
typedef enum
{
  SONDE_END_NONE,
  SONDE_END_PROCESS,
  SONDE_END_STOPPED,
  SONDE_END_OBSTACLE,
} SondeEnd;

#define SONDE_SNAPSHOT_TOP_COUNT 3

/**
 * SondeSnapshot:
 *
 * Immutable and reference-counted; all fields are read-only for its readers. Counts are of thread
 * samples: one tick of the sampler gives one a thread. "In scope" means of the query's mode and
 * thread.
 *
 * Life: made by the worker, taken by sonde_engine_take_snapshot(), read,
 * sonde_snapshot_unref(). It outlives its engine.
 *
 * Threads: any, at the same time.
 */
typedef struct
{
  /*< private >*/
  gatomicrefcount       ref_count;
  SondeFunctions       *functions;      /* owned; holds the names */

  /*< public, read-only >*/
  guint64               serial;         /* counts up; gaps are snapshots nobody took */
  SondeQuery            query;          /* what it answers */

  SondeSessionState     state;
  SondeEnd              end;
  SondeObstacle         obstacle;
  int                   exit_status;    /* as of waitpid(); -1 if not known */
  pid_t                 pid;
  char                 *program;        /* path of the executable, UTF-8; NULL before attached */
  guint                 exec_count;     /* how often the process became a new program */
  gboolean              stopped;        /* the process is held by SIGSTOP or the like */

  double                rate_asked_hz;
  double                rate_second_hz; /* ticks a second over the last second */
  double                rate_mean_hz;   /* ticks a second since start or reset */
  guint64               elapsed_ns;     /* since start or reset, until the end */
  guint64               tick_count;     /* times that the sampler looked */

  guint64               scope_count;    /* samples in scope: the base of all shares */
  guint64               scope_ns;       /* the real time they stand for */
  guint64               sample_count;   /* kept samples, both modes, all threads */
  guint64               truncated_count;/* of sample_count: stack not finished */
  guint64               unnamed_count;  /* of sample_count: innermost frame without a name */
  SondeLosses           losses;

  guint64               state_count[SONDE_N_THREAD_STATES]; /* of the thread scope, any mode */

  guint                 function_count; /* functions with a sample in scope */
  guint                 running_count;  /* of those: with self samples */
  guint                 matching_count; /* of those: that pass the filter */

  guint                 n_top;          /* at most SONDE_SNAPSHOT_TOP_COUNT */
  SondeFunctionFigures  top[SONDE_SNAPSHOT_TOP_COUNT]; /* largest self counts, filter or not */
  guint                 n_rows;         /* ranked as the query says */
  SondeFunctionFigures *rows;           /* owned */
  guint                 n_threads;
  SondeThreadFigures   *threads;        /* owned; in order of first sight */

  guint64               sampler_cpu_ns; /* CPU time of the worker */
  guint64               stopped_ns;     /* time that threads were held still, summed */
  guint64               stopped_p50_ns; /* of one such stop: the median */
  guint64               stopped_p99_ns; /* and what 99 % of them did not exceed */
} SondeSnapshot;

SondeSnapshot *sonde_snapshot_new   (SondeFunctions   *functions,
                                     const SondeQuery *query);
SondeSnapshot *sonde_snapshot_ref   (SondeSnapshot    *self);
void           sonde_snapshot_unref (SondeSnapshot    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeSnapshot, sonde_snapshot_unref)

G_END_DECLS
