/* live-header.c: what is watched and how well, above the table
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What changes ten times a second is an inscription or drawn by its widget, so
 * that no tick makes the window lay itself out anew.
 */

#include "config.h"

#include "widgets/live-header.h"

#include <glib/gi18n.h>

#include "base/place.h"
#include "model/app-icons.h"
#include "model/share.h"
#include "widgets/format.h"
#include "widgets/meter.h"
#include "widgets/template.h"
#include "widgets/thread-picker.h"

struct _SondeLiveHeader
{
  GtkWidget          parent_instance;

  /* Owned */
  SondeSession      *session;
  SondeProcess      *process; /* NULL until it is known */
  GDateTime         *clock;   /* stands still once the session is finished */

  guint32            top_ids[SONDE_SNAPSHOT_TOP_COUNT];

  /* Template children */
  SondeMeter        *efficiency_meter;
  GtkInscription    *facts;
  GtkInscription    *functions;
  SondeMeter        *gc_meter;
  GtkToggleButton   *gil_button;
  SondeMeter        *gil_meter;
  GtkImage          *icon;
  GtkInscription    *name;
  SondeThreadPicker *picker;
  SondeMeter        *rate_meter;
  SondeMeter        *state_meter;
  GtkButton         *top_button_1;
  GtkButton         *top_button_2;
  GtkButton         *top_button_3;
  GtkInscription    *top_name_1;
  GtkInscription    *top_name_2;
  GtkInscription    *top_name_3;
  GtkInscription    *top_share_1;
  GtkInscription    *top_share_2;
  GtkInscription    *top_share_3;
};

G_DEFINE_FINAL_TYPE (SondeLiveHeader, sonde_live_header, GTK_TYPE_WIDGET)

