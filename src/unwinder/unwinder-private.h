/* unwinder-private.h: what the parts of the unwinder share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * unwinder.c goes from frame to frame by rules, without-rule.c where there are none. guess.c finds
 * out what a register may be that is not known.
 */

#pragma once

#include <libunwind.h>

#include "unwinder/go-step.h"
#include "unwinder/memo.h"
#include "unwinder/tables.h"
#include "unwinder/trampolines.h"
#include "unwinder/unwinder.h"

G_BEGIN_DECLS

/* How many words libunwind may read for one stack. */
#define N_READS_A_STACK 1000000

struct _SondeUnwinder
{
  SondeTables        *tables;  /* owned */
  SondeGoRules       *go;      /* owned */
  gboolean            wants_program; /* whether that is in Go is not known yet */
  unw_addr_space_t    space;   /* owned */
  SondeTrampolines    trampolines;

  GHashTable         *endless; /* owned; where functions begin whose rules come to no end */
  GHashTable         *memos;   /* tid → SondeMemo, owned */
  SondeStack         *trial;   /* owned; of guesses; NULL before the first */
  GArray             *frames;  /* of SondeMemoFrame: found in the unwinding under way */

  /* Of the unwinding under way */
  const SondeCapture *capture; /* borrowed */
  guint64             registers[SONDE_N_REGISTERS];
  guint               known;
  gboolean            missed_bytes;
  gboolean            missed_register;
  gboolean            missed_table;
  gboolean            missed_mapping;
  guint               n_reads_given; /* for this frame, and how many of those are left */
  guint               n_reads_left;
  guint               n_reads_in_all; /* left for this stack before this frame */
  guint               n_reads_to_guess; /* left for all that one guess needs */
  SondeAddress        procedure; /* the one whose rules were found last */
  SondeAddress        missed_address;
  SondeAddress        high;       /* no captured byte from here on was read */
  gboolean            is_by_rules; /* no frame so far was without */
  SondeAddress        frame_sp;   /* of the frame that was stepped from last */
  gboolean            is_exact;   /* the registers' address is no return address */
  gboolean            is_in_chain; /* the frame was found by its callee's frame pointer */
  SondeGoFrame        frame;      /* of Go; of another only whether it is innermost */
};

/* Reads eight captured bytes at @address. */
gboolean sonde_unwinder_read_stack        (SondeUnwinder *self,
                                           SondeAddress   address,
                                           guint64       *value);

/* Gives where the function at @address begins, as the rules say. FALSE if there are none. */
gboolean sonde_unwinder_find_procedure    (SondeUnwinder *self,
                                           SondeAddress   address,
                                           SondeAddress  *start);

/* without-rule.c: makes the registers those of the caller of a frame without a rule, that stands at
 * @pc with @sp and, if @has_fp, @fp. FALSE at the end, with @end set.
 */
gboolean sonde_unwinder_step_without_rule (SondeUnwinder *self,
                                           SondeAddress   pc,
                                           SondeAddress   sp,
                                           gboolean       has_fp,
                                           SondeAddress   fp,
                                           SondeStackEnd *end);

G_END_DECLS
