/* share-cell.c: a number in a table, with a bar if it is a share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/share-cell.h"

#define BAR_HEIGHT 6.0F
#define GAP 8
#define DIM_ALPHA 0.55F
#define TRACK_ALPHA 0.10F

struct _SondeShareCell
{
  GtkWidget    parent_instance;

  /* Owned */
  char        *text;
  char        *margin;
  char        *told;        /* what assistive technology has last heard */
  PangoLayout *text_layout; /* made when first drawn */
  PangoLayout *margin_layout;

  int          margin_width;
  double       share;
  gboolean     dim;
};

G_DEFINE_FINAL_TYPE (SondeShareCell, sonde_share_cell, GTK_TYPE_WIDGET)

static PangoLayout *
create_figures_layout (GtkWidget  *widget,
                       const char *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, text);
  g_autoptr(PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);

  return layout;
}

static void
ensure_layouts (SondeShareCell *self)
{
  if (self->text_layout != NULL)
    return;

  self->text_layout = create_figures_layout (GTK_WIDGET (self), self->text);
  pango_layout_set_ellipsize (self->text_layout, PANGO_ELLIPSIZE_END);
  self->margin_layout = create_figures_layout (GTK_WIDGET (self), "±00.0");
  pango_layout_get_pixel_size (self->margin_layout, &self->margin_width, NULL);
  pango_layout_set_text (self->margin_layout, self->margin, -1);
}

static void
drop_layouts (SondeShareCell *self)
{
  g_clear_object (&self->text_layout);
  g_clear_object (&self->margin_layout);
}

static void
append_bar (SondeShareCell *self,
            GtkSnapshot    *snapshot,
            const GdkRGBA  *track,
            float           width)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));
  float y = ((float) gtk_widget_get_height (GTK_WIDGET (self)) - BAR_HEIGHT) / 2.0F;
  gboolean from_right = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  float filled = width * (float) CLAMP (self->share, 0.0, 1.0);
  GskRoundedRect outline;
  GdkRGBA color;

  if (width <= BAR_HEIGHT)
    return;

  if (!gtk_style_context_lookup_color (context, "accent_bg_color", &color))
    gtk_style_context_get_color (context, &color);

  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (0, y, width, BAR_HEIGHT),
                                   BAR_HEIGHT / 2.0F);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, track, &outline.bounds);
  gtk_snapshot_append_color (snapshot, &color,
                             &GRAPHENE_RECT_INIT (from_right ? width - filled : 0, y, filled,
                                                  BAR_HEIGHT));
  gtk_snapshot_pop (snapshot);
}

static void
append_layout (GtkSnapshot   *snapshot,
               PangoLayout   *layout,
               const GdkRGBA *color,
               float          x,
               float          y)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

/* Where @text begins so as to end at @end; what is too wide for the cell is cut. */
static float
fit_text (SondeShareCell *self,
          int             end,
          int            *height)
{
  int width;

  pango_layout_set_width (self->text_layout, -1);
  pango_layout_get_pixel_size (self->text_layout, &width, height);
  if (width <= end)
    return (float) (end - width);

  pango_layout_set_width (self->text_layout, end * PANGO_SCALE);

  return 0.0F;
}

static void
sonde_share_cell_snapshot (GtkWidget   *widget,
                           GtkSnapshot *snapshot)
{
  SondeShareCell *self = SONDE_SHARE_CELL (widget);
  gboolean has_bar = self->share >= 0.0;
  int end = gtk_widget_get_width (widget);
  int height;
  GdkRGBA color;
  GdkRGBA dim;
  GdkRGBA track;
  float x;
  float y;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  dim = track = color;
  dim.alpha *= DIM_ALPHA;
  track.alpha *= TRACK_ALPHA;

  ensure_layouts (self);
  if (has_bar)
    end -= self->margin_width + GAP / 2;
  x = fit_text (self, MAX (end, 0), &height);
  y = (float) ((gtk_widget_get_height (widget) - height) / 2);
  append_layout (snapshot, self->text_layout, self->dim ? &dim : &color, x, y);

  /* The bar's length stands for its share only if all bars of a column are as long, so it ends
   * where the widest number begins.
   */
  if (has_bar)
    {
      int margin_width;

      append_bar (self, snapshot, &track, (float) (end - self->margin_width - GAP));
      pango_layout_get_pixel_size (self->margin_layout, &margin_width, NULL);
      append_layout (snapshot, self->margin_layout, &dim,
                     (float) (gtk_widget_get_width (widget) - margin_width), y);
    }
}

static void
sonde_share_cell_measure (GtkWidget      *widget,
                          GtkOrientation  orientation,
                          int             for_size,
                          int            *minimum,
                          int            *natural,
                          int            *minimum_baseline,
                          int            *natural_baseline)
{
  SondeShareCell *self = SONDE_SHARE_CELL (widget);

  ensure_layouts (self);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = self->margin_width;
  else
    pango_layout_get_pixel_size (self->text_layout, NULL, minimum);

  if (orientation == GTK_ORIENTATION_VERTICAL)
    *natural = *minimum;
}

static void
sonde_share_cell_css_changed (GtkWidget         *widget,
                              GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (sonde_share_cell_parent_class)->css_changed (widget, change);

  drop_layouts (SONDE_SHARE_CELL (widget));
  gtk_widget_queue_resize (widget);
}

static void
sonde_share_cell_finalize (GObject *object)
{
  SondeShareCell *self = SONDE_SHARE_CELL (object);

  drop_layouts (self);
  g_free (self->text);
  g_free (self->margin);
  g_free (self->told);

  G_OBJECT_CLASS (sonde_share_cell_parent_class)->finalize (object);
}

static void
sonde_share_cell_class_init (SondeShareCellClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = sonde_share_cell_finalize;

  widget_class->css_changed = sonde_share_cell_css_changed;
  widget_class->measure = sonde_share_cell_measure;
  widget_class->snapshot = sonde_share_cell_snapshot;

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
  gtk_widget_class_set_css_name (widget_class, "sharecell");
}

static void
sonde_share_cell_init (SondeShareCell *self)
{
  self->text = g_strdup ("");
  self->margin = g_strdup ("");
  self->share = SONDE_SHARE_CELL_NO_BAR;
}

GtkWidget *
sonde_share_cell_new (void)
{
  return g_object_new (SONDE_TYPE_SHARE_CELL, NULL);
}

void
sonde_share_cell_set (SondeShareCell *self,
                      const char     *text,
                      const char     *margin,
                      double          share,
                      gboolean        dim)
{
  g_return_if_fail (SONDE_IS_SHARE_CELL (self));

  ensure_layouts (self);
  if (g_str_equal (self->text, text) && self->dim == dim && self->share == share &&
      g_str_equal (self->margin, margin))
    return;

  if (!g_str_equal (self->text, text))
    {
      g_free (self->text);
      self->text = g_strdup (text);
      pango_layout_set_text (self->text_layout, text, -1);
    }

  if (!g_str_equal (self->margin, margin))
    {
      g_free (self->margin);
      self->margin = g_strdup (margin);
      pango_layout_set_text (self->margin_layout, margin, -1);
    }

  self->share = share;
  self->dim = dim;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sonde_share_cell_tell (SondeShareCell *self)
{
  g_return_if_fail (SONDE_IS_SHARE_CELL (self));

  if (g_strcmp0 (self->told, self->text) == 0)
    return;

  g_free (self->told);
  self->told = g_strdup (self->text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, self->text,
                                  -1);
}
