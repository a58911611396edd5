/* inner-ids.c: what a process calls its threads, and what we call them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "target/inner-ids.h"

#include "target/thread.h"

struct _SondeInnerIds
{
  pid_t       pid;
  pid_t       first;         /* as the process itself sees it */
  GHashTable *outer_ids;     /* owned; what the process calls a thread → its tid */
  gboolean    has_outer_ids; /* all that there are since begin() */
};

SondeInnerIds *
sonde_inner_ids_new (pid_t pid)
{
  SondeInnerIds *self = g_new0 (SondeInnerIds, 1);

  self->pid = pid;
  self->first = sonde_thread_read_inner_id (pid, pid);
  self->outer_ids = g_hash_table_new (NULL, NULL);

  return self;
}

void
sonde_inner_ids_free (SondeInnerIds *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->outer_ids);
  g_free (self);
}

static void
list_outer_ids (SondeInnerIds *self)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));

  self->has_outer_ids = TRUE;
  g_hash_table_remove_all (self->outer_ids);
  sonde_threads_list (self->pid, tids);
  for (guint i = 0; i < tids->len; i++)
    {
      pid_t tid = g_array_index (tids, pid_t, i);
      pid_t inner = sonde_thread_read_inner_id (self->pid, tid);

      g_hash_table_insert (self->outer_ids, GINT_TO_POINTER (inner), GINT_TO_POINTER (tid));
    }
}

void
sonde_inner_ids_begin (SondeInnerIds *self,
                       gboolean       for_all)
{
  g_return_if_fail (self != NULL);

  self->has_outer_ids = FALSE;
  if (for_all)
    g_hash_table_remove_all (self->outer_ids);
}

/* To ask for the ids of all threads takes some 10 µs for each, so that is done once after each
 * begin(), and only where they are others.
 */
pid_t
sonde_inner_ids_find (SondeInnerIds *self,
                      pid_t          inner)
{
  gpointer key = GINT_TO_POINTER (inner);

  g_return_val_if_fail (self != NULL, 0);

  if (inner <= 0)
    return 0;
  if (self->first == self->pid)
    return sonde_thread_exists (self->pid, inner) ? inner : 0;

  if (!self->has_outer_ids && !g_hash_table_contains (self->outer_ids, key))
    list_outer_ids (self);

  return GPOINTER_TO_INT (g_hash_table_lookup (self->outer_ids, key));
}

pid_t
sonde_inner_ids_get_first (SondeInnerIds *self)
{
  return self->first;
}
