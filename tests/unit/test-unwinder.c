/* test-unwinder.c: unwinding the test's own stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <elf.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "target/memory.h"
#include "unwinder/tables.h"
#include "unwinder/unwinder.h"

#define N_FRAMES_MAX 64
#define RULES_AT 0x200
#define CODE_AT 0x800
#define STACK_START G_GUINT64_CONSTANT (0x7ffd00000000)

typedef struct
{
  SondeCapture capture;
  void        *expected[N_FRAMES_MAX];
  int          n_expected;
} Scene;

typedef struct
{
  Scene          scene;
  SondeUnwinder *unwinder;
  SondeStack    *stack;
} Fixture;

static _Unwind_Reason_Code
note_frame (struct _Unwind_Context *context,
            void                   *data)
{
  Scene *scene = data;
  void *address = (void *) _Unwind_GetIP (context);

  /* Like us it ends with the thread's first function, whose caller it gives as 0. */
  if (address == NULL || scene->n_expected == N_FRAMES_MAX)
    return _URC_END_OF_STACK;

  scene->expected[scene->n_expected++] = address;

  return _URC_NO_REASON;
}

/* Captures the caller's registers and stack as a sampler would, and what the unwinder of gcc
 * says of them; the address sanitizer puts a frame of its own into backtrace().
 */
static G_NO_INLINE void
capture_here (Scene *scene,
              gsize  bytes)
{
  SondeCapture *capture = &scene->capture;
  ucontext_t context;

  getcontext (&context);
  capture->registers[3] = (guint64) context.uc_mcontext.gregs[REG_RBX];
  capture->registers[SONDE_REGISTER_FP] = (guint64) context.uc_mcontext.gregs[REG_RBP];
  capture->registers[SONDE_REGISTER_SP] = (guint64) context.uc_mcontext.gregs[REG_RSP];
  capture->registers[12] = (guint64) context.uc_mcontext.gregs[REG_R12];
  capture->registers[13] = (guint64) context.uc_mcontext.gregs[REG_R13];
  capture->registers[14] = (guint64) context.uc_mcontext.gregs[REG_R14];
  capture->registers[15] = (guint64) context.uc_mcontext.gregs[REG_R15];
  capture->registers[SONDE_REGISTER_PC] = (guint64) context.uc_mcontext.gregs[REG_RIP];
  capture->known = SONDE_REGISTERS_ALL;
  scene->n_expected = 0;
  _Unwind_Backtrace (note_frame, scene);

  sonde_stack_piece_ensure (&capture->stack, bytes);
  capture->stack.start = capture->registers[SONDE_REGISTER_SP];
  capture->stack.length = sonde_memory_read (getpid (), capture->stack.start,
                                             capture->stack.bytes, bytes);
}

/* Levels of known frames between the test and the capture. */
static G_NO_INLINE guint64
descend (Scene *scene,
         guint  levels,
         gsize  bytes)
{
  if (levels == 0)
    capture_here (scene, bytes);
  else
    return 1 + descend (scene, levels - 1, bytes);

  return 0;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), NULL);

  fixture->unwinder = sonde_unwinder_new (getpid ());
  fixture->stack = g_new0 (SondeStack, 1);
  sonde_unwinder_set_maps (fixture->unwinder, maps);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_capture_clear (&fixture->scene.capture);
  sonde_unwinder_free (fixture->unwinder);
  g_free (fixture->stack);
}

/* Callers, from frame 1 on, are return addresses for gcc and one less for us. */
static void
assert_same_callers (Fixture *fixture,
                     guint    depth)
{
  g_assert_cmpuint (depth, <=, (guint) fixture->scene.n_expected);
  for (guint i = 1; i < depth; i++)
    g_assert_cmphex (fixture->stack->addresses[i], ==,
                     (SondeAddress) (gsize) fixture->scene.expected[i] - 1);
}

static void
test_unwinder_whole_stack (Fixture       *fixture,
                           gconstpointer  data)
{
  descend (&fixture->scene, 20, SONDE_CAPTURE_BYTES_MIN);
  sonde_unwinder_unwind (fixture->unwinder, &fixture->scene.capture, fixture->stack);

  g_assert_cmpint (fixture->stack->end, ==, SONDE_STACK_END_OUTERMOST);
  g_assert_false (fixture->stack->unmapped);
  g_assert_cmpuint (fixture->stack->depth, ==, (guint) fixture->scene.n_expected);
  assert_same_callers (fixture, fixture->stack->depth);
}

