/* worker-private.h: what worker.c and worker-samples.c share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/cost.h"
#include "engine/python-stage.h"
#include "engine/rate-meter.h"
#include "engine/unseen.h"
#include "engine/views.h"
#include "engine/worker.h"
#include "sampler/pacer.h"
#include "sampler/peek-sampler.h"
#include "sampler/stop-sampler.h"
#include "symbolizer/symbolizer.h"
#include "unwinder/unwinder.h"

G_BEGIN_DECLS

struct _SondeWorker
{
  /* Owned: the stages, in their order */
  SondeTarget         *target;
  SondeStopSampler    *sampler;
  SondePeekSampler    *peek;         /* in its place while Python alone is looked at; else NULL */
  SondeUnwinder       *unwinder;
  SondeSymbolizer     *symbolizer;
  SondePythonStage    *python;
  SondeViews          *views;
  SondeFunctions      *functions;

  SondeSettings        settings;
  SondeFrames          frames;       /* that are looked at: what the settings mean here */
  SondeHindrance       hindrance;    /* why Python is not read without stopping */
  SondePacer           pacer;
  SondeRateMeter       meter;
  SondeLosses          losses;
  SondeUnseen          unseen;       /* while the stop sampler is at work */
  guint64              target_cpu_ns; /* of the target's clock, when it was last read */
  guint64              guessed_count; /* samples whose outer frames were guessed */
  SondeSessionState    state;
  SondeEnd             end;
  SondeObstacle        obstacle;
  guint                exec_count;
  guint64              serial;
  gboolean             had_tasks;    /* the settings' when the sampler was made */
  guint64              tables_ns;    /* since when there was no time to look for unwind tables */
  gboolean             has_new_tables; /* stacks from before may lack frames */
  gboolean             is_switching; /* from one sampler to the other: no thread ends */
  gboolean             has_switched; /* and the threads have not been listed since */
  gboolean             is_naming;    /* names were still being looked up when that was last asked */

  guint64              started_ns;   /* or reset */
  guint64              ended_ns;     /* 0 before the end */
  guint64              cpu_start_ns; /* of the worker's thread, at start or reset */
  guint64              cpu_ns;       /* at the end */
  guint64              past_cpu_ns;  /* of peek samplers and worker threads that are no more */
  guint64              suspended_ns; /* when that was last */
  guint64              stopped_start_ns;
  guint64              turn_ns;      /* when this thread last woke */
  guint64              polled_ns;
  guint64              placed_ns;    /* when we last made room for the target */
  guint64              mapped_ns;
  guint64              maps_interval_ns;
  guint64              unmapped_ns;  /* since when the map is to be read; 0 if it is not */
  guint64              recheck_ns;   /* when the map is read again for no reason */
  SondeCost            recheck_cost; /* of that */

  SondeStack           stack;        /* of the capture under way */
  SondeCodeStack       no_codes;     /* of a thread that runs no Python */
  const SondeFunction *natives[SONDE_STACK_DEPTH_MAX];
  const SondeFunction *functions_of_stack[SONDE_MERGED_DEPTH_MAX];
};

extern const SondeSamplerClient sonde_worker_stop_client;
extern const SondePeekClient    sonde_worker_peek_client;

/* worker-samplers.c */

/* Begins anew to take samples at the rate of the settings. */
void     sonde_worker_start_pacing   (SondeWorker *self,
                                      guint64      now_ns);
/* From one sampler to the other, if other frames are to be looked at, or others can be. */
void     sonde_worker_update_sampler (SondeWorker *self);
/* The peek sampler, if there is one, is to go. Its threads go on. */
void     sonde_worker_end_peek       (SondeWorker *self);
/* So is the one that is at work; of the stop sampler all threads are let go. */
void     sonde_worker_end_samplers   (SondeWorker *self);
/* Looks anew after a time in which nobody did, or for another program. */
void     sonde_worker_begin_again    (SondeWorker *self);
/* From here to release() nobody else uses what is known of Python. */
void     sonde_worker_hold_peek      (SondeWorker *self);
void     sonde_worker_release_peek   (SondeWorker *self);
/* CPU time of the target, which is kept when that has ended. */
guint64  sonde_worker_read_target_cpu (SondeWorker *self);
/* CPU time of all threads that sample. */
guint64  sonde_worker_get_cpu_ns     (const SondeWorker *self);

/* worker-programs.c */

/* The target has become another program, and all samples of the one before are counted. Nothing
 * for the first program.
 */
void     sonde_worker_begin_program  (SondeWorker *self);

/* worker.c */

/* The map has changed, or the target is a new program. */
void     sonde_worker_take_maps   (SondeWorker *self,
                                   gboolean     is_new_program);
/* Reads the map again unless that was just now, or a thread may stand still meanwhile; gives
 * whether code is mapped otherwise.
 */
gboolean sonde_worker_update_maps (SondeWorker *self);

G_END_DECLS
