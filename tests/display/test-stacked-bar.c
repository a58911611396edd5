/* test-stacked-bar.c: how much room a bar and its legend ask for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/display.h"
#include "widgets/stacked-bar.h"

static int
measure (GtkWidget      *bar,
         GtkOrientation  orientation,
         int             for_size)
{
  int minimum;

  gtk_widget_measure (bar, orientation, for_size, &minimum, NULL, NULL, NULL);

  return minimum;
}

/* The height for a width is enough for that width, and none is less than the height for any. GTK
 * 4.18 warns where it is.
 */
static void
test_stacked_bar_room (void)
{
  GtkWidget *bar = g_object_ref_sink (g_object_new (SONDE_TYPE_STACKED_BAR, NULL));
  int narrowest = measure (bar, GTK_ORIENTATION_HORIZONTAL, -1);
  int lowest = measure (bar, GTK_ORIENTATION_VERTICAL, -1);
  int least = G_MAXINT;

  for (int width = narrowest; width <= 400; width++)
    {
      int height = measure (bar, GTK_ORIENTATION_VERTICAL, width);

      least = MIN (least, height);
      g_assert_cmpint (measure (bar, GTK_ORIENTATION_HORIZONTAL, height), <=, width);
    }

  g_assert_cmpint (lowest, ==, least);
  g_assert_cmpint (measure (bar, GTK_ORIENTATION_VERTICAL, narrowest), >, lowest);
  g_assert_cmpint (measure (bar, GTK_ORIENTATION_HORIZONTAL, lowest), >, narrowest);

  g_assert_finalize_object (bar);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/widgets/stacked-bar/room", test_stacked_bar_room);
  return g_test_run ();
}
