/* banner.c: a sentence across the page about what has happened to the process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/banner.h"

#include "widgets/template.h"

struct _SondeBanner
{
  GtkWidget    parent_instance;

  /* Template children */
  GtkLabel    *label;
  GtkRevealer *revealer;
};

G_DEFINE_FINAL_TYPE (SondeBanner, sonde_banner, GTK_TYPE_WIDGET)

static void
sonde_banner_dispose (GObject *object)
{
  sonde_template_dispose (GTK_WIDGET (object), SONDE_TYPE_BANNER);

  G_OBJECT_CLASS (sonde_banner_parent_class)->dispose (object);
}

static void
sonde_banner_class_init (SondeBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sonde_banner_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sondeprofiler/Sonde/banner.ui");
  gtk_widget_class_bind_template_child (widget_class, SondeBanner, label);
  gtk_widget_class_bind_template_child (widget_class, SondeBanner, revealer);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_STATUS);
  gtk_widget_class_set_css_name (widget_class, "sondebanner");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sonde_banner_init (SondeBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sonde_banner_set_text (SondeBanner *self,
                       const char  *text)
{
  g_return_if_fail (SONDE_IS_BANNER (self));

  if (text != NULL && !g_str_equal (gtk_label_get_label (self->label), text))
    gtk_label_set_label (self->label, text);

  gtk_revealer_set_reveal_child (self->revealer, text != NULL);
}