static void
test_unwinder_cut_short (Fixture       *fixture,
                         gconstpointer  data)
{
  descend (&fixture->scene, 40, 2048);
  sonde_unwinder_unwind (fixture->unwinder, &fixture->scene.capture, fixture->stack);

  g_assert_cmpint (fixture->stack->end, ==, SONDE_STACK_END_BYTES);
  g_assert_cmpuint (fixture->stack->depth, >, 3);
  assert_same_callers (fixture, fixture->stack->depth);
}

static void
test_unwinder_unknown_register (Fixture       *fixture,
                                gconstpointer  data)
{
  SondeCapture *capture = &fixture->scene.capture;

  descend (&fixture->scene, 3, SONDE_CAPTURE_BYTES_MIN);

  /* Nothing is made up for a register that a sleeping thread does not show. */
  capture->known = SONDE_REGISTERS_PC_SP;
  capture->registers[SONDE_REGISTER_FP] = 0;
  sonde_unwinder_unwind (fixture->unwinder, capture, fixture->stack);

  g_assert_true (fixture->stack->end == SONDE_STACK_END_REGISTER ||
                 fixture->stack->end == SONDE_STACK_END_OUTERMOST);
  assert_same_callers (fixture, fixture->stack->depth);
}

static void
test_unwinder_call_of_null (Fixture       *fixture,
                            gconstpointer  data)
{
  SondeCapture *capture = &fixture->scene.capture;
  guint64 caller = (guint64) (gsize) test_unwinder_call_of_null + 8;

  sonde_stack_piece_ensure (&capture->stack, SONDE_CAPTURE_BYTES_MIN);
  memset (capture->stack.bytes, 0, SONDE_CAPTURE_BYTES_MIN);
  memcpy (capture->stack.bytes, &caller, sizeof caller);
  capture->stack.length = 64;
  capture->known = SONDE_REGISTERS_ALL;
  capture->stack.start = 0x7ffd00000000;
  capture->registers[SONDE_REGISTER_SP] = capture->stack.start;
  capture->registers[SONDE_REGISTER_PC] = 0x10;
  sonde_unwinder_unwind (fixture->unwinder, capture, fixture->stack);

  g_assert_cmpuint (fixture->stack->depth, >=, 2);
  g_assert_cmphex (fixture->stack->addresses[0], ==, 0x10);
  g_assert_cmphex (fixture->stack->addresses[1], ==, caller - 1);
  g_assert_true (fixture->stack->unmapped);
}

static void
test_unwinder_garbage (Fixture       *fixture,
                       gconstpointer  data)
{
  SondeCapture *capture = &fixture->scene.capture;
  g_autoptr(GRand) random = g_rand_new_with_seed (4711);

  descend (&fixture->scene, 20, SONDE_CAPTURE_BYTES_MIN);

  /* Any bytes and registers at all end somewhere. */
  for (guint round = 0; round < 3000; round++)
    {
      guint n_spoilt = g_rand_int_range (random, 1, 64);

      for (guint i = 0; i < n_spoilt; i++)
        {
          gsize at = g_rand_int (random) % capture->stack.length;

          capture->stack.bytes[at] = (guint8) g_rand_int (random);
        }

      if (round % 2 == 0)
        capture->registers[g_rand_int_range (random, 0, SONDE_N_REGISTERS)] ^=
          1u << g_rand_int_range (random, 0, 32);

      sonde_unwinder_unwind (fixture->unwinder, capture, fixture->stack);
      g_assert_cmpuint (fixture->stack->depth, <=, SONDE_STACK_DEPTH_MAX);
    }
}