enum
{
  FUNCTION_PICKED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
set_text (GtkInscription *inscription,
          const char     *text)
{
  if (g_strcmp0 (gtk_inscription_get_text (inscription), text) != 0)
    gtk_inscription_set_text (inscription, text);
}

static void
add_part (SondePart  *parts,
          guint      *n_parts,
          const char *label,
          double      share,
          const char *color)
{
  SondePart *part = &parts[(*n_parts)++];

  part->label = label;
  part->share = share;
  part->color = color;
  part->figure[0] = '\0';
}

/* What runs the code, as far as it is known: (transfer full). The scanner tells it from the files,
 * the session from what runs.
 */
static char *
dup_runtime (const SondeProcess  *process,
             const SondeSnapshot *snapshot)
{
  if (snapshot->python != NULL && *snapshot->python != '\0')
    return g_strdup_printf ("Python %s", snapshot->python);

  return sonde_runtime_dup_name (&process->runtime);
}

static void
refresh_facts (SondeLiveHeader     *self,
               const SondeSnapshot *snapshot)
{
  GString *text = g_string_new (NULL);
  g_autofree char *clock = NULL;
  g_autofree char *runtime = NULL;
  SondeText uptime;

  if (self->clock == NULL || snapshot->state < SONDE_SESSION_FINISHED)
    {
      g_clear_pointer (&self->clock, g_date_time_unref);
      self->clock = g_date_time_new_now_local ();
    }

  g_string_append_printf (text, "%d", (int) snapshot->pid);
  if (self->process != NULL)
    {
      runtime = dup_runtime (self->process, snapshot);
      g_string_append_printf (text, " · %s", self->process->user);
      if (*runtime != '\0')
        g_string_append_printf (text, " · %s", runtime);
    }

  sonde_format_uptime (uptime, snapshot->elapsed_ns);
  g_string_append (text, " · ");
  /* Translators: how long a process has been watched, as in "up 0:42" */
  g_string_append_printf (text, _("up %s"), uptime);

  clock = g_date_time_format (self->clock, "%X");
  g_string_append_printf (text, " · %s", clock);

  set_text (self->facts, text->str);
  g_string_free (text, TRUE);
}

static void
refresh_rate (SondeLiveHeader     *self,
              const SondeSnapshot *snapshot)
{
  SondePart parts[2];
  guint n_parts = 0;
  SondeText samples;
  SondeText achieved;
  SondeText asked;
  SondeText mean;

  sonde_format_count (samples, snapshot->mode_count);
  sonde_format_rate (achieved, snapshot->rate_second_hz);
  sonde_format_rate (asked, snapshot->rate_asked_hz);
  sonde_format_rate (mean, snapshot->rate_mean_hz);

  add_part (parts, &n_parts, _("Rate"),
            CLAMP (snapshot->rate_second_hz / MAX (snapshot->rate_asked_hz, 1.0), 0.001, 1.0),
            "accent_bg_color");
  /* Translators: the rate achieved, of the rate asked for */
  g_snprintf (parts[0].figure, sizeof parts[0].figure, _("%s of %s Hz"), achieved, asked);

  add_part (parts, &n_parts, _("Average"), 0.0, NULL);
  /* Translators: the average rate, and the interval between two samples in milliseconds */
  g_snprintf (parts[1].figure, sizeof parts[1].figure, _("%s Hz · every %.3g ms"), mean,
              snapshot->rate_mean_hz > 0.0 ? 1000.0 / snapshot->rate_mean_hz : 0.0);

  sonde_meter_set (self->rate_meter, samples, parts, n_parts);
}

static void
refresh_efficiency (SondeLiveHeader     *self,
                    const SondeSnapshot *snapshot)
{
  static const char *const colors[] = {
    "sonde_lost_1", "sonde_lost_2", "sonde_lost_3", "sonde_lost_4", "sonde_lost_5", "sonde_lost_6",
  };
  guint64 due = snapshot->mode_count + sonde_losses_get_sum (&snapshot->losses);
  guint64 whole = snapshot->mode_count - snapshot->truncated_count;
  SondePart parts[SONDE_STACKED_BAR_PARTS_MAX];
  guint n_parts = 0;
  g_autofree char *figure = NULL;
  SondeText text;

  G_STATIC_ASSERT (G_N_ELEMENTS (colors) == SONDE_N_LOSSES);

  add_part (parts, &n_parts, C_("samples", "Whole"), sonde_share (whole, due), "sonde_good");
  sonde_format_count (text, whole);
  g_strlcpy (parts[0].figure, text, sizeof parts[0].figure);

  add_part (parts, &n_parts, C_("samples", "Truncated"),
            sonde_share (snapshot->truncated_count, due), "sonde_truncated");
  sonde_format_count (text, snapshot->truncated_count);
  g_strlcpy (parts[1].figure, text, sizeof parts[1].figure);

  for (guint i = 0; i < SONDE_N_LOSSES; i++)
    {
      guint64 count = snapshot->losses.count[i];

      add_part (parts, &n_parts, sonde_format_loss (i), sonde_share (count, due), colors[i]);
      sonde_format_count (text, count);
      g_strlcpy (parts[n_parts - 1].figure, text, sizeof parts[0].figure);
    }

  sonde_format_percent (text, sonde_share (snapshot->mode_count, due));
  /* Translators: a share of the samples */
  figure = g_strdup_printf (_("%s %%"), text);
  sonde_meter_set (self->efficiency_meter, due > 0 ? figure : "–", parts, n_parts);
}

static void
refresh_states (SondeLiveHeader     *self,
                const SondeSnapshot *snapshot)
{
  static const char *const colors[SONDE_N_THREAD_STATES] = {
    "sonde_running", "sonde_ready", "sonde_sleeping", "sonde_io", "sonde_stopped",
  };
  SondeThreadList *threads = sonde_session_get_threads (self->session);
  SondePart parts[SONDE_STACKED_BAR_PARTS_MAX];
  guint n_parts = 0;
  guint64 sum = 0;
  SondeText text;

  for (guint i = 0; i < SONDE_N_THREAD_STATES; i++)
    sum += snapshot->state_count[i];

  for (guint i = 0; i < SONDE_N_THREAD_STATES; i++)
    {
      double share = sonde_share (snapshot->state_count[i], sum);

      add_part (parts, &n_parts, sonde_format_state (i), share, colors[i]);
      sonde_format_percent (text, share);
      g_snprintf (parts[i].figure, sizeof parts[i].figure, _("%s %%"), text);
    }

  sonde_format_count (text, sonde_thread_list_get_shown_count (threads));
  sonde_meter_set (self->state_meter, text, parts, n_parts);
}

/* Of one thread, its own; nothing where there is no lock to have. */
static void
refresh_gil (SondeLiveHeader     *self,
             const SondeSnapshot *snapshot)
{
  static const SondeGil order[SONDE_N_GILS] = {
    SONDE_GIL_HAS, SONDE_GIL_WANTS, SONDE_GIL_NEITHER
  };
  static const char *const colors[SONDE_N_GILS] = {
    [SONDE_GIL_HAS] = "sonde_running",
    [SONDE_GIL_WANTS] = "sonde_ready",
    [SONDE_GIL_NEITHER] = "sonde_sleeping",
  };
  SondePart parts[SONDE_STACKED_BAR_PARTS_MAX];
  guint n_parts = 0;
  guint64 sum = sonde_snapshot_count_looks (snapshot);
  g_autofree char *figure = NULL;
  SondeText text;

  gtk_widget_set_visible (GTK_WIDGET (self->gil_button), snapshot->has_gil);
  gtk_widget_set_visible (GTK_WIDGET (self->gil_meter), snapshot->has_gil);
  for (guint i = 0; i < SONDE_N_GILS; i++)
    {
      SondeGil gil = order[i];
      double share = sonde_share (snapshot->gil_count[gil], sum);

      add_part (parts, &n_parts, sonde_format_gil (gil), share, colors[gil]);
      sonde_format_percent (text, share);
      g_snprintf (parts[i].figure, sizeof parts[i].figure, _("%s %%"), text);
    }

  sonde_format_percent (text, sonde_share (snapshot->collecting_count, sum));
  /* Translators: the share of the samples in which garbage is collected */
  figure = g_strdup_printf (_("GC %s %%"), text);
  sonde_meter_set (self->gil_meter, figure, parts, n_parts);
}

/* In the place of the lock, in a Python that has none. */
static void
refresh_gc (SondeLiveHeader     *self,
            const SondeSnapshot *snapshot)
{
  double share = sonde_share (snapshot->collecting_count, sonde_snapshot_count_looks (snapshot));
  SondePart parts[SONDE_STACKED_BAR_PARTS_MAX];
  guint n_parts = 0;
  g_autofree char *figure = NULL;
  SondeText text;

  gtk_widget_set_visible (GTK_WIDGET (self->gc_meter),
                          snapshot->is_readable && !snapshot->has_gil);
  sonde_format_percent (text, share);
  figure = g_strdup_printf (_("%s %%"), text);
  add_part (parts, &n_parts, C_("garbage", "Collecting"), share, "sonde_ready");
  g_strlcpy (parts[0].figure, figure, sizeof parts[0].figure);
  sonde_meter_set (self->gc_meter, figure, parts, n_parts);
}

static void
refresh_functions (SondeLiveHeader     *self,
                   const SondeSnapshot *snapshot)
{
  g_autofree char *contention = sonde_format_contention (snapshot);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  SondeText all;
  SondeText running;
  SondeText waiting;

  sonde_format_count (all, snapshot->function_count);
  sonde_format_count (running, snapshot->running_count);
  sonde_format_count (waiting, snapshot->function_count - snapshot->running_count);
  /* Translators: how many functions were seen; innermost at least once; only as callers */
  text = g_strdup_printf (_("%s functions · %s running · %s on stacks only"),
                          all, running, waiting);
  line = contention != NULL ? g_strdup_printf ("%s · %s", text, contention) : g_strdup (text);
  set_text (self->functions, line);
}

static void
refresh_top (SondeLiveHeader     *self,
             const SondeSnapshot *snapshot)
{
  GtkButton *buttons[] = { self->top_button_1, self->top_button_2, self->top_button_3 };
  GtkInscription *names[] = { self->top_name_1, self->top_name_2, self->top_name_3 };
  GtkInscription *shares[] = { self->top_share_1, self->top_share_2, self->top_share_3 };

  for (guint i = 0; i < SONDE_SNAPSHOT_TOP_COUNT; i++)
    {
      const SondeFunctionFigures *figures = &snapshot->top[i];
      g_autofree char *share = NULL;
      SondeText text;

      gtk_widget_set_sensitive (GTK_WIDGET (buttons[i]), i < snapshot->n_top);
      if (i >= snapshot->n_top)
        {
          set_text (names[i], "–");
          set_text (shares[i], "");
          continue;
        }

      sonde_format_percent (text, sonde_share (figures->self_count, snapshot->scope_count));
      share = g_strdup_printf (_("%s %%"), text);
      set_text (names[i], figures->function->name);
      set_text (shares[i], share);
      if (self->top_ids[i] != figures->function->id)
        {
          self->top_ids[i] = figures->function->id;
          gtk_widget_set_tooltip_text (GTK_WIDGET (buttons[i]), figures->function->name);
          gtk_accessible_update_property (GTK_ACCESSIBLE (buttons[i]),
                                          GTK_ACCESSIBLE_PROPERTY_LABEL, figures->function->name,
                                          -1);
        }
    }
}

static void
on_top_clicked_cb (SondeLiveHeader *self,
                   GtkButton       *button)
{
  guint i = button == self->top_button_1 ? 0 : button == self->top_button_2 ? 1 : 2;

  g_signal_emit (self, signals[FUNCTION_PICKED], 0, self->top_ids[i]);
}

static void
sonde_live_header_dispose (GObject *object)
{
  SondeLiveHeader *self = SONDE_LIVE_HEADER (object);

  sonde_template_dispose (GTK_WIDGET (self), SONDE_TYPE_LIVE_HEADER);
  g_clear_object (&self->session);
  g_clear_pointer (&self->process, sonde_process_unref);
  g_clear_pointer (&self->clock, g_date_time_unref);

  G_OBJECT_CLASS (sonde_live_header_parent_class)->dispose (object);
}

static void
sonde_live_header_class_init (SondeLiveHeaderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_live_header_dispose;

  signals[FUNCTION_PICKED] = g_signal_new ("function-picked", SONDE_TYPE_LIVE_HEADER,
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                           G_TYPE_UINT);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/live-header.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, efficiency_meter);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, facts);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, functions);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, gc_meter);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, gil_button);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, gil_meter);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, icon);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, name);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, picker);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, rate_meter);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, state_meter);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_button_1);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_button_2);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_button_3);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_name_1);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_name_2);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_name_3);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_share_1);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_share_2);
  gtk_widget_class_bind_template_child (widget_class, SondeLiveHeader, top_share_3);
  gtk_widget_class_bind_template_callback (widget_class, on_top_clicked_cb);

  gtk_widget_class_set_css_name (widget_class, "liveheader");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);

  g_type_ensure (SONDE_TYPE_METER);
  g_type_ensure (SONDE_TYPE_THREAD_PICKER);
}

