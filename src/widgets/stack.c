/* stack.c: shows one page of a stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/stack.h"

void
sonde_stack_show (GtkStack   *stack,
                  const char *name)
{
  g_autoptr(GtkSelectionModel) pages = NULL;
  GtkWidget *wanted;

  g_return_if_fail (GTK_IS_STACK (stack));

  wanted = gtk_stack_get_child_by_name (stack, name);
  g_return_if_fail (wanted != NULL);

  if (gtk_stack_get_visible_child (stack) != wanted)
    {
      gtk_widget_set_visible (wanted, TRUE);
      gtk_stack_set_visible_child (stack, wanted);
    }

  pages = gtk_stack_get_pages (stack);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (pages)); i++)
    {
      g_autoptr(GObject) page = g_list_model_get_item (G_LIST_MODEL (pages), i);
      GtkWidget *child = gtk_stack_page_get_child (GTK_STACK_PAGE (page));

      gtk_widget_set_visible (child, child == wanted);
    }
}
