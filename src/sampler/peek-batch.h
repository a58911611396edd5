/* peek-batch.h: what the preempters found, on its way to the worker
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"
#include "base/losses.h"
#include "base/stack.h"

G_BEGIN_DECLS

/**
 * SondePeekKind:
 * @SONDE_PEEK_APPEARED: a new thread
 * @SONDE_PEEK_ENDED: it is no more
 * @SONDE_PEEK_STACK: samples with a new stack
 * @SONDE_PEEK_SAME: samples with the same stack as the last
 * @SONDE_PEEK_LOST: samples that could not be taken
 */
typedef enum
{
  SONDE_PEEK_APPEARED,
  SONDE_PEEK_ENDED,
  SONDE_PEEK_STACK,
  SONDE_PEEK_SAME,
  SONDE_PEEK_LOST,
} SondePeekKind;

/**
 * SondePeekRecord:
 * @kind: what happened
 * @thread: to whom; the sampler's own
 * @status: of the samples
 * @loss: why they were lost
 * @n_ticks: how many they are
 * @ns: what they stand for
 * @start: where its stack begins among the functions of the batch
 * @depth: how many functions are on it
 * @is_truncated: there were more
 */
typedef struct
{
  SondePeekKind     kind;
  gpointer          thread;
  SondeThreadStatus status;
  SondeLoss         loss;
  guint64           n_ticks;
  guint64           ns;
  guint             start;
  guint             depth;
  gboolean          is_truncated;
} SondePeekRecord;

/**
 * SondePeekStack:
 * @depth: how many functions are on it
 * @is_truncated: there were more
 * @functions: innermost first; with room for one that stands for none
 *
 * Caller's struct; 32 KiB.
 */
typedef struct
{
  guint                depth;
  gboolean             is_truncated;
  const SondeFunction *functions[SONDE_STACK_DEPTH_MAX + 1];
} SondePeekStack;

/**
 * SondePeekBatch:
 * @ticks: when they were (of guint64), in ns of sonde_clock_now_ns()
 * @records: of SondePeekRecord, in their order
 * @n_late: samples for which there was no room
 *
 * All that happened between two visits of the worker. It is bounded: once it is full no more
 * samples are added until it is empty again.
 *
 * Threads: one at a time.
 */
typedef struct
{
  GArray  *ticks;
  GArray  *records;
  guint64  n_late;

  /*< private >*/
  GArray  *functions; /* of const SondeFunction *, borrowed */
  gboolean is_full;
} SondePeekBatch;

void                  sonde_peek_batch_init          (SondePeekBatch        *self);
void                  sonde_peek_batch_clear         (SondePeekBatch        *self);
/* Makes it empty; it keeps its memory. */
void                  sonde_peek_batch_reset         (SondePeekBatch        *self);

/* Adds @record, and @stack to one of that kind (nullable). FALSE if there is no room. @place is
 * where the last record of its thread is; it may be anything if there is none in this batch.
 */
gboolean              sonde_peek_batch_add           (SondePeekBatch        *self,
                                                      const SondePeekRecord *record,
                                                      const SondePeekStack  *stack,
                                                      guint                 *place);
/* The functions of the stack of @record. */
const SondeFunction *const *
                      sonde_peek_batch_get_functions (SondePeekBatch        *self,
                                                      const SondePeekRecord *record);

G_END_DECLS
