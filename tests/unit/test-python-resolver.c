/* test-python-resolver.c: stacks of code objects that give way to others
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "engine/python-resolver.h"
#include "support/python-code.h"

#define N_FRAMES 3
#define N_STACKS 20

/* The memory of an image in which one code object changes before each of its next @n_changes reads,
 * as if the thread that makes it did not stand still.
 */
typedef struct
{
  PythonImage      *image;
  SondePythonMemory memory;
  guint             n_changes;
  guint             line;     /* that it begins in now */
} Restless;

static SondeAddress
get_code (guint frame)
{
  return AT_CODE + (SondeAddress) frame * 0x1000;
}

static void
set_line (PythonImage *image,
          guint        frame,
          guint        line)
{
  *(guint32 *) (gpointer) python_image_at (image, get_code (frame) +
                                           python_offsets ()->code.firstlineno) = line;
}

static void
change (Restless     *self,
        SondeAddress  address,
        gsize         length)
{
  if (self->n_changes == 0 || address > get_code (1) || address + length <= get_code (1))
    return;

  self->n_changes--;
  set_line (self->image, 1, ++self->line);
}

static guint
read_and_change (gpointer                data,
                 const SondeMemoryPiece *pieces,
                 guint                   n_pieces)
{
  Restless *self = data;

  for (guint i = 0; i < n_pieces; i++)
    change (self, pieces[i].address, pieces[i].length);

  return self->memory.read_pieces (self->memory.data, pieces, n_pieces);
}

static gsize
read_one_and_change (gpointer     data,
                     SondeAddress address,
                     gpointer     buffer,
                     gsize        length)
{
  Restless *self = data;

  change (self, address, length);

  return self->memory.read (self->memory.data, address, buffer, length);
}

static void
fill_stack (SondeCodeStack *stack)
{
  stack->depth = N_FRAMES;
  for (guint i = 0; i < N_FRAMES; i++)
    stack->frames[i].code = get_code (i);
}

static PythonImage *
make_image (void)
{
  PythonImage *image = python_code_make_image (python_offsets ());

  for (guint i = 1; i < N_FRAMES; i++)
    python_code_add (image, python_offsets (), get_code (i), 100 * i);

  return image;
}

static void
assert_lines (SondePythonResolver *resolver,
              guint                middle)
{
  const SondeFunction *functions[N_FRAMES];

  g_assert_cmpuint (sonde_python_resolver_fill (resolver, functions), ==, N_FRAMES);
  g_assert_cmpuint (functions[0]->line, ==, 7);
  g_assert_cmpuint (functions[1]->line, ==, middle);
  g_assert_cmpuint (functions[2]->line, ==, 200);
}

/* A resolver of an image, and a stack of its functions. */
typedef struct
{
  PythonImage         *image;
  SondePythonCodes    *codes;
  SondePythonResolver *resolver;
  SondeCodeStack      *stack;
} Fixture;

static Fixture
make_fixture (void)
{
  Fixture self = { .image = make_image (), .stack = g_new0 (SondeCodeStack, 1) };

  self.codes = python_code_read (self.image);
  self.resolver = sonde_python_resolver_new (self.codes, NULL);
  fill_stack (self.stack);

  return self;
}

