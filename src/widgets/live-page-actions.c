/* live-page-actions.c: what the live page can be told to do, by menu, button and key
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/live-page-private.h"

#include <glib/gi18n.h>

/* A key that works while no text field has the focus. */
typedef struct
{
  guint       keyval;
  const char *action;
} Key;

static const Key keys[] = {
  { GDK_KEY_s,           "session.next-column" },
  { GDK_KEY_S,           "session.previous-column" },
  { GDK_KEY_p,           "session.pause" },
  { GDK_KEY_space,       "session.pause" },
  { GDK_KEY_r,           "session.reset" },
  { GDK_KEY_w,           "session.toggle-mode" },
  { GDK_KEY_slash,       "session.filter" },
  { GDK_KEY_KP_Divide,   "session.filter" },
  { GDK_KEY_c,           "session.clear-filter" },
  { GDK_KEY_Escape,      "session.clear-filter" },
  { GDK_KEY_t,           "session.toggle-thread" },
  { GDK_KEY_Left,        "session.previous-thread" },
  { GDK_KEY_Right,       "session.next-thread" },
  { GDK_KEY_plus,        "session.faster" },
  { GDK_KEY_KP_Add,      "session.faster" },
  { GDK_KEY_minus,       "session.slower" },
  { GDK_KEY_KP_Subtract, "session.slower" },
  { GDK_KEY_h,           "win.show-help-overlay" },
  { GDK_KEY_question,    "win.show-help-overlay" },
  { GDK_KEY_q,           "win.back" },
};

static SondeLivePage *
page_of (gpointer user_data)
{
  return SONDE_LIVE_PAGE (user_data);
}

/* Filter */

void
sonde_live_page_open_filter (SondeLivePage *self)
{
  const char *filter = sonde_session_get_query (self->session)->filter;

  g_free (self->filter_before);
  self->filter_before = g_strdup (filter != NULL ? filter : "");

  gtk_editable_set_text (GTK_EDITABLE (self->filter_entry), self->filter_before);
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->filter_entry));
}

/* @keep: what is typed becomes the filter; else it is what it was before. */
void
sonde_live_page_close_filter (SondeLivePage *self,
                              gboolean       keep)
{
  if (!keep)
    gtk_editable_set_text (GTK_EDITABLE (self->filter_entry), self->filter_before);

  sonde_live_page_apply_filter (self);
  gtk_search_bar_set_search_mode (self->search_bar, FALSE);

  /* The entry must lose the focus, or it would go on taking the keys unseen. */
  gtk_root_set_focus (gtk_widget_get_root (GTK_WIDGET (self)), NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->table));
}

/* An unfinished expression is marked and filters nothing. */
void
sonde_live_page_apply_filter (SondeLivePage *self)
{
  GtkWidget *entry = GTK_WIDGET (self->filter_entry);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));
  gboolean valid = sonde_session_set_filter (self->session, text);

  if (valid)
    gtk_widget_remove_css_class (entry, "error");
  else
    gtk_widget_add_css_class (entry, "error");

  gtk_widget_set_tooltip_text (entry, valid ? NULL
                                     : _("Not a whole regular expression: it filters nothing"));
  gtk_accessible_update_state (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_STATE_INVALID,
                               valid ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
  sonde_live_page_refresh (self);
}

static void
filter_activated (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  sonde_live_page_open_filter (page_of (user_data));
}

static void
clear_filter_activated (GSimpleAction *action,
                        GVariant      *parameter,
                        gpointer       user_data)
{
  SondeLivePage *self = page_of (user_data);

  gtk_editable_set_text (GTK_EDITABLE (self->filter_entry), "");
  sonde_live_page_apply_filter (self);
}

/* Sampling */