static void
sonde_live_header_init (SondeLiveHeader *self)
{
  for (guint i = 0; i < SONDE_SNAPSHOT_TOP_COUNT; i++)
    self->top_ids[i] = G_MAXUINT32;

  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sonde_live_header_set_session (SondeLiveHeader *self,
                               SondeSession    *session)
{
  g_return_if_fail (SONDE_IS_LIVE_HEADER (self));

  g_set_object (&self->session, session);
  sonde_thread_picker_set_session (self->picker, session);
}

void
sonde_live_header_set_process (SondeLiveHeader *self,
                               SondeProcess    *process)
{
  g_autoptr(SondeAppIcons) icons = NULL;
  g_autoptr(GIcon) icon = NULL;

  g_return_if_fail (SONDE_IS_LIVE_HEADER (self));
  g_return_if_fail (process != NULL);

  sonde_process_ref (process);
  g_clear_pointer (&self->process, sonde_process_unref);
  self->process = process;

  set_text (self->name, process->name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), process->command_line);

  icons = sonde_app_icons_new ();
  icon = sonde_app_icons_find (icons, process);
  if (icon != NULL)
    gtk_image_set_from_gicon (self->icon, icon);
}

void
sonde_live_header_refresh (SondeLiveHeader *self)
{
  SondeSnapshot *snapshot;

  g_return_if_fail (SONDE_IS_LIVE_HEADER (self));

  snapshot = sonde_session_get_snapshot (self->session);
  if (snapshot == NULL)
    return;

  if (self->process == NULL && snapshot->program != NULL)
    set_text (self->name, sonde_place_get_basename (snapshot->program));

  refresh_facts (self, snapshot);
  refresh_rate (self, snapshot);
  refresh_efficiency (self, snapshot);
  refresh_states (self, snapshot);
  refresh_gil (self, snapshot);
  refresh_gc (self, snapshot);
  refresh_functions (self, snapshot);
  refresh_top (self, snapshot);
  sonde_thread_picker_refresh (self->picker);
}
