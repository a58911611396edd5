/* live-footer.c: how to read the table, and what is paused, filtered and sorted
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/live-footer.h"

#include <glib/gi18n.h>

#include "widgets/format.h"
#include "widgets/template.h"

struct _SondeLiveFooter
{
  GtkWidget       parent_instance;

  /* Template children */
  GtkButton      *filter_button;
  GtkLabel       *filter_label;
  GtkLabel       *hint;
  GtkLabel       *paused;
  GtkInscription *shown;
  GtkLabel       *sorted;
};

G_DEFINE_FINAL_TYPE (SondeLiveFooter, sonde_live_footer, GTK_TYPE_WIDGET)

static void
set_label (GtkLabel   *label,
           const char *text)
{
  if (!g_str_equal (gtk_label_get_label (label), text))
    gtk_label_set_label (label, text);
}

static void
refresh_filter (SondeLiveFooter *self,
                SondeSession    *session)
{
  const char *filter = sonde_session_get_query (session)->filter;
  SondeSnapshot *snapshot = sonde_session_get_snapshot (session);
  gboolean filtered = filter != NULL && *filter != '\0';
  g_autofree char *text = NULL;
  SondeText matching;
  SondeText all;

  gtk_widget_set_visible (GTK_WIDGET (self->filter_button), filtered);
  gtk_widget_set_visible (GTK_WIDGET (self->shown), filtered);
  if (!filtered)
    return;

  set_label (self->filter_label, filter);

  sonde_format_count (matching, snapshot != NULL ? snapshot->matching_count : 0);
  sonde_format_count (all, snapshot != NULL ? snapshot->function_count : 0);
  /* Translators: how many functions pass the filter, of how many */
  text = g_strdup_printf (_("%s of %s"), matching, all);
  if (g_strcmp0 (gtk_inscription_get_text (self->shown), text) != 0)
    gtk_inscription_set_text (self->shown, text);
}

static void
sonde_live_footer_dispose (GObject *object)
{
  sonde_template_dispose (GTK_WIDGET (object), SONDE_TYPE_LIVE_FOOTER);

  G_OBJECT_CLASS (sonde_live_footer_parent_class)->dispose (object);
}

static void
sonde_live_footer_class_init (SondeLiveFooterClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_live_footer_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/live-footer.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeLiveFooter, filter_button);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveFooter, filter_label);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveFooter, hint);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveFooter, paused);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveFooter, shown);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveFooter, sorted);

  gtk_widget_class_set_css_name (widget_class, "livefooter");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sonde_live_footer_init (SondeLiveFooter *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sonde_live_footer_refresh (SondeLiveFooter *self,
                           SondeSession    *session,
                           const char      *sort,
                           gboolean         descending)
{
  g_autofree char *text = NULL;
  SondeText display;

  g_return_if_fail (SONDE_IS_LIVE_FOOTER (self));
  g_return_if_fail (SONDE_IS_SESSION (session));

  gtk_widget_set_visible (GTK_WIDGET (self->paused), sonde_session_get_paused (session));
  refresh_filter (self, session);

  sonde_format_rate (display, 1000.0 / (double) sonde_session_get_interval_ms (session));
  /* Translators: the column's title, an arrow, how often the display is refreshed */
  text = g_strdup_printf (_("Sorted by %s %s · Display %s Hz · ? for help"), sort,
                          descending ? "↓" : "↑", display);
  set_label (self->sorted, text);
}
