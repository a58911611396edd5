/* unwinder.h: captures → stacks
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/capture.h"
#include "base/stack.h"
#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondeUnwinder:
 *
 * Finds the frames of a capture, whose thread runs again meanwhile. The stack is the capture's
 * copy; unwind tables are read from the target's memory, where the loader has mapped them, and
 * kept.
 *
 * Life: sonde_unwinder_new() → sonde_unwinder_set_maps() → sonde_unwinder_unwind() any
 * number of times, set_maps() again whenever the map has changed → sonde_unwinder_free().
 *
 * Threads: worker only.
 */
typedef struct _SondeUnwinder SondeUnwinder;

SondeUnwinder *sonde_unwinder_new      (pid_t               pid);
void           sonde_unwinder_free     (SondeUnwinder      *self);

void           sonde_unwinder_set_maps (SondeUnwinder      *self,
                                        SondeMaps          *maps);
/* A file was overwritten in its place, which no map tells: forgets what was found in files. */
void           sonde_unwinder_forget_files (SondeUnwinder  *self);
/* Fills @stack. Some 0.6 µs a frame; reads the target's memory the first time it sees a page of
 * tables.
 */
void           sonde_unwinder_unwind   (SondeUnwinder      *self,
                                        const SondeCapture *capture,
                                        SondeStack         *stack);

/* After unwind() of a sleeper whose stack hangs on a frame pointer that is not known: finds out
 * what it can be, and fills @stack with the whole stack. FALSE where it can be nothing or several,
 * and @stack is as it was.
 */
gboolean       sonde_unwinder_guess    (SondeUnwinder      *self,
                                        const SondeCapture *capture,
                                        SondeStack         *stack);

/* Looks for unwind tables of one of the mappings that some were missed of: on the disk, or by
 * searching all of a file's memory, so not while a thread is held. FALSE if there is none; after
 * TRUE the same capture may have more frames.
 */
gboolean       sonde_unwinder_load_tables (SondeUnwinder   *self);

/* Whether there is code of Go, whose frame pointers lead from one stack to another. */
gboolean       sonde_unwinder_has_go   (SondeUnwinder      *self);

/* The thread @tid has ended: what is kept for its next stack can go. */
void           sonde_unwinder_forget   (SondeUnwinder      *self,
                                        pid_t               tid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeUnwinder, sonde_unwinder_free)

G_END_DECLS
