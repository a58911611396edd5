/* stack.h: shows one page of a stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shows the page called @name and hides all others, which a #GtkStack alone only does for the eye:
 * assistive technology would read them all.
 */
void sonde_stack_show (GtkStack   *stack,
                       const char *name);

G_END_DECLS
