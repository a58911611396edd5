/* test-python-steps.c: reads Python frames between any two instructions of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread that is preempted may stand anywhere in the interpreter, also where that is about to
 * link a frame. So a Python is led through its code instruction by instruction, and read after each
 * of them: every stack has to be one that the program can have, and one call away from the stack
 * before it. Chance has no part in this, but for what C does.
 */

#include "config.h"

#include <sched.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "support/python-target.h"
#include "support/python-versions.h"

/* Each function but down() has one caller, so that two names tell whether a stack is possible. The
 * code of a module is named by its file.
 */
#define SCRIPT \
  "import gc, os\n" \
  "gc.disable()\n" \
  "def near_leaf(x): return x + 1\n" \
  "def near(x): return near_leaf(x)\n" \
  "def deep_leaf(x): return x - 1\n" \
  "def down(n): return down(n - 1) if n else deep_leaf(n)\n" \
  "def key_leaf(x): return -x\n" \
  "def key(x): return key_leaf(x)\n" \
  "def sorts(): sorted((1, 2, 3), key=key)\n" \
  "def inner_leaf(x): return x\n" \
  "def inner():\n" \
  "  for i in (1, 2): yield inner_leaf(i)\n" \
  "def outer(): yield from inner()\n" \
  "def generates():\n" \
  "  for x in outer(): pass\n" \
  "  for x in map(mapped, outer2()): pass\n" \
  "def mapped(x): return x\n" \
  "def outer2(): yield 1\n" \
  "def init_leaf(): return 1\n" \
  "def call_leaf(): return 1\n" \
  "def call_class(cls): return super(Meta, cls).__call__()\n" \
  "class Meta(type): __call__ = call_class\n" \
  "def init_thing(self): self.x = init_leaf()\n" \
  "def call_thing(self): return call_leaf()\n" \
  "class Thing(metaclass=Meta):\n" \
  "  __init__ = init_thing\n" \
  "  __call__ = call_thing\n" \
  "  def __getattr__(self, name): return 1\n" \
  "  def __add__(self, other): return 1\n" \
  "  def __del__(self): pass\n" \
  "  @property\n" \
  "  def value(self): return 1\n" \
  "def init_plain(self): self.x = plain_leaf()\n" \
  "def plain_leaf(): return 1\n" \
  "class Plain: __init__ = init_plain\n" \
  "def makes():\n" \
  "  Plain()\n" \
  "  thing = Thing()\n" \
  "  thing.unknown\n" \
  "  thing.value\n" \
  "  thing + 1\n" \
  "  thing()\n" \
  "  del thing\n" \
  "def raises_leaf(): raise ValueError\n" \
  "def raises(): raises_leaf()\n" \
  "def catches():\n" \
  "  try: raises()\n" \
  "  except ValueError: pass\n" \
  "def comprehends():\n" \
  "  [x for x in (1, 2)]\n" \
  "  sum(x for x in (1, 2))\n" \
  "async def awaited_leaf(): return 1\n" \
  "async def awaited(): return await awaited_leaf()\n" \
  "def awaits():\n" \
  "  try: awaited().send(None)\n" \
  "  except StopIteration: pass\n" \
  "CODE = compile('evaluated()', '(code)', 'eval')\n" \
  "def evaluated(): return 1\n" \
  "def evaluates(): eval(CODE); evaluates_leaf()\n" \
  "def evaluates_leaf(): return 1\n" \
  "def nests(): list(map(nested, (1,)))\n" \
  "def nested(x): eval(NESTED); nested_leaf()\n" \
  "def nested_leaf(): return 1\n" \
  "def nested_evaluated(): return 1\n" \
  "NESTED = compile('nested_evaluated()', '(nested code)', 'eval')\n" \
  "FRESH = compile('def made(): return made_leaf()', '(made)', 'exec')\n" \
  "def made_leaf(): return 1\n" \
  "def makes_function():\n" \
  "  names = {'made_leaf': made_leaf}\n" \
  "  exec(FRESH, names)\n" \
  "  return names['made']()\n" \
  "def first(): return 1\n" \
  "def second(): return 2\n" \
  "def third(): return 3\n" \
  "def calls_each():\n" \
  "  for function in (first, second, third):\n" \
  "    eval(EACH)\n" \
  "    function()\n" \
  "EACH = compile('1 + len(())', '(each)', 'eval')\n" \
  "def passes(*args, **kwargs): return passed(*args, **kwargs)\n" \
  "def passed(a, b=2, *, c=3): return a\n" \
  "def spin():\n" \
  "  while True:\n" \
  "    near(1); down(3); sorts(); generates(); makes(); catches(); comprehends(); awaits()\n" \
  "    evaluates(); nests(); makes_function(); calls_each(); passes(1, c=2)\n" \
  "def main(): spin()\n" \
  "os.write(1, b'ready \\n')\n" \
  "main()\n"

