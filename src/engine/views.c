/* views.c: the counts of a session, for each kind of frames that can be looked at
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/views.h"

#include "base/text.h"

struct _SondeViewsThread
{
  pid_t               tid;
  char                name[SONDE_THREAD_NAME_BYTES];   /* the kernel's */
  char                label[SONDE_THREAD_LABEL_BYTES]; /* that goes before it; "" for none */
  gboolean            is_asked;
  guint               n_users;     /* a thread that runs two interpreters is seen twice */
  SondeProfileThread *profile_threads[SONDE_N_FRAMES]; /* borrowed; NULL before its first sample */
};

struct _SondeViews
{
  SondeProfile *profiles[SONDE_N_FRAMES]; /* owned */
  SondeProfile *frozen[SONDE_N_FRAMES];   /* owned; NULL unless set so */
  GHashTable   *threads;                  /* tid → SondeViewsThread, owned: those not ended */
  SondeViewsNameFunc find_name;
  gpointer      data;                     /* for it */
};

SondeViews *
sonde_views_new (SondeViewsNameFunc find,
                 gpointer           data)
{
  SondeViews *self = g_new0 (SondeViews, 1);

  self->find_name = find;
  self->data = data;
  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    self->profiles[i] = sonde_profile_new ();
  self->threads = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

void
sonde_views_free (SondeViews *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    {
      g_clear_pointer (&self->frozen[i], sonde_profile_free);
      g_clear_pointer (&self->profiles[i], sonde_profile_free);
    }
  g_hash_table_unref (self->threads);
  g_free (self);
}

static const char *
get_name (const SondeViewsThread *thread)
{
  return thread->label[0] != '\0' ? thread->label : thread->name;
}

static void
rename_in_profiles (SondeViews       *self,
                    SondeViewsThread *thread)
{
  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    if (thread->profile_threads[i] != NULL)
      sonde_profile_rename_thread (self->profiles[i], thread->profile_threads[i],
                                   get_name (thread));
}

void
sonde_views_rename_thread (SondeViews       *self,
                           SondeViewsThread *thread,
                           const char       *name)
{
  g_strlcpy (thread->name, name, sizeof thread->name);
  rename_in_profiles (self, thread);
}

static void
set_label (SondeViews       *self,
           SondeViewsThread *thread,
           const char       *label)
{
  char fitted[SONDE_THREAD_LABEL_BYTES];

  sonde_text_fit (label, fitted, sizeof fitted);
  if (g_str_equal (fitted, thread->label))
    return;

  g_strlcpy (thread->label, fitted, sizeof thread->label);
  rename_in_profiles (self, thread);
}

static void
find_label (SondeViews       *self,
            SondeViewsThread *thread)
{
  const char *label = self->find_name (thread->tid, self->data);

  if (label != NULL)
    set_label (self, thread, label);
}

void
sonde_views_name_threads (SondeViews *self)
{
  GHashTableIter iter;
  gpointer thread;

  g_return_if_fail (self != NULL);

  g_hash_table_iter_init (&iter, self->threads);
  while (g_hash_table_iter_next (&iter, NULL, &thread))
    find_label (self, thread);
}

void
sonde_views_forget_names (SondeViews *self)
{
  GHashTableIter iter;
  gpointer thread;

  g_return_if_fail (self != NULL);

  g_hash_table_iter_init (&iter, self->threads);
  while (g_hash_table_iter_next (&iter, NULL, &thread))
    set_label (self, thread, "");
}

SondeViewsThread *
sonde_views_ensure_thread (SondeViews *self,
                           pid_t       tid,
                           const char *name)
{
  SondeViewsThread *thread;

  g_return_val_if_fail (self != NULL, NULL);

  thread = g_hash_table_lookup (self->threads, GINT_TO_POINTER (tid));
  if (thread == NULL)
    {
      thread = g_new0 (SondeViewsThread, 1);
      thread->tid = tid;
      g_hash_table_insert (self->threads, GINT_TO_POINTER (tid), thread);
    }

  thread->is_asked = TRUE;
  thread->n_users++;
  sonde_views_rename_thread (self, thread, name);
  find_label (self, thread);

  return thread;
}

static void
end_in_profiles (SondeViews       *self,
                 SondeViewsThread *thread)
{
  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    if (thread->profile_threads[i] != NULL)
      sonde_profile_end_thread (self->profiles[i], thread->profile_threads[i]);
}

void
sonde_views_end_thread (SondeViews       *self,
                        SondeViewsThread *thread)
{
  g_return_if_fail (self != NULL);

  if (--thread->n_users > 0)
    return;

  end_in_profiles (self, thread);
  g_hash_table_remove (self->threads, GINT_TO_POINTER (thread->tid));
}

void
sonde_views_begin_asking (SondeViews *self)
{
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (self != NULL);

  g_hash_table_iter_init (&iter, self->threads);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SondeViewsThread *thread = value;

      thread->is_asked = FALSE;
      thread->n_users = 0;
    }
}

