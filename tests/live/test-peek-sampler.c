/* test-peek-sampler.c: what the peek sampler counts, and for whom
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of each Python that is found. Each tick counts once for each thread, with a stack or with a
 * reason why there is none, whatever the machine does meanwhile.
 */

#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "sampler/peek-sampler.h"
#include "support/python-target.h"
#include "support/python-versions.h"

/* Two threads, of which one computes and one sleeps. */
#define SCRIPT \
  "import os, threading, time\n" \
  "threading.Thread(target=lambda: time.sleep(600), name='asleep', daemon=True).start()\n" \
  "def leaf(x):\n" \
  "  return x + 1\n" \
  "def spin():\n" \
  "  x = 0\n" \
  "  while True:\n" \
  "    x = leaf(x)\n" \
  "os.write(1, b'ready \\n')\n" \
  "spin()\n"

#define N_THREADS 2
#define RATE_HZ 1000.0
#define COLLECT_US 20000

typedef struct
{
  TestPythonTarget  target;
  SondePeekSampler *sampler; /* owned */

  guint             n_ticks;
  guint64           n_good;
  guint64           n_lost;
  guint64           n_late;      /* of these */
  guint64           n_spinning;
  guint64           n_awake;
  guint             n_appeared;
  guint             n_ended;
} Fixture;

static void
on_ticked_cb (guint64  now_ns,
              gpointer data)
{
  Fixture *self = data;

  self->n_ticks++;
}

static void
on_appeared_cb (SondePeekedThread *thread,
                gpointer           data)
{
  Fixture *self = data;

  self->n_appeared++;
}

static void
on_renamed_cb (SondePeekedThread *thread,
               gpointer           data)
{
}

static void
on_ended_cb (SondePeekedThread *thread,
             gpointer           data)
{
  Fixture *self = data;

  self->n_ended++;
}

/* Whether its last stack is that of the loop is kept with the thread. */
static void
count (Fixture           *self,
       SondePeekedThread *thread,
       SondeThreadStatus  status,
       guint64            n_ticks,
       guint64            ns)
{
  self->n_good += n_ticks;
  self->n_spinning += GPOINTER_TO_INT (thread->data) ? n_ticks : 0;
  self->n_awake += sonde_thread_state_is_active (status.state) ? n_ticks : 0;
  /* No sample stands for more than all of the test. */
  g_assert_cmpuint (ns, <, 600 * SONDE_NS_PER_SECOND);
}

static void
on_peeked_cb (SondePeekedThread          *thread,
              const SondeFunction *const *functions,
              guint                       depth,
              gboolean                    is_truncated,
              SondeThreadStatus           status,
              guint64                     n_ticks,
              guint64                     ns,
              gpointer                    data)
{
  Fixture *self = data;
  gboolean is_spinning = FALSE;

  for (guint i = 0; i < depth; i++)
    is_spinning |= g_str_equal (functions[i]->name, "spin");
  thread->data = GINT_TO_POINTER (is_spinning);
  count (self, thread, status, n_ticks, ns);
}

static void
on_repeated_cb (SondePeekedThread *thread,
                SondeThreadStatus  status,
                guint64            n_ticks,
                guint64            ns,
                gpointer           data)
{
  count (data, thread, status, n_ticks, ns);
}

static void
on_lost_cb (SondeLoss loss,
            guint64   n_ticks,
            gpointer  data)
{
  Fixture *self = data;

  self->n_lost += n_ticks;
  self->n_late += loss == SONDE_LOSS_LATE ? n_ticks : 0;
}

static gboolean
on_resolve_cb (const SondeCodeStack *codes,
               const SondeFunction **functions,
               guint                *depth,
               gpointer              data)
{
  Fixture *self = data;

  for (*depth = 0; *depth < codes->depth; (*depth)++)
    {
      functions[*depth] = sonde_python_codes_find (self->target.codes,
                                                    codes->frames[*depth].code);
      if (functions[*depth] == NULL)
        return FALSE;
    }

  return TRUE;
}

static const SondePeekClient client = {
  .ticked = on_ticked_cb,
  .thread_appeared = on_appeared_cb,
  .thread_renamed = on_renamed_cb,
  .thread_ended = on_ended_cb,
  .peeked = on_peeked_cb,
  .repeated = on_repeated_cb,
  .lost = on_lost_cb,
  .resolve = on_resolve_cb,
};