/* caller>callee */
static const char *const calls[] = {
  "><string>", "<string>>main", "main>spin", "spin>near", "near>near_leaf", "spin>down",
  "down>down", "down>deep_leaf", "spin>sorts", "sorts>key", "key>key_leaf", "spin>generates",
  "generates>outer", "outer>inner", "inner>inner_leaf", "generates>mapped", "generates>outer2",
  "spin>makes", "makes>init_plain", "init_plain>plain_leaf", "makes>call_class",
  "call_class>init_thing", "init_thing>init_leaf", "makes>call_thing", "call_thing>call_leaf",
  "makes>__getattr__", "makes>value", "makes>__add__", "makes>__del__", "spin>catches",
  "catches>raises", "raises>raises_leaf", "spin>comprehends", "comprehends><listcomp>",
  "comprehends><genexpr>", "spin>awaits", "awaits>awaited", "awaited>awaited_leaf",
  "spin>evaluates", "evaluates>(code)", "(code)>evaluated", "evaluates>evaluates_leaf",
  "spin>nests", "nests>nested", "nested>nested_leaf", "nested>(nested code)",
  "(nested code)>nested_evaluated", "spin>makes_function", "makes_function>(made)",
  "makes_function>made", "made>made_leaf", "spin>calls_each", "calls_each>(each)",
  "calls_each>first", "calls_each>second", "calls_each>third", "spin>passes", "passes>passed",
};

/* A round of the loop is some 50,000. A call may take many more at times: what the interpreter does
 * in a loop of one instruction is a step a turn.
 */
#define N_STEPS 80000
#define N_STEPS_MAX (10 * N_STEPS)

/* One of so many steps may be where a chain leads nowhere yet. */
#define TORN_PART 100

#define DEPTH_MAX 32

typedef struct
{
  TestPythonTarget   target;
  pid_t              pid;
  SondePythonThread *thread;    /* borrowed */
  GHashTable        *calls;     /* owned; of strings that live for ever */
  GHashTable        *seen;      /* owned; those of them that there were */
  SondeCodeStack     stack;
  const char        *names[DEPTH_MAX];  /* outermost first */
  SondeAddress       frames[DEPTH_MAX]; /* where they lie */
  guint              depth;
  SondeAddress       old_frames[DEPTH_MAX]; /* those of the step before */
  guint              old_depth;
  cpu_set_t          cpus;      /* on which the test may run */
} Fixture;

static void
start (Fixture          *self,
       const TestPython *python)
{
  memset (self, 0, sizeof *self);
  test_python_target_init (&self->target, python, SCRIPT);
  self->pid = self->target.program->pid;
  self->calls = g_hash_table_new (g_str_hash, g_str_equal);
  self->seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    g_hash_table_add (self->calls, (gpointer) (guintptr) calls[i]);
}

static void
finish (Fixture *self)
{
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_clear_pointer (&self->calls, g_hash_table_unref);
  test_python_target_clear (&self->target);
}

static void
wait_for_stop (pid_t pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, __WALL), ==, pid);
  g_assert_true (WIFSTOPPED (status));
}

static const char *
get_last_part (const char *name)
{
  const char *dot = strrchr (name, '.');

  return dot != NULL ? dot + 1 : name;
}

/* What is on the stack, but for the frames that the interpreter puts there for itself. FALSE if
 * something there is no function.
 */
static gboolean
name_frames (Fixture *self)
{
  self->depth = 0;
  for (guint i = self->stack.depth; i-- > 0;)
    {
      const SondeFunction *function = sonde_python_codes_find (self->target.codes,
                                                               self->stack.frames[i].code);

      if (function == NULL)
        return FALSE;

      g_assert_cmpuint (self->depth, <, DEPTH_MAX);
      if (g_strcmp0 (function->file, "__init__") == 0)
        continue;

      self->frames[self->depth] = self->stack.frames[i].frame;
      self->names[self->depth++] = g_str_equal (function->name, "<module>")
                                   ? function->file : get_last_part (function->name);
    }

  return TRUE;
}

static char *
dup_stack (Fixture *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->depth; i++)
    g_string_append_printf (text, ";%s", self->names[i]);

  return g_string_free (text, FALSE);
}