static void
fixture_clear (Fixture *self)
{
  sonde_python_resolver_free (self->resolver);
  sonde_python_codes_free (self->codes);
  python_image_free (self->image);
  g_free (self->stack);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* A stack of the same addresses as the last one, with another object at one of them. */
static void
test_resolver_replaced (void)
{
  g_auto(Fixture) fixture = make_fixture ();

  for (guint i = 0; i < N_STACKS; i++)
    {
      set_line (fixture.image, 1, 100 + i);
      g_assert_true (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
      assert_lines (fixture.resolver, 100 + i);
    }
}

/* What has stood there for long is not looked at with each stack, but after a turn. */
static void
test_resolver_turns (void)
{
  g_auto(Fixture) fixture = make_fixture ();

  g_assert_true (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
  python_code_age (fixture.codes);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
      fixture.image->n_reads = 0;
    }
  for (guint i = 0; i < N_STACKS; i++)
    {
      g_assert_true (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
      assert_lines (fixture.resolver, 100);
    }
  g_assert_cmpuint (fixture.image->n_reads, ==, 0);

  set_line (fixture.image, 1, 123);
  sonde_python_resolver_begin_turn (fixture.resolver);
  g_assert_true (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
  assert_lines (fixture.resolver, 123);
}

/* One that changes while it is looked at is looked at again; one that always does is none. */
static void
test_resolver_restless (void)
{
  g_autoptr(PythonImage) image = make_image ();
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  Restless restless = { .image = image, .memory = python_image_get_memory (image), .line = 100 };
  const SondePythonMemory memory = {
    .read = read_one_and_change, .read_pieces = read_and_change, .data = &restless,
  };
  g_autoptr(SondePythonCodes) codes =
    sonde_python_codes_new (&memory, sonde_python_offsets_find (image->version, FALSE), functions);
  g_autoptr(SondePythonResolver) resolver = sonde_python_resolver_new (codes, NULL);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  fill_stack (stack);
  g_assert_true (sonde_python_resolver_settle (resolver, stack));
  for (guint n_changes = 1; n_changes <= 3; n_changes++)
    {
      restless.n_changes = n_changes;
      g_assert_true (sonde_python_resolver_settle (resolver, stack));
      assert_lines (resolver, restless.line);
      g_assert_cmpuint (restless.n_changes, ==, 0);
    }

  restless.n_changes = G_MAXUINT;
  g_assert_false (sonde_python_resolver_settle (resolver, stack));
  restless.n_changes = 0;
  g_assert_true (sonde_python_resolver_settle (resolver, stack));
  assert_lines (resolver, restless.line);
}

/* Where one is no function the others are looked at all the same: they are shown without it. */
static void
test_resolver_unsettled (void)
{
  g_auto(Fixture) fixture = make_fixture ();
  const SondeFunction *function;

  g_assert_true (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
  python_code_age (fixture.codes);
  sonde_python_resolver_begin_turn (fixture.resolver);
  set_line (fixture.image, 1, 123);
  fixture.stack->frames[0].code = AT_NAME;
  g_assert_false (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
  g_assert_null (sonde_python_resolver_find (fixture.resolver, &fixture.stack->frames[0]));
  function = sonde_python_resolver_find (fixture.resolver, &fixture.stack->frames[1]);
  g_assert_cmpuint (function->line, ==, 123);
}

/* What is no code object is no function, wherever in the stack; what was found stays right. */
static void
test_resolver_no_function (void)
{
  g_auto(Fixture) fixture = make_fixture ();

  for (guint i = 0; i < N_FRAMES; i++)
    {
      fill_stack (fixture.stack);
      fixture.stack->frames[i].code = AT_NAME;
      g_assert_false (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
      g_assert_null (sonde_python_resolver_find (fixture.resolver, &fixture.stack->frames[i]));

      fill_stack (fixture.stack);
      g_assert_true (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
      assert_lines (fixture.resolver, 100);
    }

  fixture.stack->depth = 0;
  g_assert_true (sonde_python_resolver_settle (fixture.resolver, fixture.stack));
  g_assert_cmpuint (sonde_python_resolver_fill (fixture.resolver, NULL), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/python-resolver/replaced", test_resolver_replaced);
  g_test_add_func ("/python-resolver/turns", test_resolver_turns);
  g_test_add_func ("/python-resolver/restless", test_resolver_restless);
  g_test_add_func ("/python-resolver/unsettled", test_resolver_unsettled);
  g_test_add_func ("/python-resolver/no-function", test_resolver_no_function);

  return g_test_run ();
}
