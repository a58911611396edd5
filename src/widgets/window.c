/* window.c: the one window: the list of processes, and the live view of one
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/window.h"

#include <fcntl.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "base/job-control.h"
#include "model/run-request.h"
#include "widgets/live-page.h"
#include "widgets/output-pane.h"
#include "widgets/process-page.h"
#include "widgets/stack.h"

struct _SondeWindow
{
  AdwApplicationWindow  parent_instance;

  /* Owned */
  GSettings            *settings;
  SondeJobControl      *job;

  /* Borrowed from pages, and its session from that; NULL while the list is shown */
  SondeLivePage        *live_page;
  SondeSession         *session;

  pid_t                 pid; /* what was attached to last; 0 for a program that was started */
  guint64               start_ticks; /* when that began; 0 if any process may have the id */

  /* Template children */
  GtkStack             *pages;
  SondeProcessPage     *process_page;
  AdwToastOverlay      *toasts;
};

G_DEFINE_FINAL_TYPE (SondeWindow, sonde_window, ADW_TYPE_APPLICATION_WINDOW)

static void
drop_live_page (SondeWindow *self)
{
  if (self->live_page == NULL)
    return;

  self->session = NULL;
  gtk_stack_remove (self->pages, GTK_WIDGET (self->live_page));
  self->live_page = NULL;
}

static void
show_session (SondeWindow  *self,
              SondeSession *session)
{
  GtkWidget *page = sonde_live_page_new (session);

  drop_live_page (self);
  gtk_stack_add_named (self->pages, page, "live");
  self->live_page = SONDE_LIVE_PAGE (page);
  self->session = session;
  sonde_stack_show (self->pages, "live");
}

/* Who started us from a terminal may press Ctrl+Z there. */
static void
on_suspend_cb (gpointer data)
{
  SondeWindow *self = data;

  if (self->session != NULL)
    sonde_session_suspend (self->session);
}

static void
on_resume_cb (gpointer data)
{
  SondeWindow *self = data;

  if (self->session != NULL)
    sonde_session_resume (self->session);
}

static void
back_activated (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SondeWindow *self = SONDE_WINDOW (widget);

  sonde_stack_show (self->pages, "list");
  drop_live_page (self);
}

static void
try_again_activated (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  SondeWindow *self = SONDE_WINDOW (widget);

  if (self->pid != 0)
    {
      sonde_window_attach (self, self->pid, self->start_ticks);
      return;
    }

  /* The user may want to change what was to be started. */
  back_activated (widget, NULL, NULL);
  sonde_process_page_show_run (self->process_page);
}

static void
on_process_chosen_cb (SondeWindow *self,
                      int          pid,
                      guint64      start_ticks)
{
  sonde_window_attach (self, (pid_t) pid, start_ticks);
}

static void
on_run_requested_cb (SondeWindow     *self,
                     SondeRunRequest *request)
{
  sonde_window_launch (self, sonde_run_request_get_argv (request),
                       sonde_run_request_get_envp (request),
                       sonde_run_request_get_directory (request));
}

static void
save_size (SondeWindow *self)
{
  int width;
  int height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (self->settings, "window-width", width);
  g_settings_set_int (self->settings, "window-height", height);
  g_settings_set_boolean (self->settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
}

static gboolean
sonde_window_close_request (GtkWindow *window)
{
  SondeWindow *self = SONDE_WINDOW (window);

  save_size (self);
  drop_live_page (self);

  return GTK_WINDOW_CLASS (sonde_window_parent_class)->close_request (window);
}

static void
sonde_window_dispose (GObject *object)
{
  SondeWindow *self = SONDE_WINDOW (object);

  g_clear_pointer (&self->job, sonde_job_control_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), SONDE_TYPE_WINDOW);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (sonde_window_parent_class)->dispose (object);
}

static void
sonde_window_class_init (SondeWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = sonde_window_close_request;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/window.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, SondeWindow, process_page);
  gtk_widget_class_bind_template_child (widget_class, SondeWindow, toasts);
  gtk_widget_class_bind_template_callback (widget_class, on_process_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_run_requested_cb);

  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_activated);
  gtk_widget_class_install_action (widget_class, "win.try-again", NULL, try_again_activated);

  g_type_ensure (SONDE_TYPE_PROCESS_PAGE);
}

static void
sonde_window_init (SondeWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->job = sonde_job_control_new (on_suspend_cb, on_resume_cb, self);
  self->settings = g_settings_new (SONDE_APPLICATION_ID);
  gtk_window_set_default_size (GTK_WINDOW (self),
                               g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

GtkWidget *
sonde_window_new (GtkApplication *application)
{
  return g_object_new (SONDE_TYPE_WINDOW, "application", application, NULL);
}

void
sonde_window_attach (SondeWindow *self,
                     pid_t        pid,
                     guint64      start_ticks)
{
  g_autoptr(SondeSession) session = NULL;

  g_return_if_fail (SONDE_IS_WINDOW (self));

  self->pid = pid;
  self->start_ticks = start_ticks;
  session = sonde_session_new_attach (pid, start_ticks);
  show_session (self, session);
}

void
sonde_window_launch (SondeWindow *self,
                     char       **argv,
                     char       **envp,
                     const char  *directory)
{
  g_autoptr(SondeSession) session = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *owned_directory = g_strdup (directory);
  SondeLaunch launch = { .argv = argv, .envp = envp, .null_input = TRUE };
  GtkWidget *pane;
  int fds[2];

  g_return_if_fail (SONDE_IS_WINDOW (self));
  g_return_if_fail (argv != NULL && argv[0] != NULL);

  if (!g_unix_open_pipe (fds, FD_CLOEXEC, &error))
    {
      sonde_window_say (self, error->message);
      return;
    }

  launch.directory = owned_directory;
  launch.output_fd = fds[1];
  self->pid = 0;
  session = sonde_session_new_launch (&launch);
  show_session (self, session);

  /* The reader of the output waits for the last writer. */
  close (fds[1]);
  pane = sonde_output_pane_new ();
  sonde_output_pane_set_fd (SONDE_OUTPUT_PANE (pane), fds[0]);
  sonde_live_page_set_pane (self->live_page, pane);
}

void
sonde_window_say (SondeWindow *self,
                  const char  *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);
  AdwToast *toast;

  g_return_if_fail (SONDE_IS_WINDOW (self));

  toast = adw_toast_new (markup);
  adw_toast_set_timeout (toast, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}
