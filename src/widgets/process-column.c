/* process-column.c: the columns of the list of processes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every cell is a GtkInscription: its size follows from a number of characters and
 * never from its text, so that new figures change pixels and no layout.
 */

#include "config.h"

#include "widgets/process-column.h"

#include <glib/gi18n.h>

#include "model/process-row.h"

#define ICON_SIZE 24
#define GENERIC_ICON_SIZE 16
#define GENERIC_ICON "application-x-executable-symbolic"
#define OBSTACLE_ICON "changes-prevent-symbolic"

typedef struct
{
  const char *title;
  const char *property; /* of the row; what its cells show */
  guint       chars;
  gboolean    figure;
} Description;

static const Description descriptions[SONDE_N_PROCESS_COLUMNS] = {
  [SONDE_PROCESS_COLUMN_NAME] = { N_("Name"), "process", 18, FALSE },
  [SONDE_PROCESS_COLUMN_PID] = { N_("PID"), "process", 7, TRUE },
  [SONDE_PROCESS_COLUMN_USER] = { N_("User"), "process", 9, FALSE },
  [SONDE_PROCESS_COLUMN_CPU] = { N_("CPU %"), "cpu-share", 6, TRUE },
  [SONDE_PROCESS_COLUMN_MEMORY] = { N_("Memory"), "memory-bytes", 9, TRUE },
  [SONDE_PROCESS_COLUMN_THREADS] = { N_("Threads"), "thread-count", 6, TRUE },
  [SONDE_PROCESS_COLUMN_RUNTIME] = { N_("Runtime"), "process", 11, FALSE },
  [SONDE_PROCESS_COLUMN_COMMAND_LINE] = { N_("Command Line"), "process", 24, FALSE },
};

/* What the signal handlers of one column share. */
typedef struct
{
  SondeProcessColumn  column;
  SondeAppIcons      *icons; /* borrowed */
} Context;

/* The widgets of one cell; the icons are those of the name's cell only. */
typedef struct
{
  const Context   *context;
  SondeProcessRow *row;         /* borrowed, while bound */
  gulong           handler_id;
  GtkInscription  *text;
  GtkImage        *icon;
  GtkImage        *obstacle;
} Cell;

/* --- Order --- */

static int
compare_numbers (guint64 a,
                 guint64 b)
{
  return (a > b) - (a < b);
}

static int
compare_texts (const char *a,
               const char *b)
{
  g_autofree char *left = g_utf8_casefold (a, -1);
  g_autofree char *right = g_utf8_casefold (b, -1);

  return g_utf8_collate (left, right);
}

static int
compare_runtimes (const SondeRuntime *a,
                  const SondeRuntime *b)
{
  g_autofree char *left = sonde_runtime_dup_name (a);
  g_autofree char *right = sonde_runtime_dup_name (b);

  return compare_texts (left, right);
}

static int
compare_column (SondeProcessColumn  column,
                SondeProcessRow    *left,
                SondeProcessRow    *right)
{
  const SondeProcess *a = sonde_process_row_get_process (left);
  const SondeProcess *b = sonde_process_row_get_process (right);

  switch (column)
    {
    case SONDE_PROCESS_COLUMN_NAME:
      return compare_texts (a->name, b->name);
    case SONDE_PROCESS_COLUMN_USER:
      return compare_texts (a->user, b->user);
    case SONDE_PROCESS_COLUMN_CPU:
      return (sonde_process_row_get_cpu_share (left) > sonde_process_row_get_cpu_share (right)) -
             (sonde_process_row_get_cpu_share (left) < sonde_process_row_get_cpu_share (right));
    case SONDE_PROCESS_COLUMN_MEMORY:
      return compare_numbers (sonde_process_row_get_memory_bytes (left),
                              sonde_process_row_get_memory_bytes (right));
    case SONDE_PROCESS_COLUMN_THREADS:
      return compare_numbers (sonde_process_row_get_thread_count (left),
                              sonde_process_row_get_thread_count (right));
    case SONDE_PROCESS_COLUMN_RUNTIME:
      return compare_runtimes (&a->runtime, &b->runtime);
    case SONDE_PROCESS_COLUMN_COMMAND_LINE:
      return compare_texts (a->command_line, b->command_line);
    case SONDE_PROCESS_COLUMN_PID:
    default:
      return compare_numbers ((guint64) a->pid, (guint64) b->pid);
    }
}

