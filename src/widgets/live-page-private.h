/* live-page-private.h: what live-page.c, live-page-actions.c and live-page-views.c share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "widgets/banner.h"
#include "widgets/live-footer.h"
#include "widgets/live-header.h"
#include "widgets/live-page.h"
#include "widgets/live-table.h"

G_BEGIN_DECLS

struct _SondeLivePage
{
  GtkWidget           parent_instance;

  /* Owned */
  SondeSession       *session;
  GSimpleActionGroup *actions;
  GSettings          *settings;
  GtkEventController *keys;          /* on the window while the page is shown */
  char               *filter_before; /* what Esc goes back to */
  GCancellable       *lookup;        /* of the process's identity, NULL before the first */

  pid_t               last_scope;    /* the thread that "t" goes back to */
  guint               exec_count;
  gint64              waiting_us;    /* since when there is nothing of Python; 0 if there is */

  /* Template children */
  GtkLabel           *advice;
  SondeBanner        *banner;
  GMenu              *columns_menu;
  GtkStack           *contents;
  GtkSearchEntry     *filter_entry;
  SondeLiveFooter    *footer;
  GtkBox             *frames_box;
  SondeLiveHeader    *header;
  AdwStatusPage      *idle_page;
  AdwStatusPage      *no_match_page;
  AdwStatusPage      *obstacle_page;
  GtkBox             *pane_box;
  GtkSearchBar       *search_bar;
  GtkToggleButton    *search_button;
  GtkStack           *states;
  SondeLiveTable     *table;
  AdwWindowTitle     *title;
  AdwToastOverlay    *toasts;
};

/* live-page.c */
void     sonde_live_page_refresh         (SondeLivePage   *self);
void     sonde_live_page_say             (SondeLivePage   *self,
                                          const char      *text);

/* live-page-actions.c */
void     sonde_live_page_init_actions    (SondeLivePage   *self);
/* When there is no process to act upon. */
void     sonde_live_page_disable_actions (SondeLivePage   *self);
/* When sampling is over. */
void     sonde_live_page_disable_stop    (SondeLivePage   *self);
void     sonde_live_page_open_filter     (SondeLivePage   *self);
void     sonde_live_page_close_filter    (SondeLivePage   *self,
                                          gboolean         keep);
void     sonde_live_page_apply_filter    (SondeLivePage   *self);
gboolean sonde_live_page_handle_key      (SondeLivePage   *self,
                                          guint            keyval,
                                          GdkModifierType  modifiers);

/* live-page-views.c */
void     sonde_live_page_init_views      (SondeLivePage       *self);
void     sonde_live_page_refresh_views   (SondeLivePage       *self,
                                          const SondeSnapshot *snapshot);

G_END_DECLS