static void
test_unwinder_loop_of_frame_pointers (Fixture       *fixture,
                                      gconstpointer  data)
{
  SondeCapture *capture = &fixture->scene.capture;
  guint64 sp = 0x7ffd00000000;
  guint64 frame[2] = { sp, 0x10 };

  /* A frame that is its own caller, in code without unwind information. */
  sonde_stack_piece_ensure (&capture->stack, SONDE_CAPTURE_BYTES_MIN);
  memset (capture->stack.bytes, 0, SONDE_CAPTURE_BYTES_MIN);
  frame[1] = (guint64) (gsize) test_unwinder_garbage + 8;
  memcpy (capture->stack.bytes, frame, sizeof frame);
  capture->stack.length = SONDE_CAPTURE_BYTES_MIN;
  capture->known = SONDE_REGISTERS_ALL;
  capture->stack.start = sp;
  capture->registers[SONDE_REGISTER_SP] = sp;
  capture->registers[SONDE_REGISTER_FP] = sp;
  capture->registers[SONDE_REGISTER_PC] = 0x20;
  sonde_unwinder_unwind (fixture->unwinder, capture, fixture->stack);

  g_assert_cmpuint (fixture->stack->depth, <, 100);
}

/* The capture of a thread that stands in code without rules, @code, with the frame pointer @fp; on
 * its stack is @words.
 */
static void
capture_without_rules (Fixture       *fixture,
                       SondeAddress   code,
                       SondeAddress   fp,
                       const guint64 *words,
                       guint          n_words)
{
  SondeCapture *capture = &fixture->scene.capture;

  sonde_stack_piece_ensure (&capture->stack, SONDE_CAPTURE_BYTES_MIN);
  memset (capture->stack.bytes, 0, SONDE_CAPTURE_BYTES_MIN);
  memcpy (capture->stack.bytes, words, n_words * sizeof *words);
  capture->stack.start = STACK_START;
  capture->stack.length = SONDE_CAPTURE_BYTES_MIN;
  capture->known = SONDE_REGISTERS_ALL;
  capture->registers[SONDE_REGISTER_SP] = STACK_START;
  capture->registers[SONDE_REGISTER_FP] = fp;
  capture->registers[SONDE_REGISTER_PC] = code;
  sonde_unwinder_unwind (fixture->unwinder, capture, fixture->stack);
}

/* A frame pointer of 0 is an end where a chain of frame pointers ends with it. Code without rules
 * that has something else in that register may have a 0 there.
 */
static void
test_unwinder_frame_pointer_of_0 (Fixture       *fixture,
                                  gconstpointer  data)
{
  gpointer page = mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SondeAddress code = (SondeAddress) (gsize) page;
  const guint64 words[] = { 0, code + 16 };
  g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), NULL);

  g_assert_true (page != MAP_FAILED);
  sonde_unwinder_set_maps (fixture->unwinder, maps);

  capture_without_rules (fixture, code + 8, 0, words, G_N_ELEMENTS (words));
  g_assert_cmpint (fixture->stack->end, ==, SONDE_STACK_END_NO_RULE);
  g_assert_cmpuint (fixture->stack->depth, ==, 1);

  capture_without_rules (fixture, code + 8, STACK_START, words, G_N_ELEMENTS (words));
  g_assert_cmpint (fixture->stack->end, ==, SONDE_STACK_END_OUTERMOST);
  g_assert_cmpuint (fixture->stack->depth, ==, 2);
  g_assert_cmphex (fixture->stack->addresses[1], ==, code + 15);
  munmap (page, 4096);
}

/* Maps the first page of a file of @length without section headers or a search table, @n times.
 * Its function at CODE_AT has rules for debuggers only: the return address is at the stack pointer.
 * They reach to the end.
 */