static int
compare_rows (SondeProcessRow *left,
              SondeProcessRow *right,
              const Context   *context)
{
  return compare_column (context->column, left, right);
}

/* --- Cells --- */

static char *
dup_text (SondeProcessColumn  column,
          SondeProcessRow    *row)
{
  const SondeProcess *process = sonde_process_row_get_process (row);

  switch (column)
    {
    case SONDE_PROCESS_COLUMN_NAME:
      return g_strdup (process->name);
    case SONDE_PROCESS_COLUMN_PID:
      return g_strdup_printf ("%d", process->pid);
    case SONDE_PROCESS_COLUMN_USER:
      return g_strdup (process->user);
    case SONDE_PROCESS_COLUMN_CPU:
      return g_strdup_printf ("%.1f", 100.0 * sonde_process_row_get_cpu_share (row));
    case SONDE_PROCESS_COLUMN_MEMORY:
      if (sonde_process_row_get_memory_bytes (row) == 0)
        return g_strdup ("");
      return g_format_size (sonde_process_row_get_memory_bytes (row));
    case SONDE_PROCESS_COLUMN_THREADS:
      return g_strdup_printf ("%'u", sonde_process_row_get_thread_count (row));
    case SONDE_PROCESS_COLUMN_RUNTIME:
      return sonde_runtime_dup_name (&process->runtime);
    case SONDE_PROCESS_COLUMN_COMMAND_LINE:
    default:
      return g_strdup (process->command_line);
    }
}

static void
show_icon (Cell *cell)
{
  GdkDisplay *display = gtk_widget_get_display (GTK_WIDGET (cell->icon));
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (display);
  g_autoptr(GIcon) icon = NULL;

  icon = sonde_app_icons_find (cell->context->icons, sonde_process_row_get_process (cell->row));
  if (icon != NULL && gtk_icon_theme_has_gicon (theme, icon))
    {
      gtk_image_set_from_gicon (cell->icon, icon);
      gtk_image_set_pixel_size (cell->icon, ICON_SIZE);
      gtk_widget_remove_css_class (GTK_WIDGET (cell->icon), "dim-label");
    }
  else
    {
      gtk_image_set_from_icon_name (cell->icon, GENERIC_ICON);
      gtk_image_set_pixel_size (cell->icon, GENERIC_ICON_SIZE);
      gtk_widget_add_css_class (GTK_WIDGET (cell->icon), "dim-label");
    }
}

static void
show_obstacle (Cell *cell)
{
  const SondeProcess *process = sonde_process_row_get_process (cell->row);
  g_autofree char *reason = NULL;

  if (!sonde_process_row_is_open (cell->row))
    reason = sonde_obstacle_dup_reason (&process->obstacle);

  gtk_widget_set_visible (GTK_WIDGET (cell->obstacle), reason != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (cell->obstacle), reason);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell->obstacle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  reason != NULL ? reason : "", -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell->text), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  reason != NULL ? reason : "", -1);
}

static void
show_row (Cell *cell)
{
  g_autofree char *text = dup_text (cell->context->column, cell->row);

  if (g_strcmp0 (text, gtk_inscription_get_text (cell->text)) != 0)
    gtk_inscription_set_text (cell->text, text);

  if (cell->context->column == SONDE_PROCESS_COLUMN_COMMAND_LINE)
    gtk_widget_set_tooltip_text (GTK_WIDGET (cell->text), text);

  if (cell->icon != NULL)
    {
      show_icon (cell);
      show_obstacle (cell);
    }
}

static void
show_dimmed (Cell *cell)
{
  if (sonde_process_row_is_open (cell->row))
    gtk_widget_remove_css_class (GTK_WIDGET (cell->text), "dim-label");
  else
    gtk_widget_add_css_class (GTK_WIDGET (cell->text), "dim-label");
}

