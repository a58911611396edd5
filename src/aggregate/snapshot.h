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
 * @frames: which frames of them are looked at
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
  SondeFrames frames;
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
 * @tid: the kernel's id; less than 0 for ended threads that are counted together
 * @name: valid UTF-8; of threads that are counted together the name that they all had, or ""
 *   if they had many
 * @exited: it has ended; its figures stay
 * @merged_count: how many threads are counted together here; 0 for a thread by itself
 * @count: its samples in the mode of the query
 * @state_count: all its samples, whatever the mode, by #SondeThreadState
 * @gil_count: the same by #SondeGil
 * @collecting_count: of these samples: garbage was collected
 */
typedef struct
{
  pid_t    tid;
  char     name[SONDE_THREAD_LABEL_BYTES];
  gboolean exited;
  guint64  merged_count;
  guint64  count;
  guint64  state_count[SONDE_N_THREAD_STATES];
  guint64  gil_count[SONDE_N_GILS];
  guint64  collecting_count;
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
  char                 *python;         /* "3.12"; "" if not known, NULL if it runs no Python */
  gboolean              is_readable;    /* and that version is one whose frames can be read */
  gboolean              has_tasks;      /* and its tasks of asyncio can be followed */
  gboolean              has_gil;        /* and it uses a global lock */
  SondeFrames           frames;         /* that are shown: what the query's means here */
  SondeHindrance        hindrance;      /* why threads are stopped for PYTHON; else NONE */
  guint                 unmatched_count; /* threads that run Python, it is not known which */
  guint                 exec_count;     /* how often the process became a new program */
  gboolean              stopped;        /* the process is held by SIGSTOP or the like */
  gboolean              is_naming;      /* names are still being looked up */

  double                rate_asked_hz;
  double                rate_second_hz; /* ticks a second over the last second */
  double                rate_mean_hz;   /* ticks a second since start or reset */
  guint64               elapsed_ns;     /* since start or reset, until the end */
  guint64               tick_count;     /* times that the sampler looked */

  guint64               scope_count;    /* samples in scope: the base of all shares */
  guint64               scope_ns;       /* the real time they stand for */
  guint64               sample_count;   /* kept samples, any mode, all threads */
  guint64               mode_count;     /* of sample_count: in the query's mode */
  guint64               truncated_count;/* of mode_count: stack not finished */
  guint64               guessed_count;  /* of native stacks: outer frames were guessed */
  guint64               cut_count;      /* of mode_count: call path no longer kept whole */
  guint64               unnamed_count;  /* of mode_count: innermost frame without a name */
  SondeLosses           losses;

  guint64               state_count[SONDE_N_THREAD_STATES]; /* of the thread scope, any mode */
  guint64               gil_count[SONDE_N_GILS];            /* the same */
  guint64               collecting_count;                   /* the same: garbage was collected */

  guint                 function_count; /* functions with a sample in scope */
  guint                 running_count;  /* of those: with self samples */
  guint                 matching_count; /* of those: that pass the filter */

  guint                 n_top;          /* at most SONDE_SNAPSHOT_TOP_COUNT */
  SondeFunctionFigures  top[SONDE_SNAPSHOT_TOP_COUNT]; /* largest self counts, filter or not */
  guint                 n_rows;         /* ranked as the query says */
  SondeFunctionFigures *rows;           /* owned */
  guint64               thread_count;   /* threads that have figures */
  guint                 n_threads;      /* fewer, where some are counted together */
  SondeThreadFigures   *threads;        /* owned; those first, then by their ids */

  guint64               sampler_cpu_ns; /* CPU time of the worker */
  guint64               children_cpu_ns;/* CPU time of what the process started and waited for */
  guint64               stopped_ns;     /* time that threads were held still, summed */
  guint64               stopped_p50_ns; /* of one such stop: the median */
  guint64               stopped_p99_ns; /* and what 99 % of them did not exceed */
} SondeSnapshot;

SondeSnapshot *sonde_snapshot_new   (SondeFunctions   *functions,
                                     const SondeQuery *query);
SondeSnapshot *sonde_snapshot_ref   (SondeSnapshot    *self);
void           sonde_snapshot_unref (SondeSnapshot    *self);

/**
 * SondeContention:
 * @SONDE_CONTENTION_NONE: hardly ever had a thread to wait for a CPU
 * @SONDE_CONTENTION_OTHERS: one thread alone wanted a CPU, and other programs had it
 * @SONDE_CONTENTION_ANY: several threads wanted one, which others or they themselves had
 *
 * Who took the CPUs from the threads in scope.
 */
typedef enum
{
  SONDE_CONTENTION_NONE,
  SONDE_CONTENTION_OTHERS,
  SONDE_CONTENTION_ANY,
} SondeContention;

/* Gives in @share which part of the samples whose thread could run had to wait for a CPU. */
SondeContention sonde_snapshot_judge_contention (const SondeSnapshot *self,
                                                 double              *share);
/* The same as a part of a sentence, translated, with @share as it is to be read; NULL for none. */
char           *sonde_contention_dup_text       (SondeContention      self,
                                                 const char          *share);

/* In how many samples it was looked who has the lock, or garbage is collected: the whole of which
 * gil_count and collecting_count are parts.
 */
guint64        sonde_snapshot_count_looks (const SondeSnapshot *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeSnapshot, sonde_snapshot_unref)

G_END_DECLS
