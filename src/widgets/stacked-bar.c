/* stacked-bar.c: parts of a whole as one bar, with a legend
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/stacked-bar.h"

#include <string.h>

#define BAR_HEIGHT 8.0F
#define SWATCH 8.0F
#define LEGEND_GAP 6
#define LEGEND_LINES 2
#define NARROW_LEGEND_LINES 3
#define ENTRY_GAP 14
#define NARROW_WIDTH 240
#define MINIMUM_WIDTH 100
#define SEPARATOR 1.0F
#define TRACK_ALPHA 0.10F

/* Assistive technology need not hear of every tick. */
#define TELL_INTERVAL_US G_USEC_PER_SEC

struct _SondeStackedBar
{
  GtkWidget    parent_instance;

  /* Owned */
  PangoLayout *layouts[SONDE_STACKED_BAR_PARTS_MAX]; /* made when first drawn */

  SondePart    parts[SONDE_STACKED_BAR_PARTS_MAX];
  guint        n_parts;
  gint64       told_us;
};

G_DEFINE_FINAL_TYPE (SondeStackedBar, sonde_stacked_bar, GTK_TYPE_WIDGET)

static void
set_layout_text (PangoLayout     *layout,
                 const SondePart *part)
{
  g_autofree char *text = g_strdup_printf ("%s %s", part->label, part->figure);

  pango_layout_set_text (layout, text, -1);
}

/* In a narrow bar half of the parts need a line of their own. A @width of -1 is any: the answer is
 * the least, which is a wide bar's.
 */
static int
get_legend_lines (int width)
{
  return width >= 0 && width < NARROW_WIDTH ? NARROW_LEGEND_LINES : LEGEND_LINES;
}

static PangoLayout *
ensure_layout (SondeStackedBar *self,
               guint            i)
{
  if (self->layouts[i] == NULL)
    {
      g_autoptr(PangoAttrList) attributes = pango_attr_list_new ();

      pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
      self->layouts[i] = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
      pango_layout_set_attributes (self->layouts[i], attributes);
      pango_layout_set_ellipsize (self->layouts[i], PANGO_ELLIPSIZE_END);
      set_layout_text (self->layouts[i], &self->parts[i]);
    }

  return self->layouts[i];
}

static void
drop_layouts (SondeStackedBar *self)
{
  for (guint i = 0; i < SONDE_STACKED_BAR_PARTS_MAX; i++)
    g_clear_object (&self->layouts[i]);
}

static void
lookup_color (SondeStackedBar *self,
              const char      *name,
              GdkRGBA         *color)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));

  if (!gtk_style_context_lookup_color (context, name, color))
    gtk_style_context_get_color (context, color);
}

static void
append_bar (SondeStackedBar *self,
            GtkSnapshot     *snapshot,
            const GdkRGBA   *text_color)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  gboolean from_right = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  GdkRGBA track = *text_color;
  GskRoundedRect outline;
  float at = 0.0F;

  track.alpha *= TRACK_ALPHA;
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (0, 0, width, BAR_HEIGHT),
                                   BAR_HEIGHT / 2.0F);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &track, &outline.bounds);

  for (guint i = 0; i < self->n_parts; i++)
    {
      float length = MIN (width * (float) self->parts[i].share, width - at);
      float drawn = MAX (length - SEPARATOR, MIN (length, SEPARATOR));
      GdkRGBA color;

      if (self->parts[i].color == NULL)
        continue;

      lookup_color (self, self->parts[i].color, &color);
      gtk_snapshot_append_color (snapshot, &color,
                                 &GRAPHENE_RECT_INIT (from_right ? width - at - drawn : at, 0,
                                                      drawn, BAR_HEIGHT));
      at += length;
    }

  gtk_snapshot_pop (snapshot);
}

static void
append_entry (SondeStackedBar *self,
              GtkSnapshot     *snapshot,
              guint            i,
              const GdkRGBA   *text_color,
              float            x,
              float            y)
{
  GskRoundedRect swatch;
  GdkRGBA color;
  int height;

  pango_layout_get_pixel_size (self->layouts[i], NULL, &height);
  lookup_color (self, self->parts[i].color != NULL ? self->parts[i].color : "", &color);
  if (self->parts[i].color == NULL)
    color.alpha = 0.0F;

  gsk_rounded_rect_init_from_rect (&swatch,
                                   &GRAPHENE_RECT_INIT (x, y + ((float) height - SWATCH) / 2.0F,
                                                        SWATCH, SWATCH), 2.0F);
  gtk_snapshot_push_rounded_clip (snapshot, &swatch);
  gtk_snapshot_append_color (snapshot, &color, &swatch.bounds);
  gtk_snapshot_pop (snapshot);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x + SWATCH + LEGEND_GAP, y));
  gtk_snapshot_append_layout (snapshot, self->layouts[i], text_color);
  gtk_snapshot_restore (snapshot);
}

/* How wide the text of a part is, cut where it would not fit into @width. */
static int
measure_text (SondeStackedBar *self,
              guint            i,
              int              width,
              int             *line_height)
{
  PangoLayout *layout = ensure_layout (self, i);
  int text_width;

  pango_layout_set_width (layout, -1);
  pango_layout_get_pixel_size (layout, &text_width, line_height);
  if (text_width <= width)
    return text_width;

  pango_layout_set_width (layout, MAX (width, 0) * PANGO_SCALE);

  return width;
}

