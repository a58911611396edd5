/* terminal.h: a terminal taken over for a table that refreshes in place
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeTerminal:
 *
 * Standard input and output as one terminal: keys come at once and unseen, and
 * what is drawn is on a screen of its own.
 *
 * Life: sonde_terminal_new() takes it over → sonde_terminal_draw() any number of
 * times → sonde_terminal_free() leaves it as it was.
 *
 * Threads: main thread only.
 */
typedef struct _SondeTerminal SondeTerminal;

/* NULL if standard output is no terminal. */
SondeTerminal *sonde_terminal_new      (void);
void           sonde_terminal_free     (SondeTerminal  *self);

/* Gives it back for a while, as to a shell after Ctrl+Z; and takes it over again. */
void           sonde_terminal_leave    (SondeTerminal  *self);
void           sonde_terminal_enter    (SondeTerminal  *self);

/* What the window measures now. */
void           sonde_terminal_get_size (SondeTerminal  *self,
                                        guint          *columns,
                                        guint          *lines);

/* Shows @text and nothing else. It must fit. */
gboolean       sonde_terminal_draw     (SondeTerminal  *self,
                                        const char     *text,
                                        GError        **error);

/* Whether @key was among the keys pressed since the last call. */
gboolean       sonde_terminal_take_key (SondeTerminal  *self,
                                        char            key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeTerminal, sonde_terminal_free)

G_END_DECLS
