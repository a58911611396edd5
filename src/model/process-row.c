/* process-row.c: one process, as the list of processes shows it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/process-row.h"

/**
 * SondeProcessRow:
 *
 * One process; lives as long as that runs, whatever it executes. An update that
 * changes nothing notifies nothing.
 *
 * Threads: main thread only.
 */
struct _SondeProcessRow
{
  GObject       parent_instance;

  /* Owned */
  SondeProcess *process;

  /* Of the last scan */
  double        cpu_share;
  guint64       memory_bytes;
  guint         thread_count;
};

G_DEFINE_FINAL_TYPE (SondeProcessRow, sonde_process_row, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CPU_SHARE,
  PROP_MEMORY_BYTES,
  PROP_PROCESS,
  PROP_THREAD_COUNT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
sonde_process_row_finalize (GObject *object)
{
  SondeProcessRow *self = SONDE_PROCESS_ROW (object);

  g_clear_pointer (&self->process, sonde_process_unref);

  G_OBJECT_CLASS (sonde_process_row_parent_class)->finalize (object);
}

static void
sonde_process_row_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  SondeProcessRow *self = SONDE_PROCESS_ROW (object);

  switch (prop_id)
    {
    case PROP_CPU_SHARE:
      g_value_set_double (value, self->cpu_share);
      break;
    case PROP_MEMORY_BYTES:
      g_value_set_uint64 (value, self->memory_bytes);
      break;
    case PROP_PROCESS:
      g_value_set_pointer (value, self->process);
      break;
    case PROP_THREAD_COUNT:
      g_value_set_uint (value, self->thread_count);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sonde_process_row_class_init (SondeProcessRowClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sonde_process_row_finalize;
  object_class->get_property = sonde_process_row_get_property;

  properties[PROP_CPU_SHARE] =
    g_param_spec_double ("cpu-share", NULL, NULL, 0.0, G_MAXDOUBLE, 0.0, flags);
  properties[PROP_MEMORY_BYTES] =
    g_param_spec_uint64 ("memory-bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_PROCESS] =
    g_param_spec_pointer ("process", NULL, NULL, flags);
  properties[PROP_THREAD_COUNT] =
    g_param_spec_uint ("thread-count", NULL, NULL, 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sonde_process_row_init (SondeProcessRow *self)
{
}

SondeProcessRow *
sonde_process_row_new (const SondeProcessFigures *figures)
{
  SondeProcessRow *self;

  g_return_val_if_fail (figures != NULL, NULL);

  self = g_object_new (SONDE_TYPE_PROCESS_ROW, NULL);
  sonde_process_row_update (self, figures);

  return self;
}

const SondeProcess *
sonde_process_row_get_process (SondeProcessRow *self)
{
  g_return_val_if_fail (SONDE_IS_PROCESS_ROW (self), NULL);

  return self->process;
}

double
sonde_process_row_get_cpu_share (SondeProcessRow *self)
{
  g_return_val_if_fail (SONDE_IS_PROCESS_ROW (self), 0.0);

  return self->cpu_share;
}

guint64
sonde_process_row_get_memory_bytes (SondeProcessRow *self)
{
  g_return_val_if_fail (SONDE_IS_PROCESS_ROW (self), 0);

  return self->memory_bytes;
}

guint
sonde_process_row_get_thread_count (SondeProcessRow *self)
{
  g_return_val_if_fail (SONDE_IS_PROCESS_ROW (self), 0);

  return self->thread_count;
}

gboolean
sonde_process_row_is_open (SondeProcessRow *self)
{
  g_return_val_if_fail (SONDE_IS_PROCESS_ROW (self), FALSE);

  return self->process->obstacle.kind == SONDE_OBSTACLE_NONE;
}

void
sonde_process_row_update (SondeProcessRow           *self,
                          const SondeProcessFigures *figures)
{
  GObject *object = G_OBJECT (self);

  g_return_if_fail (SONDE_IS_PROCESS_ROW (self));

  g_object_freeze_notify (object);

  if (self->process != figures->process)
    {
      g_clear_pointer (&self->process, sonde_process_unref);
      self->process = sonde_process_ref (figures->process);
      g_object_notify_by_pspec (object, properties[PROP_PROCESS]);
    }

  /* Bit for bit the same share, as of all that sleep. */
  if (self->cpu_share > figures->cpu_share || self->cpu_share < figures->cpu_share)
    {
      self->cpu_share = figures->cpu_share;
      g_object_notify_by_pspec (object, properties[PROP_CPU_SHARE]);
    }

  if (self->memory_bytes != figures->memory_bytes)
    {
      self->memory_bytes = figures->memory_bytes;
      g_object_notify_by_pspec (object, properties[PROP_MEMORY_BYTES]);
    }

  if (self->thread_count != figures->thread_count)
    {
      self->thread_count = figures->thread_count;
      g_object_notify_by_pspec (object, properties[PROP_THREAD_COUNT]);
    }

  g_object_thaw_notify (object);
}