static void
start (Fixture          *self,
       const TestPython *python)
{
  memset (self, 0, sizeof *self);
  test_python_target_init (&self->target, python, SCRIPT);
  self->sampler = sonde_peek_sampler_new (self->target.program->pid, self->target.python, NULL,
                                          &client, self);
}

static void
finish (Fixture *self)
{
  g_clear_pointer (&self->sampler, sonde_peek_sampler_free);
  test_python_target_clear (&self->target);
}

/* Collects until there were so many ticks. */
static void
collect (Fixture *self,
         guint    n_ticks)
{
  n_ticks += self->n_ticks;
  while (self->n_ticks < n_ticks)
    {
      g_usleep (COLLECT_US);
      g_assert_cmpint (sonde_peek_sampler_collect (self->sampler), ==, SONDE_HINDRANCE_NONE);
    }
}

/* Each tick is one sample a thread, counted or lost; those that were skipped are lost too. */
static void
test_peek_sampler_counts (gconstpointer data)
{
  Fixture self;

  start (&self, data);
  sonde_peek_sampler_set_rate (self.sampler, RATE_HZ);
  collect (&self, 600);
  sonde_peek_sampler_free (g_steal_pointer (&self.sampler));

  g_assert_cmpuint (self.n_appeared, ==, N_THREADS);
  g_assert_cmpuint (self.n_ended, ==, N_THREADS);
  g_assert_cmpuint (self.n_good + self.n_lost, >=, N_THREADS * self.n_ticks - N_THREADS);
  g_assert_cmpuint (self.n_good + self.n_lost - self.n_late, <=, N_THREADS * self.n_ticks);
  /* The thread that computes is awake, and the other one is not. */
  g_assert_cmpuint (self.n_spinning, >, self.n_ticks / 2);
  g_assert_cmpuint (self.n_awake, <=, self.n_ticks + self.n_ticks / 10);
  g_assert_cmpuint (self.n_awake, >, self.n_ticks / 2);
  finish (&self);
}

/* While it is held no tick is taken, and those that were due are late. */
static void
test_peek_sampler_held (gconstpointer data)
{
  guint64 late;
  guint64 start_ns;
  Fixture self;

  start (&self, data);
  sonde_peek_sampler_set_rate (self.sampler, RATE_HZ);
  collect (&self, 50);

  late = self.n_late;
  start_ns = sonde_clock_now_ns ();
  sonde_peek_sampler_hold (self.sampler);
  g_usleep (G_USEC_PER_SEC / 5);
  sonde_peek_sampler_release (self.sampler);
  while (self.n_late - late < N_THREADS * 150)
    {
      g_assert_cmpuint (sonde_clock_now_ns () - start_ns, <, 20 * SONDE_NS_PER_SECOND);
      collect (&self, 1);
    }
  finish (&self);
}

/* The CPU time that it took stays when it begins anew. */
static void
test_peek_sampler_rates (gconstpointer data)
{
  guint64 cpu_ns = 0;
  Fixture self;

  start (&self, data);
  for (guint i = 1; i <= 5; i++)
    {
      sonde_peek_sampler_set_rate (self.sampler, i * RATE_HZ);
      collect (&self, 50);
      g_assert_cmpuint (sonde_peek_sampler_get_cpu_ns (self.sampler), >, cpu_ns);
      cpu_ns = sonde_peek_sampler_get_cpu_ns (self.sampler);
    }
  finish (&self);
}

static void
add_test (const char       *name,
          const TestPython *python,
          GTestDataFunc     func)
{
  g_autofree char *path = g_strdup_printf ("/live/peek-sampler/%s/%s", name, python->name);

  g_test_add_data_func (path, python, func);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GPtrArray) pythons = NULL;

  g_test_init (&argc, &argv, NULL);
  pythons = pythons_list ();
  g_assert_cmpuint (pythons->len, >, 0);
  for (guint i = 0; i < pythons->len; i++)
    {
      const TestPython *python = g_ptr_array_index (pythons, i);

      if (python->version < PYTHON_OLDEST || python->version > PYTHON_NEWEST)
        continue;

      add_test ("counts", python, test_peek_sampler_counts);
      add_test ("held", python, test_peek_sampler_held);
      add_test ("rates", python, test_peek_sampler_rates);
    }

  return g_test_run ();
}
