/* live-page-views.c: what the live page looks at: which samples, which functions, how often
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/live-page-private.h"

#include <glib/gi18n.h>

#include "widgets/format.h"

static const char *const modes[] = {
  [SONDE_MODE_CPU] = "cpu",
  [SONDE_MODE_RUNNING] = "running",
  [SONDE_MODE_WALL] = "wall",
  [SONDE_MODE_GIL] = "gil",
};

static const char *const kinds_of_frames[SONDE_N_FRAMES] = {
  [SONDE_FRAMES_NATIVE] = "native",
  [SONDE_FRAMES_PYTHON] = "python",
  [SONDE_FRAMES_BOTH] = "both",
};

/* The place of @word among @words; @n_words if it is none of them. */
static guint
find_word (const char *const *words,
           guint              n_words,
           const char        *word)
{
  guint i = 0;

  while (i < n_words && !g_str_equal (words[i], word))
    i++;

  return i;
}

static void
change_state (SondeLivePage *self,
              const char    *action,
              const char    *word)
{
  g_action_group_change_action_state (G_ACTION_GROUP (self->actions), action,
                                      g_variant_new_string (word));
}

static gboolean
has_gil (SondeLivePage *self)
{
  const SondeSnapshot *snapshot = sonde_session_get_snapshot (self->session);

  return snapshot != NULL && snapshot->has_gil;
}

static gboolean
is_readable (SondeLivePage *self)
{
  const SondeSnapshot *snapshot = sonde_session_get_snapshot (self->session);

  return snapshot != NULL && snapshot->is_readable;
}

/* The lock is no mode to begin with in the next program, which may have none. */
static void
mode_changed (GSimpleAction *action,
              GVariant      *value,
              gpointer       user_data)
{
  SondeLivePage *self = SONDE_LIVE_PAGE (user_data);
  const char *word = g_variant_get_string (value, NULL);
  guint mode = find_word (modes, G_N_ELEMENTS (modes), word);

  if (mode == G_N_ELEMENTS (modes) || (mode == SONDE_MODE_GIL && !has_gil (self)))
    return;

  sonde_session_set_mode (self->session, mode);
  if (mode != SONDE_MODE_GIL)
    g_settings_set_string (self->settings, "mode", word);
  g_simple_action_set_state (action, value);
  sonde_live_page_refresh (self);
}

static void
next_mode_activated (GSimpleAction *action,
                     GVariant      *parameter,
                     gpointer       user_data)
{
  SondeLivePage *self = SONDE_LIVE_PAGE (user_data);
  guint n_modes = has_gil (self) ? G_N_ELEMENTS (modes) : SONDE_MODE_WALL + 1;
  guint next = (sonde_session_get_query (self->session)->mode + 1) % n_modes;

  change_state (self, "mode", modes[next]);
}

static void
frames_changed (GSimpleAction *action,
                GVariant      *value,
                gpointer       user_data)
{
  SondeLivePage *self = SONDE_LIVE_PAGE (user_data);
  guint frames = find_word (kinds_of_frames, SONDE_N_FRAMES, g_variant_get_string (value, NULL));

  if (frames == SONDE_N_FRAMES)
    return;

  if (!is_readable (self))
    {
      sonde_live_page_say (self, _("There are only native functions to see in this process"));
      return;
    }

  sonde_session_set_frames (self->session, frames);
  g_simple_action_set_state (action, value);
  sonde_live_page_refresh (self);
}

static void
rate_changed (GSimpleAction *action,
              GVariant      *value,
              gpointer       user_data)
{
  SondeLivePage *self = SONDE_LIVE_PAGE (user_data);
  double rate_hz = (double) g_variant_get_int32 (value);

  if (rate_hz < SONDE_RATE_HZ_MIN || rate_hz > SONDE_RATE_HZ_MAX)
    return;

  sonde_session_set_rate_hz (self->session, rate_hz);
  g_settings_set_int (self->settings, "rate", g_variant_get_int32 (value));
  g_simple_action_set_state (action, value);
  sonde_live_page_refresh (self);
}

/* Not for the next program: most have no tasks, and those that have cost more to look at. */
static void
tasks_changed (GSimpleAction *action,
               GVariant      *value,
               gpointer       user_data)
{
  SondeLivePage *self = SONDE_LIVE_PAGE (user_data);

  sonde_session_set_with_tasks (self->session, g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

static const GActionEntry entries[] = {
  { .name = "frames", .parameter_type = "s", .state = "'native'", .change_state = frames_changed },
  { .name = "mode", .parameter_type = "s", .state = "'cpu'", .change_state = mode_changed },
  { .name = "next-mode", .activate = next_mode_activated },
  { .name = "rate", .parameter_type = "i", .state = "1000", .change_state = rate_changed },
  { .name = "tasks", .state = "false", .change_state = tasks_changed },
};

void
sonde_live_page_init_views (SondeLivePage *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);

  g_action_group_change_action_state (G_ACTION_GROUP (self->actions), "mode",
                                      g_settings_get_value (self->settings, "mode"));
  g_action_group_change_action_state (G_ACTION_GROUP (self->actions), "rate",
                                      g_settings_get_value (self->settings, "rate"));
}

static void
refresh_subtitle (SondeLivePage       *self,
                  const SondeSnapshot *snapshot)
{
  SondeMode mode = sonde_session_get_query (self->session)->mode;
  gboolean is_peek = snapshot->frames == SONDE_FRAMES_PYTHON &&
                     snapshot->hindrance == SONDE_HINDRANCE_NONE;
  double rate_hz = sonde_session_get_rate_hz (self->session);
  g_autofree char *subtitle = NULL;
  SondeText rate;

  sonde_format_rate (rate, rate_hz);
  /* Translators: the mode, the way samples are taken ("peek" or "stop"), the rate asked for */
  subtitle = g_strdup_printf (_("%s · %s · %s Hz"), sonde_format_mode (mode),
                              is_peek ? "peek" : "stop", rate);
  if (g_strcmp0 (adw_window_title_get_subtitle (self->title), subtitle) != 0)
    adw_window_title_set_subtitle (self->title, subtitle);
}

/* The buttons show what was asked for, or what the engine has chosen if nothing was. */
static void
refresh_frames (SondeLivePage       *self,
                const SondeSnapshot *snapshot)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "frames");
  SondeFrames frames = sonde_session_get_query (self->session)->frames;
  GVariant *state;

  if (frames == SONDE_FRAMES_AUTO)
    frames = snapshot->frames;

  state = g_variant_new_string (kinds_of_frames[frames]);
  g_simple_action_set_state (G_SIMPLE_ACTION (action), state);
  gtk_widget_set_visible (GTK_WIDGET (self->frames_box), snapshot->is_readable);
}

static void
refresh_tasks (SondeLivePage       *self,
               const SondeSnapshot *snapshot)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "tasks");
  gboolean can_follow = snapshot->has_tasks && snapshot->frames == SONDE_FRAMES_PYTHON &&
                        snapshot->state == SONDE_SESSION_SAMPLING;

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), can_follow);
}

/* Offers what this process has, and says what is looked at. */
void
sonde_live_page_refresh_views (SondeLivePage       *self,
                               const SondeSnapshot *snapshot)
{
  gboolean has_no_gil = snapshot->state == SONDE_SESSION_SAMPLING && !snapshot->is_readable;

  if (has_no_gil && sonde_session_get_query (self->session)->mode == SONDE_MODE_GIL)
    change_state (self, "mode", modes[SONDE_MODE_CPU]);

  refresh_frames (self, snapshot);
  refresh_tasks (self, snapshot);
  refresh_subtitle (self, snapshot);
}
