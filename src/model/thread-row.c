/* thread-row.c: one thread of a session, as lists show it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/thread-row.h"

#include "model/share.h"

/**
 * SondeThreadRow:
 *
 * A thread and its figures, or threads that have exited and are counted together. It lives as
 * long as the session tells it apart, also after the thread has exited.
 *
 * Threads: main thread only.
 */
struct _SondeThreadRow
{
  GObject   parent_instance;

  pid_t     tid; /* set once */

  /* Owned */
  char     *name;

  gboolean  exited;
  guint64   merged_count;
  guint64   count;
  double    share;
};

G_DEFINE_FINAL_TYPE (SondeThreadRow, sonde_thread_row, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_EXITED,
  PROP_COUNT,
  PROP_SHARE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
sonde_thread_row_finalize (GObject *object)
{
  SondeThreadRow *self = SONDE_THREAD_ROW (object);

  g_free (self->name);

  G_OBJECT_CLASS (sonde_thread_row_parent_class)->finalize (object);
}

static void
sonde_thread_row_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  SondeThreadRow *self = SONDE_THREAD_ROW (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_EXITED:
      g_value_set_boolean (value, self->exited);
      break;

    case PROP_COUNT:
      g_value_set_uint64 (value, self->count);
      break;

    case PROP_SHARE:
      g_value_set_double (value, self->share);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sonde_thread_row_class_init (SondeThreadRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sonde_thread_row_finalize;
  object_class->get_property = sonde_thread_row_get_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  properties[PROP_EXITED] = g_param_spec_boolean ("exited", NULL, NULL, FALSE, flags);
  properties[PROP_COUNT] = g_param_spec_uint64 ("count", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SHARE] = g_param_spec_double ("share", NULL, NULL, 0.0, 1.0, 0.0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sonde_thread_row_init (SondeThreadRow *self)
{
  self->name = g_strdup ("");
}

SondeThreadRow *
sonde_thread_row_new (pid_t tid)
{
  SondeThreadRow *self = g_object_new (SONDE_TYPE_THREAD_ROW, NULL);

  self->tid = tid;

  return self;
}

pid_t
sonde_thread_row_get_tid (SondeThreadRow *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_ROW (self), 0);

  return self->tid;
}

const char *
sonde_thread_row_get_name (SondeThreadRow *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_ROW (self), NULL);

  return self->name;
}

gboolean
sonde_thread_row_get_exited (SondeThreadRow *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_ROW (self), FALSE);

  return self->exited;
}

guint64
sonde_thread_row_get_merged_count (SondeThreadRow *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_ROW (self), 0);

  return self->merged_count;
}

guint64
sonde_thread_row_get_count (SondeThreadRow *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_ROW (self), 0);

  return self->count;
}

double
sonde_thread_row_get_share (SondeThreadRow *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_ROW (self), 0.0);

  return self->share;
}

void
sonde_thread_row_update (SondeThreadRow           *self,
                         const SondeThreadFigures *figures,
                         guint64                   all_count)
{
  double share;

  g_return_if_fail (SONDE_IS_THREAD_ROW (self));
  g_return_if_fail (figures != NULL);

  share = sonde_share (figures->count, all_count);
  self->merged_count = figures->merged_count;

  if (g_strcmp0 (self->name, figures->name) != 0)
    {
      g_free (self->name);
      self->name = g_strdup (figures->name);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
    }

  if (self->exited != figures->exited)
    {
      self->exited = figures->exited;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXITED]);
    }

  if (self->count != figures->count)
    {
      self->count = figures->count;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COUNT]);
    }

  if (self->share != share)
    {
      self->share = share;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHARE]);
    }
}