static void
map_debug_frame (gsize     length,
                 gpointer *pages,
                 guint     n,
                 char    **path)
{
  static const guint8 cie[] = "\x10\0\0\0\xff\xff\xff\xff\x01\0\x01\x78\x10\x0c"
                              "\x07\x08\x90\x01\0";
  const guint64 fde[] = { length - RULES_AT - sizeof cie - 4, CODE_AT, 64 };
  g_autofree guint8 *content = g_malloc0 (4096);
  Elf64_Ehdr header = { .e_phoff = sizeof header, .e_phentsize = sizeof (Elf64_Phdr),
                        .e_phnum = 1, .e_type = ET_DYN, .e_entry = CODE_AT };
  Elf64_Phdr segment = { .p_type = PT_LOAD, .p_filesz = 4096, .p_memsz = 4096 };
  int fd = g_file_open_tmp ("sonde-XXXXXX", path, NULL);

  memcpy (header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  memcpy (content, &header, sizeof header);
  memcpy (content + sizeof header, &segment, sizeof segment);
  memcpy (content + RULES_AT, cie, sizeof cie);
  memcpy (content + RULES_AT + sizeof cie, fde, sizeof fde);
  g_assert_cmpint (write (fd, content, 4096), ==, 4096);
  g_assert_cmpint (ftruncate (fd, (off_t) length), ==, 0);
  for (guint i = 0; i < n; i++)
    {
      pages[i] = mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
      g_assert_true (pages[i] != MAP_FAILED);
    }
  close (fd);
}

/* A stack that was found by frame pointers is not kept when there are rules. */
static void
test_unwinder_last_stack_without_tables (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autofree char *path = NULL;
  gpointer page = mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  gpointer code;
  SondeAddress other = (SondeAddress) (gsize) page;
  const guint64 words[] = { other + 16, 0, 0, 0, 0, other + 32 };
  g_autoptr(SondeMaps) maps = NULL;

  g_assert_true (page != MAP_FAILED);
  map_debug_frame (4096, &code, 1, &path);
  maps = sonde_maps_read (getpid (), NULL);
  sonde_unwinder_set_maps (fixture->unwinder, maps);
  capture_without_rules (fixture, (SondeAddress) (gsize) code + CODE_AT + 8, STACK_START + 32,
                         words, G_N_ELEMENTS (words));
  g_assert_cmpint (fixture->stack->end, ==, SONDE_STACK_END_OUTERMOST);
  g_assert_cmpuint (fixture->stack->depth, ==, 2);

  while (sonde_unwinder_load_tables (fixture->unwinder))
    continue;
  sonde_unwinder_unwind (fixture->unwinder, &fixture->scene.capture, fixture->stack);
  g_assert_cmpint (fixture->stack->end, ==, SONDE_STACK_END_OUTERMOST);
  g_assert_cmpuint (fixture->stack->depth, ==, 3);
  g_assert_cmphex (fixture->stack->addresses[1], ==, other + 15);

  munmap (page, 4096);
  munmap (code, 4096);
  g_unlink (path);
}

/* Looks for the rules at all @pages, and gives at how many there are some. */
static guint
count_tables (SondeTables    *tables,
              const gpointer *pages,
              guint           n)
{
  g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), NULL);
  SondeAddress address;
  guint n_found = 0;

  sonde_tables_set_maps (tables, maps);
  for (guint i = 0; i < n; i++)
    sonde_tables_find (tables, (SondeAddress) (gsize) pages[i], 0);
  while (sonde_tables_take_wanted (tables, &address))
    sonde_tables_load (tables, address);
  for (guint i = 0; i < n; i++)
    n_found += sonde_tables_find (tables, (SondeAddress) (gsize) pages[i], 0) != NULL;

  return n_found;
}

/* What is copied of a target has a limit in all: four times 63 MiB, and not five times. */
static void
test_unwinder_budget_of_tables (Fixture       *fixture,
                                gconstpointer  data)
{
  g_autoptr(SondeTables) tables = sonde_tables_new (getpid ());
  g_autofree char *path = NULL;
  gpointer pages[5];

  map_debug_frame ((gsize) 63 * 1024 * 1024, pages, G_N_ELEMENTS (pages), &path);
  g_assert_cmpuint (count_tables (tables, pages, G_N_ELEMENTS (pages)), ==, 4);
  /* What is forgotten makes room. */
  sonde_tables_forget_files (tables);
  g_assert_cmpuint (count_tables (tables, pages, G_N_ELEMENTS (pages)), ==, 4);

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    munmap (pages[i], 4096);
  g_unlink (path);
}