static void
check_calls (Fixture *self,
             guint    step)
{
  g_assert_cmpuint (self->depth, >=, 3);
  for (guint i = 0; i < self->depth; i++)
    {
      char call[128];
      const char *known;

      g_snprintf (call, sizeof call, "%s>%s", i > 0 ? self->names[i - 1] : "", self->names[i]);
      known = g_hash_table_lookup (self->calls, call);
      if (known == NULL)
        {
          g_autofree char *text = dup_stack (self);

          g_error ("impossible at step %u: %s", step, text);
        }
      g_hash_table_add (self->seen, (gpointer) (guintptr) known);
    }
}

/* One frame more, or one less: a longer way takes many instructions. What was before is told by
 * where it lay.
 */
static void
check_way (Fixture *self,
           gboolean is_after_torn,
           guint    step)
{
  guint n_same = 0;

  while (n_same < MIN (self->old_depth, self->depth) &&
         self->old_frames[n_same] == self->frames[n_same])
    n_same++;
  if (self->old_depth > 0 && !is_after_torn &&
      (self->old_depth - n_same) + (self->depth - n_same) > 1)
    {
      g_autofree char *text = dup_stack (self);

      g_error ("from %u frames to %u, of which %u are the same, at step %u: %s",
               self->old_depth, self->depth, n_same, step, text);
    }

  self->old_depth = self->depth;
  memcpy (self->old_frames, self->frames, sizeof self->frames);
}

/* But for list comprehensions, which are no functions any more since 3.12. */
static gboolean
has_seen_all (Fixture          *self,
              const TestPython *python)
{
  guint n_none = python->version >= 0x030c &&
                 !g_hash_table_contains (self->seen, "comprehends><listcomp>");

  return g_hash_table_size (self->seen) + n_none == G_N_ELEMENTS (calls);
}

/* Where they take turns it is quicker. */
static void
share_cpu (Fixture *self)
{
  cpu_set_t cpus;

  g_assert_cmpint (sched_getaffinity (0, sizeof self->cpus, &self->cpus), ==, 0);
  CPU_ZERO (&cpus);
  CPU_SET (sched_getcpu (), &cpus);
  sched_setaffinity (0, sizeof cpus, &cpus);
  sched_setaffinity (self->pid, sizeof cpus, &cpus);
}

static void
test_python_steps_possible (gconstpointer data)
{
  gboolean is_after_torn = FALSE;
  guint n_torn = 0;
  guint step;
  Fixture self;

  start (&self, data);
  g_assert_cmpint (ptrace (PTRACE_SEIZE, self.pid, NULL, NULL), ==, 0);
  /* It may be on its way out of write() still. */
  do
    {
      g_usleep (2000);
      g_assert_true (sonde_python_refresh (self.target.python));
      self.thread = sonde_python_find_thread (self.target.python, self.pid);
    }
  while (self.thread == NULL ||
         sonde_python_read_thread (self.target.python, self.thread, NULL, 0, &self.stack) !=
         SONDE_PYTHON_READ_OK || self.stack.depth < 3);
  g_assert_cmpint (ptrace (PTRACE_INTERRUPT, self.pid, NULL, NULL), ==, 0);
  wait_for_stop (self.pid);
  share_cpu (&self);

  for (step = 0; step < N_STEPS || (step < N_STEPS_MAX && !has_seen_all (&self, data)); step++)
    {
      SondePythonRead read = sonde_python_read_thread (self.target.python, self.thread, NULL, 0,
                                                       &self.stack);
      gboolean is_whole = read == SONDE_PYTHON_READ_OK && name_frames (&self);

      g_assert_true (read == SONDE_PYTHON_READ_OK || read == SONDE_PYTHON_READ_TORN);
      if (is_whole)
        {
          check_calls (&self, step);
          check_way (&self, is_after_torn, step);
        }

      is_after_torn = !is_whole;
      n_torn += is_after_torn;
      g_assert_cmpint (ptrace (PTRACE_SINGLESTEP, self.pid, NULL, NULL), ==, 0);
      wait_for_stop (self.pid);
    }

  g_test_message ("%u of %u torn", n_torn, step);
  g_assert_cmpuint (n_torn, <=, step / TORN_PART);
  g_assert_true (has_seen_all (&self, data));
  sched_setaffinity (0, sizeof self.cpus, &self.cpus);
  g_assert_cmpint (ptrace (PTRACE_DETACH, self.pid, NULL, NULL), ==, 0);
  finish (&self);
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
      g_autofree char *path = g_strdup_printf ("/live/python-steps/%s", python->name);

      if (python->version >= PYTHON_OLDEST && python->version <= PYTHON_NEWEST)
        g_test_add_data_func (path, python, test_python_steps_possible);
    }

  return g_test_run ();
}