void
sonde_views_end_unasked (SondeViews *self)
{
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (self != NULL);

  g_hash_table_iter_init (&iter, self->threads);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SondeViewsThread *thread = value;

      if (thread->is_asked)
        continue;

      end_in_profiles (self, thread);
      g_hash_table_iter_remove (&iter);
    }
}

void
sonde_views_add (SondeViews                 *self,
                 SondeFrames                 frames,
                 SondeViewsThread           *thread,
                 const SondeFunction *const *functions,
                 guint                       depth,
                 gboolean                    truncated,
                 SondeThreadStatus           status,
                 guint64                     n_samples,
                 guint64                     ns)
{
  SondeProfileThread **profile_thread = &thread->profile_threads[frames];

  if (*profile_thread == NULL)
    *profile_thread = sonde_profile_add_thread (self->profiles[frames], thread->tid,
                                                get_name (thread));

  sonde_profile_add (self->profiles[frames], *profile_thread, functions, depth, truncated, status,
                     n_samples, ns);
}

void
sonde_views_repeat (SondeViews        *self,
                    SondeFrames        frames,
                    SondeViewsThread  *thread,
                    SondeThreadStatus  status,
                    guint64            n_samples,
                    guint64            ns)
{
  if (thread->profile_threads[frames] != NULL)
    sonde_profile_repeat (self->profiles[frames], thread->profile_threads[frames], status,
                          n_samples, ns);
}

void
sonde_views_rename (SondeViews *self,
                    GHashTable *final_of)
{
  g_return_if_fail (self != NULL);

  /* Python functions have their names from the first. */
  sonde_profile_rename (self->profiles[SONDE_FRAMES_NATIVE], final_of);
  sonde_profile_rename (self->profiles[SONDE_FRAMES_BOTH], final_of);
}

void
sonde_views_set_frozen (SondeViews *self,
                        gboolean    is_frozen)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    {
      if (!is_frozen)
        g_clear_pointer (&self->frozen[i], sonde_profile_free);
      else if (self->frozen[i] == NULL)
        self->frozen[i] = sonde_profile_freeze (self->profiles[i]);
    }
}

void
sonde_views_reset (SondeViews *self)
{
  gboolean is_frozen;

  g_return_if_fail (self != NULL);

  is_frozen = self->frozen[0] != NULL;
  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    sonde_profile_reset (self->profiles[i]);

  sonde_views_set_frozen (self, FALSE);
  sonde_views_set_frozen (self, is_frozen);
}

void
sonde_views_fill (SondeViews    *self,
                  SondeFrames    frames,
                  SondeSnapshot *snapshot)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (frames < SONDE_N_FRAMES);

  sonde_profile_fill (self->frozen[frames] != NULL ? self->frozen[frames] : self->profiles[frames],
                      snapshot);
}

char *
sonde_views_dup_folded (SondeViews  *self,
                        SondeFrames  frames,
                        SondeMode    mode,
                        gboolean     with_threads)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (frames < SONDE_N_FRAMES, NULL);

  return sonde_profile_dup_folded (self->profiles[frames], mode, with_threads);
}
