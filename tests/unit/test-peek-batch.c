/* test-peek-batch.c: what the preempters found, on its way to the worker
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "sampler/peek-batch.h"

#define DEPTH 1000

static const SondeFunction inner = { .name = "inner" };
static const SondeFunction outer = { .name = "outer" };

static int threads[2];
static guint places[2];

static SondePeekRecord
make_record (SondePeekKind kind,
             gpointer      thread)
{
  return (SondePeekRecord) { .kind = kind, .thread = thread, .n_ticks = 1, .ns = 10 };
}

static gboolean
add (SondePeekBatch *batch,
     SondePeekKind   kind,
     gpointer        thread)
{
  const SondePeekRecord record = make_record (kind, thread);

  return sonde_peek_batch_add (batch, &record, NULL, &places[thread == &threads[1]]);
}

static const SondePeekRecord *
get_record (SondePeekBatch *batch,
            guint           index)
{
  return &g_array_index (batch->records, SondePeekRecord, index);
}

static void
test_peek_batch_stack (void)
{
  g_autofree SondePeekStack *stack = g_new0 (SondePeekStack, 1);
  const SondePeekRecord record = make_record (SONDE_PEEK_STACK, &threads[0]);
  const SondeFunction *const *functions;
  SondePeekBatch batch = { 0 };

  sonde_peek_batch_init (&batch);
  stack->depth = 1;
  stack->functions[0] = &outer;
  g_assert_true (sonde_peek_batch_add (&batch, &record, stack, &places[0]));
  stack->depth = 2;
  stack->functions[0] = &inner;
  stack->functions[1] = &outer;
  g_assert_true (sonde_peek_batch_add (&batch, &record, stack, &places[0]));

  g_assert_cmpuint (batch.records->len, ==, 2);
  g_assert_cmpuint (get_record (&batch, 1)->depth, ==, 2);
  functions = sonde_peek_batch_get_functions (&batch, get_record (&batch, 1));
  g_assert_true (functions[0] == &inner && functions[1] == &outer);

  sonde_peek_batch_reset (&batch);
  g_assert_cmpuint (batch.records->len, ==, 0);
  sonde_peek_batch_clear (&batch);
}

/* What goes on as it was is one record, whatever others do; what is of another kind is not. */
static void
test_peek_batch_same (void)
{
  SondePeekBatch batch = { 0 };
  SondePeekRecord asleep = make_record (SONDE_PEEK_SAME, &threads[0]);

  sonde_peek_batch_init (&batch);
  for (guint i = 0; i < 3; i++)
    {
      add (&batch, SONDE_PEEK_SAME, &threads[0]);
      add (&batch, SONDE_PEEK_SAME, &threads[1]);
    }
  g_assert_cmpuint (batch.records->len, ==, 2);
  g_assert_cmpuint (get_record (&batch, 0)->n_ticks, ==, 3);
  g_assert_cmpuint (get_record (&batch, 0)->ns, ==, 30);
  g_assert_true (get_record (&batch, 1)->thread == &threads[1]);

  add (&batch, SONDE_PEEK_LOST, &threads[0]);
  asleep.status.state = SONDE_THREAD_STATE_SLEEPING;
  sonde_peek_batch_add (&batch, &asleep, NULL, &places[0]);
  g_assert_cmpuint (batch.records->len, ==, 4);
  add (&batch, SONDE_PEEK_SAME, &threads[0]);
  g_assert_cmpuint (batch.records->len, ==, 5);

  /* In the next batch nothing is there to go on with. */
  sonde_peek_batch_reset (&batch);
  add (&batch, SONDE_PEEK_SAME, &threads[1]);
  add (&batch, SONDE_PEEK_SAME, &threads[0]);
  g_assert_cmpuint (batch.records->len, ==, 2);
  sonde_peek_batch_clear (&batch);
}

/* A stack that is there again at once is one record with it, unless something else came between. */
static void
test_peek_batch_stack_goes_on (void)
{
  g_autofree SondePeekStack *stack = g_new0 (SondePeekStack, 1);
  const SondePeekRecord record = make_record (SONDE_PEEK_STACK, &threads[0]);
  SondePeekBatch batch = { 0 };

  sonde_peek_batch_init (&batch);
  stack->depth = 1;
  stack->functions[0] = &outer;
  for (guint i = 0; i < 2; i++)
    {
      sonde_peek_batch_add (&batch, &record, stack, &places[0]);
      add (&batch, SONDE_PEEK_SAME, &threads[1]);
      add (&batch, SONDE_PEEK_SAME, &threads[0]);
    }
  g_assert_cmpuint (batch.records->len, ==, 3);
  g_assert_cmpuint (get_record (&batch, 0)->n_ticks, ==, 2);
  g_assert_cmpuint (get_record (&batch, 2)->n_ticks, ==, 2);
  g_assert_cmpint (get_record (&batch, 2)->kind, ==, SONDE_PEEK_STACK);

  add (&batch, SONDE_PEEK_LOST, &threads[0]);
  add (&batch, SONDE_PEEK_SAME, &threads[0]);
  g_assert_cmpuint (batch.records->len, ==, 5);
  sonde_peek_batch_clear (&batch);
}

/* Once a stack has found no room, nothing that repeats it may find some. */
static void
test_peek_batch_full (void)
{
  g_autofree SondePeekStack *stack = g_new0 (SondePeekStack, 1);
  const SondePeekRecord record = make_record (SONDE_PEEK_STACK, &threads[0]);
  SondePeekBatch batch = { 0 };
  guint n_added = 0;

  sonde_peek_batch_init (&batch);
  stack->depth = DEPTH;
  while (sonde_peek_batch_add (&batch, &record, stack, &places[0]))
    n_added++;
  g_assert_cmpuint (n_added, >, 100);
  g_assert_false (add (&batch, SONDE_PEEK_SAME, &threads[0]));
  g_assert_true (add (&batch, SONDE_PEEK_ENDED, &threads[0]));
  g_assert_cmpuint (batch.n_late, ==, 2);
  g_assert_cmpuint (batch.records->len, ==, n_added + 1);

  sonde_peek_batch_reset (&batch);
  g_assert_cmpuint (batch.n_late, ==, 0);
  g_assert_true (sonde_peek_batch_add (&batch, &record, stack, &places[0]));
  sonde_peek_batch_clear (&batch);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/peek-batch/stack", test_peek_batch_stack);
  g_test_add_func ("/sampler/peek-batch/same", test_peek_batch_same);
  g_test_add_func ("/sampler/peek-batch/stack-goes-on", test_peek_batch_stack_goes_on);
  g_test_add_func ("/sampler/peek-batch/full", test_peek_batch_full);
  return g_test_run ();
}
