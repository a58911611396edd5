/* damage.h: words of an image that are changed as an input says, and back
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "support/python-image.h"

/* Of one input. */
#define FUZZ_DAMAGES_MAX 64

/* What a damage is, in the input. */
typedef struct
{
  guint64 word;   /* half of them are addresses of what there is */
  guint16 region;
  guint16 offset;
  guint32 what;   /* for the entry: what is looked at then */
} FuzzDamage;

/* The damages that an input says, of FuzzDamage (transfer full). */
GArray *fuzz_damages_parse (const guint8 *bytes,
                            gsize         length);

/* Puts the @i-th word in, and keeps what was there. */
void    fuzz_damages_put   (GArray       *self,
                            guint         i,
                            PythonImage  *image);

/* Takes all words out again, which must have been put in. */
void    fuzz_damages_undo  (GArray       *self,
                            PythonImage  *image);
