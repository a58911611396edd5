/* meter.c: a heading, a figure and its stacked bar
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/meter.h"

#include "widgets/template.h"

struct _SondeMeter
{
  GtkWidget        parent_instance;

  /* Template children */
  SondeStackedBar *bar;
  GtkInscription  *figure;
  GtkLabel        *heading;
};

G_DEFINE_FINAL_TYPE (SondeMeter, sonde_meter, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_HEADING,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
sonde_meter_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  SondeMeter *self = SONDE_METER (object);

  switch (prop_id)
    {
    case PROP_HEADING:
      g_value_set_string (value, gtk_label_get_label (self->heading));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sonde_meter_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  SondeMeter *self = SONDE_METER (object);

  switch (prop_id)
    {
    case PROP_HEADING:
      gtk_label_set_label (self->heading, g_value_get_string (value));
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      g_value_get_string (value), -1);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sonde_meter_dispose (GObject *object)
{
  sonde_template_dispose (GTK_WIDGET (object), SONDE_TYPE_METER);

  G_OBJECT_CLASS (sonde_meter_parent_class)->dispose (object);
}

static void
sonde_meter_class_init (SondeMeterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sonde_meter_dispose;
  object_class->get_property = sonde_meter_get_property;
  object_class->set_property = sonde_meter_set_property;

  properties[PROP_HEADING] = g_param_spec_string ("heading", NULL, NULL, "",
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/meter.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeMeter, bar);
  gtk_widget_class_bind_template_child (widget_class, SondeMeter, figure);
  gtk_widget_class_bind_template_child (widget_class, SondeMeter, heading);

  gtk_widget_class_set_css_name (widget_class, "meter");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);

  g_type_ensure (SONDE_TYPE_STACKED_BAR);
}

static void
sonde_meter_init (SondeMeter *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sonde_meter_set (SondeMeter      *self,
                 const char      *figure,
                 const SondePart *parts,
                 guint            n_parts)
{
  g_return_if_fail (SONDE_IS_METER (self));

  if (g_strcmp0 (gtk_inscription_get_text (self->figure), figure) != 0)
    gtk_inscription_set_text (self->figure, figure);
  sonde_stacked_bar_set_parts (self->bar, parts, n_parts);
}