/* The stack of the fixture's capture, by an unwinder that has seen no other. */
static void
assert_as_if_new (Fixture *fixture)
{
  g_autoptr(SondeUnwinder) fresh = sonde_unwinder_new (getpid ());
  g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), NULL);
  g_autofree SondeStack *expected = g_new0 (SondeStack, 1);

  sonde_unwinder_set_maps (fresh, maps);
  sonde_unwinder_unwind (fresh, &fixture->scene.capture, expected);
  sonde_unwinder_unwind (fixture->unwinder, &fixture->scene.capture, fixture->stack);

  g_assert_cmpint (fixture->stack->end, ==, expected->end);
  g_assert_cmpuint (fixture->stack->depth, ==, expected->depth);
  for (guint i = 0; i < expected->depth; i++)
    g_assert_cmphex (fixture->stack->addresses[i], ==, expected->addresses[i]);
}

static void
test_unwinder_last_stack_changes_nothing (Fixture       *fixture,
                                          gconstpointer  data)
{
  SondeCapture *capture = &fixture->scene.capture;
  g_autoptr(GRand) random = g_rand_new_with_seed (4711);

  /* Deeper and shallower, and the same again. */
  for (guint levels = 2; levels < 30; levels += 3)
    {
      descend (&fixture->scene, levels, SONDE_CAPTURE_BYTES_MIN);
      assert_as_if_new (fixture);
      assert_as_if_new (fixture);
      g_assert_cmpint (fixture->stack->end, ==, SONDE_STACK_END_OUTERMOST);
      descend (&fixture->scene, 1, SONDE_CAPTURE_BYTES_MIN);
      assert_as_if_new (fixture);
    }

  /* Any other byte or register, or fewer bytes, and the last stack must not be believed. */
  for (guint round = 0; round < 200; round++)
    {
      gsize at = g_rand_int (random) % 2048;
      guint number = g_rand_int_range (random, 0, SONDE_N_REGISTERS);
      guint8 byte;
      guint64 value;

      descend (&fixture->scene, 12, SONDE_CAPTURE_BYTES_MIN);
      sonde_unwinder_unwind (fixture->unwinder, capture, fixture->stack);

      byte = capture->stack.bytes[at];
      capture->stack.bytes[at] ^= (guint8) g_rand_int_range (random, 1, 256);
      assert_as_if_new (fixture);
      capture->stack.bytes[at] = byte;

      sonde_unwinder_unwind (fixture->unwinder, capture, fixture->stack);
      value = capture->registers[number];
      capture->registers[number] ^= 8u << g_rand_int_range (random, 0, 8);
      assert_as_if_new (fixture);
      capture->registers[number] = value;

      sonde_unwinder_unwind (fixture->unwinder, capture, fixture->stack);
      capture->stack.length = 256 + at;
      assert_as_if_new (fixture);
    }
}

/* The kernel jumps to that of a program only. */
static void
test_unwinder_entry_point (Fixture       *fixture,
                           gconstpointer  data)
{
  SondeAddress here = (SondeAddress) (gsize) test_unwinder_entry_point;
  g_autoptr(SondeTables) tables = sonde_tables_new (getpid ());
  g_autofree char *path = NULL;
  gpointer library;

  map_debug_frame (4096, &library, 1, &path);
  count_tables (tables, &library, 1);
  g_assert_cmphex (sonde_tables_find_entry (tables, (SondeAddress) (gsize) library + CODE_AT), ==,
                   0);
  g_assert_cmphex (sonde_tables_find_entry (tables, here), ==, getauxval (AT_ENTRY));
  munmap (library, 4096);
  g_unlink (path);
}

#define ADD(name, function) \
  g_test_add ("/unwinder/unwinder/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("whole-stack", test_unwinder_whole_stack);
  ADD ("cut-short", test_unwinder_cut_short);
  ADD ("unknown-register", test_unwinder_unknown_register);
  ADD ("call-of-null", test_unwinder_call_of_null);
  ADD ("garbage", test_unwinder_garbage);
  ADD ("last-stack-changes-nothing", test_unwinder_last_stack_changes_nothing);
  ADD ("last-stack-without-tables", test_unwinder_last_stack_without_tables);
  ADD ("budget-of-tables", test_unwinder_budget_of_tables);
  ADD ("entry-point", test_unwinder_entry_point);
  ADD ("frame-pointer-of-0", test_unwinder_frame_pointer_of_0);
  ADD ("loop-of-frame-pointers", test_unwinder_loop_of_frame_pointers);
  return g_test_run ();
}