static void
append_legend (SondeStackedBar *self,
               GtkSnapshot     *snapshot,
               const GdkRGBA   *text_color)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  gboolean from_right = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int x = 0;
  int y = (int) BAR_HEIGHT + LEGEND_GAP;
  int lines = 1;

  for (guint i = 0; i < self->n_parts; i++)
    {
      int text_width;
      int line_height;
      int entry_width;

      text_width = measure_text (self, i, width - (int) SWATCH - LEGEND_GAP, &line_height);
      entry_width = (int) SWATCH + LEGEND_GAP + text_width;

      if (x > 0 && x + entry_width > width)
        {
          if (++lines > get_legend_lines (width))
            return;
          x = 0;
          y += line_height;
        }

      append_entry (self, snapshot, i, text_color,
                    (float) (from_right ? width - x - entry_width : x), (float) y);
      x += entry_width + ENTRY_GAP;
    }
}

static void
sonde_stacked_bar_snapshot (GtkWidget   *widget,
                            GtkSnapshot *snapshot)
{
  SondeStackedBar *self = SONDE_STACKED_BAR (widget);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  append_bar (self, snapshot, &color);
  append_legend (self, snapshot, &color);
}

static int
measure_height (SondeStackedBar *self,
                int              lines)
{
  int line_height;

  pango_layout_get_pixel_size (ensure_layout (self, 0), NULL, &line_height);

  return (int) BAR_HEIGHT + LEGEND_GAP + lines * line_height;
}

/* GTK holds one direction against the other: a bar that is too low for a narrow legend has to be
 * wide.
 */
static void
sonde_stacked_bar_measure (GtkWidget      *widget,
                           GtkOrientation  orientation,
                           int             for_size,
                           int            *minimum,
                           int            *natural,
                           int            *minimum_baseline,
                           int            *natural_baseline)
{
  SondeStackedBar *self = SONDE_STACKED_BAR (widget);

  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = measure_height (self, get_legend_lines (for_size));
  else if (for_size < 0 || for_size >= measure_height (self, NARROW_LEGEND_LINES))
    *minimum = MINIMUM_WIDTH;
  else
    *minimum = NARROW_WIDTH;

  *natural = *minimum;
}

static GtkSizeRequestMode
sonde_stacked_bar_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* All parts, a line each: (transfer full). */
static char *
dup_legend (SondeStackedBar *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->n_parts; i++)
    g_string_append_printf (text, "%s%s %s", i == 0 ? "" : "\n", self->parts[i].label,
                            self->parts[i].figure);

  return g_string_free (text, FALSE);
}

static gboolean
sonde_stacked_bar_query_tooltip (GtkWidget  *widget,
                                 int         x,
                                 int         y,
                                 gboolean    keyboard_mode,
                                 GtkTooltip *tooltip)
{
  SondeStackedBar *self = SONDE_STACKED_BAR (widget);
  g_autofree char *legend = dup_legend (self);

  gtk_tooltip_set_text (tooltip, legend);

  return self->n_parts > 0;
}

static void
sonde_stacked_bar_css_changed (GtkWidget         *widget,
                               GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (sonde_stacked_bar_parent_class)->css_changed (widget, change);

  drop_layouts (SONDE_STACKED_BAR (widget));
  gtk_widget_queue_resize (widget);
}

static void
sonde_stacked_bar_finalize (GObject *object)
{
  drop_layouts (SONDE_STACKED_BAR (object));

  G_OBJECT_CLASS (sonde_stacked_bar_parent_class)->finalize (object);
}

static void
sonde_stacked_bar_class_init (SondeStackedBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sonde_stacked_bar_finalize;

  widget_class->css_changed = sonde_stacked_bar_css_changed;
  widget_class->get_request_mode = sonde_stacked_bar_get_request_mode;
  widget_class->measure = sonde_stacked_bar_measure;
  widget_class->query_tooltip = sonde_stacked_bar_query_tooltip;
  widget_class->snapshot = sonde_stacked_bar_snapshot;

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "stackedbar");
}

static void
sonde_stacked_bar_init (SondeStackedBar *self)
{
  self->parts[0].label = "";
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

/**
 * sonde_stacked_bar_set_parts:
 * @self: a bar
 * @parts: (array length=n_parts): what to show, in the order of the bar; copied
 * @n_parts: how many; at most %SONDE_STACKED_BAR_PARTS_MAX
 *
 * Shows new figures. Parts without a length are left out.
 */
void
sonde_stacked_bar_set_parts (SondeStackedBar *self,
                             const SondePart *parts,
                             guint            n_parts)
{
  gint64 now_us = g_get_monotonic_time ();
  guint shown = 0;

  g_return_if_fail (SONDE_IS_STACKED_BAR (self));
  g_return_if_fail (n_parts <= SONDE_STACKED_BAR_PARTS_MAX);

  for (guint i = 0; i < n_parts; i++)
    {
      SondePart *old = &self->parts[shown];

      if (parts[i].share <= 0.0 && parts[i].color != NULL)
        continue;

      if (self->layouts[shown] != NULL &&
          (old->label != parts[i].label || !g_str_equal (old->figure, parts[i].figure)))
        set_layout_text (self->layouts[shown], &parts[i]);
      *old = parts[i];
      shown++;
    }

  self->n_parts = shown;
  gtk_widget_queue_draw (GTK_WIDGET (self));

  if (now_us - self->told_us >= TELL_INTERVAL_US)
    {
      g_autofree char *legend = dup_legend (self);

      self->told_us = now_us;
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      legend, -1);
    }
}
