/* undertaker.h: keeps an exec() of the target from waiting for us for ever
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeUndertaker:
 *
 * A thread that buries the dead threads of a process while the worker is stuck in asking another
 * one to stop.
 *
 * Life: sonde_undertaker_new() → (enter() → sonde_tracee_ask() → leave()) any number of times →
 * sonde_undertaker_free().
 *
 * Threads: worker only.
 */
typedef struct _SondeUndertaker SondeUndertaker;

/* NULL where there can be no more threads. */
SondeUndertaker *sonde_undertaker_new   (pid_t            pid);
void             sonde_undertaker_free  (SondeUndertaker *self);

void             sonde_undertaker_enter (SondeUndertaker *self);
void             sonde_undertaker_leave (SondeUndertaker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeUndertaker, sonde_undertaker_free)

G_END_DECLS
