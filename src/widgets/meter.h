/* meter.h: a heading, a figure and its stacked bar
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "widgets/stacked-bar.h"

G_BEGIN_DECLS

#define SONDE_TYPE_METER (sonde_meter_get_type ())
G_DECLARE_FINAL_TYPE (SondeMeter, sonde_meter, SONDE, METER, GtkWidget)

void sonde_meter_set (SondeMeter      *self,
                      const char      *figure,
                      const SondePart *parts,
                      guint            n_parts);

G_END_DECLS
