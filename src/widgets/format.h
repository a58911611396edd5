/* format.h: figures and names as the user reads them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All write into a buffer of the caller's, since they run some hundred times a tick.
 */

#pragma once

#include "model/session.h"

G_BEGIN_DECLS

#define SONDE_TEXT_BYTES 64

typedef char SondeText[SONDE_TEXT_BYTES];

/* 41902 → "41,902", grouped as the locale does. */
void        sonde_format_count    (SondeText            text,
                                   guint64              count);
/* 0.182 → "18.2": per cent, without the sign. */
void        sonde_format_percent  (SondeText            text,
                                   double               share);
/* Real time → "7.63 s". */
void        sonde_format_seconds  (SondeText            text,
                                   guint64              duration_ns);
/* Real time → "0:42", "1:02:03". */
void        sonde_format_uptime   (SondeText            text,
                                   guint64              duration_ns);
/* Hertz → "998", and below ten "2.5". */
void        sonde_format_rate     (SondeText            text,
                                   double               rate_hz);

/* The file that it is in, without folders; "Python" for a function of Python. */
const char *sonde_format_module   (const SondeFunction *function);

/* "other programs took the CPU 38.0 % of the time": (transfer full); NULL if hardly ever. */
char       *sonde_format_contention (const SondeSnapshot *snapshot);

/* Translated; borrowed for ever. */
const char *sonde_format_mode     (SondeMode            mode);
const char *sonde_format_state    (SondeThreadState     state);
const char *sonde_format_gil      (SondeGil             gil);
const char *sonde_format_loss     (SondeLoss            loss);

G_END_DECLS