static void
pause_changed (GSimpleAction *action,
               GVariant      *value,
               gpointer       user_data)
{
  SondeLivePage *self = page_of (user_data);

  sonde_session_set_paused (self->session, g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
  sonde_live_page_refresh (self);
}

static void
reset_activated (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  SondeLivePage *self = page_of (user_data);

  if (!sonde_session_reset (self->session))
    sonde_live_page_say (self, _("Sampling is over: nothing would come after a reset"));
}

static void
stop_activated (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  sonde_session_stop (page_of (user_data)->session);
}

static void
mode_changed (GSimpleAction *action,
              GVariant      *value,
              gpointer       user_data)
{
  SondeLivePage *self = page_of (user_data);
  const char *mode = g_variant_get_string (value, NULL);

  if (!g_str_equal (mode, "cpu") && !g_str_equal (mode, "wall"))
    return;

  sonde_session_set_mode (self->session,
                          g_str_equal (mode, "cpu") ? SONDE_MODE_CPU : SONDE_MODE_WALL);
  g_settings_set_string (self->settings, "mode", mode);
  g_simple_action_set_state (action, value);
  sonde_live_page_refresh (self);
}

static void
toggle_mode_activated (GSimpleAction *action,
                       GVariant      *parameter,
                       gpointer       user_data)
{
  SondeLivePage *self = page_of (user_data);
  gboolean is_cpu = sonde_session_get_query (self->session)->mode == SONDE_MODE_CPU;

  g_action_group_change_action_state (G_ACTION_GROUP (self->actions), "mode",
                                      g_variant_new_string (is_cpu ? "wall" : "cpu"));
}

static void
rate_changed (GSimpleAction *action,
              GVariant      *value,
              gpointer       user_data)
{
  SondeLivePage *self = page_of (user_data);
  double rate_hz = (double) g_variant_get_int32 (value);

  if (rate_hz < SONDE_RATE_HZ_MIN || rate_hz > SONDE_RATE_HZ_MAX)
    return;

  sonde_session_set_rate_hz (self->session, rate_hz);
  g_settings_set_int (self->settings, "rate", g_variant_get_int32 (value));
  g_simple_action_set_state (action, value);
  sonde_live_page_refresh (self);
}

/* Display */

static void
change_interval (SondeLivePage *self,
                 int            step_ms)
{
  int wanted = (int) sonde_session_get_interval_ms (self->session) + step_ms;

  if (wanted < SONDE_INTERVAL_MS_MIN)
    sonde_live_page_say (self, _("The display cannot be refreshed more often"));
  else if (wanted > SONDE_INTERVAL_MS_MAX)
    sonde_live_page_say (self, _("The display cannot be refreshed less often"));
  else
    sonde_session_set_interval_ms (self->session, (guint) wanted);

  sonde_live_page_refresh (self);
}

static void
faster_activated (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  change_interval (page_of (user_data), -SONDE_INTERVAL_MS_STEP);
}

static void
slower_activated (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  change_interval (page_of (user_data), SONDE_INTERVAL_MS_STEP);
}

static void
next_column_activated (GSimpleAction *action,
                       GVariant      *parameter,
                       gpointer       user_data)
{
  sonde_live_table_step_sort (page_of (user_data)->table, 1);
  sonde_live_page_refresh (page_of (user_data));
}

static void
previous_column_activated (GSimpleAction *action,
                           GVariant      *parameter,
                           gpointer       user_data)
{
  sonde_live_table_step_sort (page_of (user_data)->table, -1);
  sonde_live_page_refresh (page_of (user_data));
}

/* Threads */

static void
step_thread (SondeLivePage *self,
             int            step)
{
  SondeThreadList *threads = sonde_session_get_threads (self->session);
  pid_t scope = sonde_session_get_query (self->session)->scope_tid;
  pid_t next = sonde_thread_list_find_neighbour (threads, scope, step);

  if (next == scope)
    {
      sonde_live_page_say (self, next == 0 ? _("No thread has been seen yet")
                                           : _("This is the only thread"));
      return;
    }

  sonde_session_set_scope (self->session, next);
  sonde_live_page_refresh (self);
}

static void
next_thread_activated (GSimpleAction *action,
                       GVariant      *parameter,
                       gpointer       user_data)
{
  step_thread (page_of (user_data), 1);
}

static void
previous_thread_activated (GSimpleAction *action,
                           GVariant      *parameter,
                           gpointer       user_data)
{
  step_thread (page_of (user_data), -1);
}

static void
toggle_thread_activated (GSimpleAction *action,
                         GVariant      *parameter,
                         gpointer       user_data)
{
  SondeLivePage *self = page_of (user_data);
  pid_t scope = sonde_session_get_query (self->session)->scope_tid;

  if (scope == 0 && self->last_scope == 0)
    {
      step_thread (self, 1);
      return;
    }

  sonde_session_set_scope (self->session, scope == 0 ? self->last_scope : 0);
  self->last_scope = scope;
  sonde_live_page_refresh (self);
}

static const GActionEntry entries[] = {
  { .name = "clear-filter", .activate = clear_filter_activated },
  { .name = "faster", .activate = faster_activated },
  { .name = "filter", .activate = filter_activated },
  { .name = "mode", .parameter_type = "s", .state = "'cpu'", .change_state = mode_changed },
  { .name = "next-column", .activate = next_column_activated },
  { .name = "next-thread", .activate = next_thread_activated },
  { .name = "pause", .state = "false", .change_state = pause_changed },
  { .name = "previous-column", .activate = previous_column_activated },
  { .name = "previous-thread", .activate = previous_thread_activated },
  { .name = "rate", .parameter_type = "i", .state = "1000", .change_state = rate_changed },
  { .name = "reset", .activate = reset_activated },
  { .name = "slower", .activate = slower_activated },
  { .name = "stop", .activate = stop_activated },
  { .name = "toggle-mode", .activate = toggle_mode_activated },
  { .name = "toggle-thread", .activate = toggle_thread_activated },
};

void
sonde_live_page_init_actions (SondeLivePage *self)
{
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "session", G_ACTION_GROUP (self->actions));

  g_action_group_change_action_state (G_ACTION_GROUP (self->actions), "mode",
                                      g_settings_get_value (self->settings, "mode"));
  g_action_group_change_action_state (G_ACTION_GROUP (self->actions), "rate",
                                      g_settings_get_value (self->settings, "rate"));
}

void
sonde_live_page_disable_actions (SondeLivePage *self)
{
  GActionMap *map = G_ACTION_MAP (self->actions);

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      GAction *action = g_action_map_lookup_action (map, entries[i].name);

      g_simple_action_set_enabled (G_SIMPLE_ACTION (action), FALSE);
    }
}

void
sonde_live_page_disable_stop (SondeLivePage *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "stop");

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), FALSE);
}

/* Whether the focused widget has a use of its own for @keyval. */
static gboolean
focus_wants_key (SondeLivePage *self,
                 guint          keyval)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  if (focus == NULL)
    return FALSE;

  if (GTK_IS_TEXT (focus) || GTK_IS_TEXT_VIEW (focus) || GTK_IS_LABEL (focus) ||
      gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER) != NULL)
    return TRUE;

  /* The space bar presses a button that the keyboard has gone to. */
  return keyval == GDK_KEY_space && GTK_IS_BUTTON (focus);
}

gboolean
sonde_live_page_handle_key (SondeLivePage   *self,
                            guint            keyval,
                            GdkModifierType  modifiers)
{
  if ((modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].keyval == keyval)
      {
        if (focus_wants_key (self, keyval))
          return GDK_EVENT_PROPAGATE;

        return gtk_widget_activate_action (GTK_WIDGET (self), keys[i].action, NULL);
      }

  return GDK_EVENT_PROPAGATE;
}
