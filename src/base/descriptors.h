/* descriptors.h: how many files this process may have open
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lets us have as many as we may, and opens what the main loops cannot do without; among the first
 * things in main(). FALSE, with errno, if there is not even room for that.
 */
gboolean sonde_descriptors_prepare (void);

/* As it was before, for a program that we start: one that uses select() counts on numbers below
 * 1,024. Safe between fork() and exec().
 */
void     sonde_descriptors_restore (void);

G_END_DECLS
