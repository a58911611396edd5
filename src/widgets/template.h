/* template.h: takes a widget made from a template apart
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For dispose: gtk_widget_dispose_template(), and the children that it leaves, which are those that
 * are not bound to a field.
 */
void sonde_template_dispose (GtkWidget *widget,
                             GType      type);

G_END_DECLS
