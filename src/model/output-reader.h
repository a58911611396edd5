/* output-reader.h: reads what a program writes, always, and keeps the end of it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SONDE_OUTPUT_BYTES_MAX (256 * 1024)
#define SONDE_OUTPUT_LINES_MAX 5000

/**
 * SondeOutputReader:
 *
 * Empties a pipe in a thread of its own, as fast as it fills, so that the program that writes never
 * waits. What nobody has taken yet is kept up to %SONDE_OUTPUT_BYTES_MAX; older bytes are dropped.
 *
 * Life: sonde_output_reader_new() → sonde_output_reader_take() now and then →
 * sonde_output_reader_free(). The thread goes on reading after that until the pipe is closed at its
 * other end: a program must neither wait nor end because nobody looks any more.
 *
 * Threads: one client thread at a time.
 */
typedef struct _SondeOutputReader SondeOutputReader;

/* Takes over @fd, and closes it at the end. */
SondeOutputReader *sonde_output_reader_new         (int                fd);
void               sonde_output_reader_free        (SondeOutputReader *self);

/* What has come since the last call as valid UTF-8 (transfer full), without terminal codes and not
 * over %SONDE_OUTPUT_LINES_MAX lines; NULL if nothing has. @complete is FALSE if something is
 * missing before it.
 */
char              *sonde_output_reader_take        (SondeOutputReader *self,
                                                    gboolean          *complete);

/* Whether the other end is closed and all has been taken. */
gboolean           sonde_output_reader_is_finished (SondeOutputReader *self);
/* All bytes so far. */
guint64            sonde_output_reader_get_bytes   (SondeOutputReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeOutputReader, sonde_output_reader_free)

G_END_DECLS
