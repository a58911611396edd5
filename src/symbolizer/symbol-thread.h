/* symbol-thread.h: the thread that reads files for names
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"
#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondeSymbolAnswer:
 * @address: what was asked for
 * @generation: as it was given with the question
 * @provisional: as it was given with the question
 * @final: the function at @address; @provisional if nothing is known of it
 * @start: first address around @address that has the same answer
 * @end: one past the last such address
 */
typedef struct
{
  SondeAddress         address;
  guint                generation;
  const SondeFunction *provisional;
  const SondeFunction *final;
  SondeAddress         start;
  SondeAddress         end;
} SondeSymbolAnswer;

/**
 * SondeSymbolThread:
 *
 * A thread with a queue of addresses. Its lock is held for the queue alone, never while it reads.
 *
 * Life: sonde_symbol_thread_new() → ask and take → sonde_symbol_thread_free(), which ends the
 * thread after the file it is just reading.
 *
 * Threads: all functions from one and the same other thread.
 */
typedef struct _SondeSymbolThread SondeSymbolThread;

SondeSymbolThread *sonde_symbol_thread_new          (pid_t                pid,
                                                     SondeFunctions      *functions);
void               sonde_symbol_thread_free         (SondeSymbolThread   *self);

void               sonde_symbol_thread_ask          (SondeSymbolThread   *self,
                                                     SondeMaps           *maps,
                                                     guint                generation,
                                                     SondeAddress         address,
                                                     const SondeFunction *provisional);

/* Appends what was answered since the last call to @answers (of SondeSymbolAnswer). If a file was
 * overwritten meanwhile, @has_changed: these and all answers before may not hold any more.
 */
void               sonde_symbol_thread_take_answers (SondeSymbolThread   *self,
                                                     GArray              *answers,
                                                     gboolean            *has_changed);

/* Waits until all is answered; FALSE if @timeout_us ran out. */
gboolean           sonde_symbol_thread_wait         (SondeSymbolThread   *self,
                                                     gint64               timeout_us);

/* Waits for the source line at @address. */
guint              sonde_symbol_thread_find_line    (SondeSymbolThread   *self,
                                                     SondeMaps           *maps,
                                                     SondeAddress         address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeSymbolThread, sonde_symbol_thread_free)

G_END_DECLS
