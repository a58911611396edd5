/* live-page-actions.c: what the live page can be told to do, by menu, button and key
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/live-page-private.h"

#include <glib/gi18n.h>

#define HELD_MASK (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)

/* A key, and what it does; one alone only while no text field has the focus. */
typedef struct
{
  guint           keyval;
  GdkModifierType held;
  const char     *action; /* in detail */
} Key;

static const Key keys[] = {
  { GDK_KEY_s,           0, "session.next-column" },
  { GDK_KEY_S,           0, "session.previous-column" },
  { GDK_KEY_p,           0, "session.pause" },
  { GDK_KEY_space,       0, "session.pause" },
  { GDK_KEY_r,           0, "session.reset" },
  { GDK_KEY_r,           GDK_CONTROL_MASK, "session.reset" },
  { GDK_KEY_w,           0, "session.next-mode" },
  { GDK_KEY_1,           GDK_ALT_MASK, "session.frames::python" },
  { GDK_KEY_2,           GDK_ALT_MASK, "session.frames::native" },
  { GDK_KEY_3,           GDK_ALT_MASK, "session.frames::both" },
  { GDK_KEY_slash,       0, "session.filter" },
  { GDK_KEY_KP_Divide,   0, "session.filter" },
  { GDK_KEY_f,           GDK_CONTROL_MASK, "session.filter" },
  { GDK_KEY_c,           0, "session.clear-filter" },
  { GDK_KEY_Escape,      0, "session.clear-filter" },
  { GDK_KEY_t,           0, "session.toggle-thread" },
  { GDK_KEY_Left,        0, "session.previous-thread" },
  { GDK_KEY_Right,       0, "session.next-thread" },
  { GDK_KEY_plus,        0, "session.faster" },
  { GDK_KEY_KP_Add,      0, "session.faster" },
  { GDK_KEY_minus,       0, "session.slower" },
  { GDK_KEY_KP_Subtract, 0, "session.slower" },
  { GDK_KEY_h,           0, "win.show-help-overlay" },
  { GDK_KEY_question,    0, "win.show-help-overlay" },
  { GDK_KEY_q,           0, "win.back" },
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

  if (gtk_search_bar_get_search_mode (self->search_bar))
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->filter_entry));
      return;
    }

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
  { .name = "next-column", .activate = next_column_activated },
  { .name = "next-thread", .activate = next_thread_activated },
  { .name = "pause", .state = "false", .change_state = pause_changed },
  { .name = "previous-column", .activate = previous_column_activated },
  { .name = "previous-thread", .activate = previous_thread_activated },
  { .name = "reset", .activate = reset_activated },
  { .name = "slower", .activate = slower_activated },
  { .name = "stop", .activate = stop_activated },
  { .name = "toggle-thread", .activate = toggle_thread_activated },
};

void
sonde_live_page_init_actions (SondeLivePage *self)
{
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "session", G_ACTION_GROUP (self->actions));
  sonde_live_page_init_views (self);
}

void
sonde_live_page_disable_actions (SondeLivePage *self)
{
  GActionMap *map = G_ACTION_MAP (self->actions);
  g_auto(GStrv) names = g_action_group_list_actions (G_ACTION_GROUP (self->actions));

  for (guint i = 0; names[i] != NULL; i++)
    {
      GAction *action = g_action_map_lookup_action (map, names[i]);

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

static gboolean
activate_detailed (SondeLivePage *self,
                   const char    *detailed_name)
{
  g_autofree char *name = NULL;
  g_autoptr(GVariant) target = NULL;

  if (!g_action_parse_detailed_name (detailed_name, &name, &target, NULL))
    g_return_val_if_reached (GDK_EVENT_PROPAGATE);

  return gtk_widget_activate_action_variant (GTK_WIDGET (self), name, target);
}

gboolean
sonde_live_page_handle_key (SondeLivePage   *self,
                            guint            keyval,
                            GdkModifierType  modifiers)
{
  GdkModifierType held = modifiers & HELD_MASK;

  /* With Caps Lock too. */
  if (held != 0)
    keyval = gdk_keyval_to_lower (keyval);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].keyval == keyval && keys[i].held == held)
      {
        if (held == 0 && focus_wants_key (self, keyval))
          return GDK_EVENT_PROPAGATE;

        return activate_detailed (self, keys[i].action);
      }

  return GDK_EVENT_PROPAGATE;
}