static void
on_notify_cb (Cell       *cell,
              GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "process"))
    show_dimmed (cell);
  if (g_str_equal (pspec->name, descriptions[cell->context->column].property))
    show_row (cell);
}

static GtkWidget *
make_name_widget (Cell *cell)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);

  cell->icon = GTK_IMAGE (gtk_image_new ());
  gtk_widget_set_size_request (GTK_WIDGET (cell->icon), ICON_SIZE, ICON_SIZE);
  cell->obstacle = GTK_IMAGE (gtk_image_new_from_icon_name (OBSTACLE_ICON));
  gtk_widget_add_css_class (GTK_WIDGET (cell->obstacle), "dim-label");
  gtk_widget_set_hexpand (GTK_WIDGET (cell->text), TRUE);

  gtk_box_append (GTK_BOX (box), GTK_WIDGET (cell->icon));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (cell->text));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (cell->obstacle));

  return box;
}

static void
on_setup_cb (const Context *context,
             GtkListItem   *item)
{
  const Description *description = &descriptions[context->column];
  Cell *cell = g_new0 (Cell, 1);

  cell->context = context;
  cell->text = GTK_INSCRIPTION (gtk_inscription_new (NULL));
  gtk_inscription_set_min_chars (cell->text, description->chars);
  gtk_inscription_set_nat_chars (cell->text, description->chars);
  /* As high as its text: in a higher one, GTK 4.8 puts a text that is cut above the middle. */
  gtk_widget_set_valign (GTK_WIDGET (cell->text), GTK_ALIGN_CENTER);
  gtk_inscription_set_text_overflow (cell->text, GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  if (description->figure)
    {
      gtk_inscription_set_xalign (cell->text, 1.0f);
      gtk_widget_add_css_class (GTK_WIDGET (cell->text), "numeric");
    }

  g_object_set_data_full (G_OBJECT (item), "cell", cell, g_free);
  gtk_list_item_set_child (item, context->column == SONDE_PROCESS_COLUMN_NAME ?
                                 make_name_widget (cell) : GTK_WIDGET (cell->text));
}

static void
on_bind_cb (const Context *context,
            GtkListItem   *item)
{
  Cell *cell = g_object_get_data (G_OBJECT (item), "cell");

  cell->row = SONDE_PROCESS_ROW (gtk_list_item_get_item (item));
  cell->handler_id = g_signal_connect_swapped (cell->row, "notify", G_CALLBACK (on_notify_cb),
                                               cell);
  show_row (cell);
  show_dimmed (cell);
}

static void
on_unbind_cb (const Context *context,
              GtkListItem   *item)
{
  Cell *cell = g_object_get_data (G_OBJECT (item), "cell");

  g_clear_signal_handler (&cell->handler_id, cell->row);
  cell->row = NULL;
}

static void
free_context (gpointer  data,
              GClosure *closure)
{
  g_free (data);
}

GtkColumnViewColumn *
sonde_process_column_new (SondeProcessColumn  column,
                          SondeAppIcons      *icons)
{
  const Description *description = &descriptions[column];
  Context *context = g_new0 (Context, 1);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr(GtkSorter) sorter = NULL;
  GtkColumnViewColumn *view_column;

  context->column = column;
  context->icons = icons;
  sorter = GTK_SORTER (gtk_custom_sorter_new ((GCompareDataFunc) compare_rows,
                                              g_memdup2 (context, sizeof *context),
                                              g_free));

  g_signal_connect_swapped (factory, "bind", G_CALLBACK (on_bind_cb), context);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (on_unbind_cb), context);
  g_signal_connect_data (factory, "setup", G_CALLBACK (on_setup_cb), context, free_context,
                         G_CONNECT_SWAPPED);

  view_column = gtk_column_view_column_new (_(description->title), factory);
  gtk_column_view_column_set_sorter (view_column, sorter);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_expand (view_column, column == SONDE_PROCESS_COLUMN_COMMAND_LINE);

  return view_column;
}

gboolean
sonde_process_column_is_figure (SondeProcessColumn column)
{
  return descriptions[column].figure;
}
