/* test-share-cell.c: a number in a table, as it is drawn
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/display.h"
#include "widgets/share-cell.h"

/* What the cell draws: (transfer full). */
static GBytes *
draw (GtkWidget *cell)
{
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new (cell);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr(GskRenderNode) node = NULL;

  display_run (50);
  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (cell),
                          gtk_widget_get_height (cell));
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);

  return gsk_render_node_serialize (node);
}

/* Figures that stand still, as those of a program that has ended, stay as they are when colours
 * change and come back.
 */
static void
test_share_cell_colors (void)
{
  GtkWidget *cell = sonde_share_cell_new ();
  GtkWindow *window = display_show (cell);
  g_autoptr(GBytes) empty = NULL;
  g_autoptr(GBytes) before = NULL;
  g_autoptr(GBytes) other = NULL;
  g_autoptr(GBytes) after = NULL;

  sonde_share_cell_set (SONDE_SHARE_CELL (cell), "12.3", "", 0.123, FALSE);
  empty = draw (cell);
  sonde_share_cell_set (SONDE_SHARE_CELL (cell), "12.3", "±4.5", 0.123, FALSE);
  before = draw (cell);
  g_assert_false (g_bytes_equal (before, empty));

  gtk_widget_add_css_class (cell, "error");
  other = draw (cell);
  g_assert_false (g_bytes_equal (before, other));

  gtk_widget_remove_css_class (cell, "error");
  after = draw (cell);
  g_assert_true (g_bytes_equal (before, after));

  display_close (window);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/widgets/share-cell/colors", test_share_cell_colors);
  return g_test_run ();
}
