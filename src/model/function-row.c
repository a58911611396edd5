/* function-row.c: one function of a session, as the table shows it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/function-row.h"

/**
 * SondeFunctionRow:
 *
 * A function and its figures. It lives as long as its session, so that a
 * selection or the keyboard's focus stays with the function wherever it goes;
 * a tick changes its properties and notifies of what has really changed.
 *
 * Threads: main thread only.
 */
struct _SondeFunctionRow
{
  GObject              parent_instance;

  /* Owned, set once */
  SondeFunctions      *functions;

  /* Borrowed from functions, set once */
  const SondeFunction *function;

  /* Since the session began or was reset */
  guint64              self_count;
  guint64              total_count;
  guint64              self_ns;
  guint64              total_ns;
  guint64              scope_count;
};

G_DEFINE_FINAL_TYPE (SondeFunctionRow, sonde_function_row, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SELF_COUNT,
  PROP_TOTAL_COUNT,
  PROP_SELF_NS,
  PROP_TOTAL_NS,
  PROP_SCOPE_COUNT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
set_figure (SondeFunctionRow *self,
            guint64          *figure,
            guint64           value,
            guint             prop_id)
{
  if (*figure == value)
    return;

  *figure = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
sonde_function_row_finalize (GObject *object)
{
  SondeFunctionRow *self = SONDE_FUNCTION_ROW (object);

  sonde_functions_unref (self->functions);

  G_OBJECT_CLASS (sonde_function_row_parent_class)->finalize (object);
}

static void
sonde_function_row_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  SondeFunctionRow *self = SONDE_FUNCTION_ROW (object);

  switch (prop_id)
    {
    case PROP_SELF_COUNT:
      g_value_set_uint64 (value, self->self_count);
      break;

    case PROP_TOTAL_COUNT:
      g_value_set_uint64 (value, self->total_count);
      break;

    case PROP_SELF_NS:
      g_value_set_uint64 (value, self->self_ns);
      break;

    case PROP_TOTAL_NS:
      g_value_set_uint64 (value, self->total_ns);
      break;

    case PROP_SCOPE_COUNT:
      g_value_set_uint64 (value, self->scope_count);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static GParamSpec *
figure_spec (const char *name)
{
  return g_param_spec_uint64 (name, NULL, NULL, 0, G_MAXUINT64, 0,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
sonde_function_row_class_init (SondeFunctionRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sonde_function_row_finalize;
  object_class->get_property = sonde_function_row_get_property;

  properties[PROP_SELF_COUNT] = figure_spec ("self-count");
  properties[PROP_TOTAL_COUNT] = figure_spec ("total-count");
  properties[PROP_SELF_NS] = figure_spec ("self-ns");
  properties[PROP_TOTAL_NS] = figure_spec ("total-ns");
  properties[PROP_SCOPE_COUNT] = figure_spec ("scope-count");

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sonde_function_row_init (SondeFunctionRow *self)
{
}

SondeFunctionRow *
sonde_function_row_new (SondeFunctions      *functions,
                        const SondeFunction *function)
{
  SondeFunctionRow *self;

  g_return_val_if_fail (functions != NULL, NULL);
  g_return_val_if_fail (function != NULL, NULL);

  self = g_object_new (SONDE_TYPE_FUNCTION_ROW, NULL);
  self->functions = sonde_functions_ref (functions);
  self->function = function;

  return self;
}

const SondeFunction *
sonde_function_row_get_function (SondeFunctionRow *self)
{
  g_return_val_if_fail (SONDE_IS_FUNCTION_ROW (self), NULL);

  return self->function;
}

guint64
sonde_function_row_get_self_count (SondeFunctionRow *self)
{
  g_return_val_if_fail (SONDE_IS_FUNCTION_ROW (self), 0);

  return self->self_count;
}

guint64
sonde_function_row_get_total_count (SondeFunctionRow *self)
{
  g_return_val_if_fail (SONDE_IS_FUNCTION_ROW (self), 0);

  return self->total_count;
}

guint64
sonde_function_row_get_self_ns (SondeFunctionRow *self)
{
  g_return_val_if_fail (SONDE_IS_FUNCTION_ROW (self), 0);

  return self->self_ns;
}

guint64
sonde_function_row_get_total_ns (SondeFunctionRow *self)
{
  g_return_val_if_fail (SONDE_IS_FUNCTION_ROW (self), 0);

  return self->total_ns;
}

guint64
sonde_function_row_get_scope_count (SondeFunctionRow *self)
{
  g_return_val_if_fail (SONDE_IS_FUNCTION_ROW (self), 0);

  return self->scope_count;
}

void
sonde_function_row_update (SondeFunctionRow           *self,
                           const SondeFunctionFigures *figures,
                           guint64                     scope_count)
{
  g_return_if_fail (SONDE_IS_FUNCTION_ROW (self));
  g_return_if_fail (figures != NULL);

  g_object_freeze_notify (G_OBJECT (self));
  set_figure (self, &self->self_count, figures->self_count, PROP_SELF_COUNT);
  set_figure (self, &self->total_count, figures->total_count, PROP_TOTAL_COUNT);
  set_figure (self, &self->self_ns, figures->self_ns, PROP_SELF_NS);
  set_figure (self, &self->total_ns, figures->total_ns, PROP_TOTAL_NS);
  set_figure (self, &self->scope_count, scope_count, PROP_SCOPE_COUNT);
  g_object_thaw_notify (G_OBJECT (self));
}
