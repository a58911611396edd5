/* test-aside.c: Sonde runs on other CPUs than its target, and is not starved there
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sched.h>
#include <signal.h>

#include <json-glib/json-glib.h>

#include "support/program.h"
#include "target/thread.h"

#define SETTLE_TIMEOUT_US (5 * G_USEC_PER_SEC)

/* Before all threads of Sonde. */
#define PRIORITY 10

/* For how long such a program keeps a CPU, and which part of the ticks in that time is taken at
 * least: after half a second Sonde goes elsewhere.
 */
#define TAKEN_US (6 * G_USEC_PER_SEC)
#define TICKS_MIN 0.4

/* A program that is busy all the time, bound to one CPU, and what records it. */
typedef struct
{
  TestProgram *target;
  TestProgram *recording;
  int          cpus[2];
} Scene;

static void
bind_to (pid_t pid,
         int   cpu)
{
  cpu_set_t cpus;

  CPU_ZERO (&cpus);
  CPU_SET (cpu, &cpus);
  g_assert_cmpint (sched_setaffinity (pid, sizeof cpus, &cpus), ==, 0);
}

/* All threads but those that have to be where the target is. */
static gboolean
is_on_other_cpus (pid_t pid,
                  int   cpu)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));

  g_assert_true (sonde_threads_list (pid, tids));
  for (guint i = 0; i < tids->len; i++)
    {
      pid_t tid = g_array_index (tids, pid_t, i);
      char name[SONDE_THREAD_NAME_BYTES];
      SondeThread thread;
      cpu_set_t cpus;

      sonde_thread_open (&thread, pid, tid);
      sonde_thread_read_name (&thread, name);
      sonde_thread_close (&thread);
      if (!g_str_equal (name, "sonde-holder") && !g_str_equal (name, "sonde-watcher") &&
          sched_getaffinity (tid, sizeof cpus, &cpus) == 0 && CPU_ISSET (cpu, &cpus))
        return FALSE;
    }

  return TRUE;
}

static void
assert_on_other_cpus (pid_t pid,
                      int   cpu)
{
  gint64 give_up_us = g_get_monotonic_time () + SETTLE_TIMEOUT_US;

  while (!is_on_other_cpus (pid, cpu) && g_get_monotonic_time () < give_up_us)
    g_usleep (1000);

  g_assert_true (is_on_other_cpus (pid, cpu));
}

static void
make_realtime (TestProgram *program)
{
  const struct sched_param parameters = { .sched_priority = PRIORITY };

  g_assert_cmpint (sched_setscheduler (program->pid, SCHED_FIFO, &parameters), ==, 0);
}

/* Starts the target. FALSE if this machine does not have what it takes, which is said. */
static gboolean
scene_prepare (Scene *self)
{
  cpu_set_t all;
  guint n = 0;

  if (test_skip_without (TEST_NEED_TRACING))
    return FALSE;

  g_assert_cmpint (sched_getaffinity (0, sizeof all, &all), ==, 0);
  for (int cpu = 0; cpu < CPU_SETSIZE && n < G_N_ELEMENTS (self->cpus); cpu++)
    if (CPU_ISSET (cpu, &all))
      self->cpus[n++] = cpu;
  if (n < G_N_ELEMENTS (self->cpus))
    {
      g_test_skip ("there is one CPU only");
      return FALSE;
    }

  self->target = test_target_start ("depth", "3", NULL);
  bind_to (self->target->pid, self->cpus[0]);

  return TRUE;
}

static void
scene_begin (Scene *self)
{
  g_autofree char *pid = test_dup_number (self->target->pid);

  self->recording = test_cli_start ("record", "-p", pid, "-o", "/dev/null", "--stats", "-", NULL);
}

/* Ends the recording; gives which part of the ticks was taken. */
static double
scene_end (Scene *self)
{
  g_autofree char *output = NULL;
  g_autoptr(JsonNode) stats = NULL;
  JsonObject *object;
  gint64 ticks;
  double share;

  test_program_signal (self->recording, SIGINT);
  g_assert_cmpint (test_program_wait (self->recording), ==, 0);
  output = test_program_dup_output (self->recording);
  stats = json_from_string (output, NULL);
  g_assert_nonnull (stats);
  object = json_node_get_object (stats);
  ticks = json_object_get_int_member (object, "ticks");
  share = (double) ticks / (json_object_get_double_member (object, "duration_s") *
                            json_object_get_double_member (object, "rate_asked"));
  g_test_message ("%" G_GINT64_FORMAT " ticks, %.3f of all", ticks, share);
  g_clear_pointer (&self->recording, test_program_free);
  g_clear_pointer (&self->target, test_program_free);

  return share;
}

/* It follows when the target is bound to another CPU. */
static void
test_aside_follows (void)
{
  Scene scene;

  if (!scene_prepare (&scene))
    return;

  scene_begin (&scene);
  for (guint i = 0; i < G_N_ELEMENTS (scene.cpus); i++)
    {
      bind_to (scene.target->pid, scene.cpus[i]);
      assert_on_other_cpus (scene.recording->pid, scene.cpus[i]);
    }

  scene_end (&scene);
}

/* A target that leaves its CPU to nobody comes to where Sonde is. */
static void
test_aside_realtime_target (void)
{
  gint64 give_up_us = g_get_monotonic_time () + SETTLE_TIMEOUT_US;
  Scene scene;

  if (test_skip_without (TEST_NEED_REALTIME) || !scene_prepare (&scene))
    return;

  scene_begin (&scene);
  assert_on_other_cpus (scene.recording->pid, scene.cpus[0]);
  make_realtime (scene.target);
  while (is_on_other_cpus (scene.recording->pid, scene.cpus[0]) &&
         g_get_monotonic_time () < give_up_us)
    g_usleep (1000);
  g_assert_false (is_on_other_cpus (scene.recording->pid, scene.cpus[0]));
  for (guint i = 0; i < 4; i++)
    {
      g_usleep (TAKEN_US / 4);
      bind_to (scene.target->pid, scene.cpus[(i + 1) % 2]);
    }

  g_assert_cmpfloat (scene_end (&scene), >, TICKS_MIN);
}

static TestProgram *
start_neighbour (const Scene *scene)
{
  TestProgram *neighbour = test_target_start ("depth", "3", NULL);

  bind_to (neighbour->pid, scene->cpus[1]);
  make_realtime (neighbour);

  return neighbour;
}

/* Another program takes the CPU that Sonde has gone to, or will go to. */
static void
test_aside_realtime_neighbour (gconstpointer data)
{
  gboolean is_first = GPOINTER_TO_INT (data);
  g_autoptr(TestProgram) neighbour = NULL;
  Scene scene;

  if (test_skip_without (TEST_NEED_REALTIME) || !scene_prepare (&scene))
    return;

  if (is_first)
    neighbour = start_neighbour (&scene);
  scene_begin (&scene);
  if (!is_first)
    {
      assert_on_other_cpus (scene.recording->pid, scene.cpus[0]);
      neighbour = start_neighbour (&scene);
    }
  g_usleep (TAKEN_US);

  g_assert_cmpfloat (scene_end (&scene), >, TICKS_MIN);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/aside/follows", test_aside_follows);
  g_test_add_func ("/live/aside/realtime-target", test_aside_realtime_target);
  g_test_add_data_func ("/live/aside/realtime-neighbour", GINT_TO_POINTER (FALSE),
                        test_aside_realtime_neighbour);
  g_test_add_data_func ("/live/aside/realtime-neighbour-first", GINT_TO_POINTER (TRUE),
                        test_aside_realtime_neighbour);
  return g_test_run ();
}
