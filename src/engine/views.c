/* views.c: the counts of a session, for each kind of frames that can be looked at
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/views.h"

#include "base/clock.h"
#include "base/text.h"
#include "target/thread.h"

/* A process may become another program again and again, which is seen 50 times a second at most:
 * copies may take 2 % of the time.
 */
#define COPY_COST_FACTOR 50
#define COPY_FREE_NS (400 * G_GUINT64_CONSTANT (1000))

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
  guint64       n_before[SONDE_N_FRAMES]; /* samples of earlier programs */
  gboolean      has_programs;             /* there were some */
  guint64       copy_ns;                  /* when a profile may be copied again */
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

/* Ends those that nobody has asked for, or with @pid only those that it has no more. */
static void
end_unasked (SondeViews *self,
             pid_t       pid)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->threads);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SondeViewsThread *thread = value;

      if (thread->is_asked || (pid != 0 && sonde_thread_exists (pid, thread->tid)))
        continue;

      end_in_profiles (self, thread);
      g_hash_table_iter_remove (&iter);
    }
}

void
sonde_views_end_unasked (SondeViews *self)
{
  g_return_if_fail (self != NULL);

  end_unasked (self, 0);
}

void
sonde_views_end_gone (SondeViews *self,
                      pid_t       pid)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (pid > 0);

  end_unasked (self, pid);
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

/* Whether the profile of @frames lacks samples of this program that the shown one has: none was
 * taken of such frames, or some were peeked.
 */
static gboolean
lacks_samples (SondeViews  *self,
               SondeFrames  frames,
               SondeFrames  shown)
{
  guint64 count = sonde_profile_get_count (self->profiles[frames]);

  if (frames == shown)
    return FALSE;

  return count == self->n_before[frames] ||
         (shown == SONDE_FRAMES_PYTHON && count < sonde_profile_get_count (self->profiles[shown]));
}

static void
copy_profile (SondeViews  *self,
              SondeFrames  from,
              SondeFrames  to)
{
  g_autoptr(GHashTable) thread_of = g_hash_table_new (NULL, NULL);
  SondeProfile *copy = sonde_profile_copy (self->profiles[from], thread_of);
  GHashTableIter iter;
  gpointer value;

  sonde_profile_free (self->profiles[to]);
  self->profiles[to] = copy;

  g_hash_table_iter_init (&iter, self->threads);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SondeViewsThread *thread = value;
      SondeProfileThread *of = thread->profile_threads[from];

      thread->profile_threads[to] = of != NULL ? g_hash_table_lookup (thread_of, of) : NULL;
    }
}

/* Where there is no time, what is lacking is looked for again after the next program. */
static void
complete_profiles (SondeViews  *self,
                   SondeFrames  shown)
{
  guint64 begun_ns = sonde_clock_now_ns ();
  guint64 cpu_ns = sonde_clock_thread_cpu_ns ();

  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    {
      gboolean is_lacking = lacks_samples (self, i, shown);

      if (is_lacking && begun_ns < self->copy_ns)
        continue;

      if (is_lacking)
        copy_profile (self, shown, i);
      self->n_before[i] = sonde_profile_get_count (self->profiles[i]);
    }

  cpu_ns = sonde_clock_thread_cpu_ns () - cpu_ns;
  if (cpu_ns > COPY_FREE_NS)
    self->copy_ns = begun_ns + COPY_COST_FACTOR * cpu_ns;
}

void
sonde_views_begin_program (SondeViews          *self,
                           SondeFrames          shown,
                           const SondeFunction *before,
                           const SondeFunction *after)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (shown < SONDE_N_FRAMES);

  complete_profiles (self, shown);
  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    sonde_profile_begin_program (self->profiles[i], before, after);
  self->has_programs = TRUE;
}

void
sonde_views_rename (SondeViews *self,
                    GHashTable *final_of)
{
  g_return_if_fail (self != NULL);

  sonde_profile_rename (self->profiles[SONDE_FRAMES_NATIVE], final_of);
  sonde_profile_rename (self->profiles[SONDE_FRAMES_BOTH], final_of);

  /* Python functions have their names from the first; those of an earlier program may not. */
  if (self->has_programs)
    sonde_profile_rename (self->profiles[SONDE_FRAMES_PYTHON], final_of);
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
    {
      sonde_profile_reset (self->profiles[i]);
      self->n_before[i] = 0;
    }

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
