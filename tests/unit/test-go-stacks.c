/* test-go-stacks.c: stacks of a made up program of Go, which is mapped into the test
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "support/go-image.h"
#include "unwinder/unwinder.h"

/* Where the stacks of the thread and of its goroutine are, in captures only. */
#define STACK 0x7ffd00000000
#define OTHER 0xc000040000
#define STACK_BYTES 4096

typedef struct
{
  SondeUnwinder *unwinder;
  SondeStack    *stack;
  SondeCapture   capture;
} Fixture;

static void
map_segment (int   fd,
             gsize offset,
             gsize length,
             int   protection)
{
  void *address = GSIZE_TO_POINTER (GO_BASE + offset);

  g_assert_true (mmap (address, length, protection, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd,
                       (off_t) offset) == address);
}

/* Maps the program as the loader would; a part of the table is in a page that can be written. */
static void
map_image (GoVersion    version,
           GoImageFlags flags)
{
  g_autofree guint8 *image = go_image_new (version, flags);
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("sonde-go-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, image, GO_IMAGE_BYTES), ==, GO_IMAGE_BYTES);
  map_segment (fd, 0, 0x1000, PROT_READ);
  map_segment (fd, 0x1000, 0x1000, PROT_READ | PROT_WRITE);
  map_segment (fd, 0x2000, 0x1000, PROT_READ | PROT_EXEC);
  map_segment (fd, 0x3000, 0x1000, PROT_READ | PROT_WRITE);
  close (fd);
  g_unlink (path);
}

static void
open_piece (SondeStackPiece *piece,
            SondeAddress     start)
{
  sonde_stack_piece_ensure (piece, SONDE_CAPTURE_BYTES_MIN);
  memset (piece->bytes, 0, SONDE_CAPTURE_BYTES_MIN);
  piece->start = start;
  piece->length = STACK_BYTES;
}

static void
put (SondeStackPiece *piece,
     SondeAddress     address,
     guint64          value)
{
  memcpy (piece->bytes + (address - piece->start), &value, sizeof value);
}

static void
set_registers (Fixture      *fixture,
               SondeAddress  pc,
               SondeAddress  sp)
{
  fixture->capture.known = SONDE_REGISTERS_PC_SP;
  fixture->capture.registers[SONDE_REGISTER_PC] = pc;
  fixture->capture.registers[SONDE_REGISTER_SP] = sp;
}

static void
set_frame_pointer (Fixture      *fixture,
                   SondeAddress  fp)
{
  fixture->capture.known |= 1u << SONDE_REGISTER_FP;
  fixture->capture.registers[SONDE_REGISTER_FP] = fp;
}

static void
unwind (Fixture *fixture)
{
  sonde_unwinder_unwind (fixture->unwinder, &fixture->capture, fixture->stack);
}

static void
open_fixture (Fixture      *fixture,
              GoVersion     version,
              GoImageFlags  flags)
{
  g_autoptr(SondeMaps) maps = NULL;

  map_image (version, flags);
  maps = sonde_maps_read (getpid (), NULL);
  fixture->unwinder = sonde_unwinder_new (getpid ());
  sonde_unwinder_set_maps (fixture->unwinder, maps);
  fixture->stack = g_new0 (SondeStack, 1);
  open_piece (&fixture->capture.stack, STACK);
}

/* As of the program itself: before its first stack, and once. */
static void
load_tables (Fixture *fixture)
{
  g_assert_false (sonde_unwinder_has_go (fixture->unwinder));
  g_assert_true (sonde_unwinder_load_tables (fixture->unwinder));
  g_assert_true (sonde_unwinder_has_go (fixture->unwinder));
  g_assert_false (sonde_unwinder_load_tables (fixture->unwinder));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  open_fixture (fixture, GPOINTER_TO_UINT (data), 0);
  load_tables (fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_capture_clear (&fixture->capture);
  sonde_unwinder_free (fixture->unwinder);
  g_free (fixture->stack);
  g_assert_cmpint (munmap (GSIZE_TO_POINTER (GO_BASE), 0x4000), ==, 0);
}

static void
assert_frames (Fixture       *fixture,
               SondeStackEnd  end,
               const char    *expected)
{
  g_autoptr(GString) text = g_string_new (NULL);

  unwind (fixture);
  for (guint i = 0; i < fixture->stack->depth; i++)
    g_string_append_printf (text, "%s%" G_GINT64_MODIFIER "x", i == 0 ? "" : " ",
                            fixture->stack->addresses[i] - GO_BASE);
  g_assert_cmpstr (text->str, ==, expected);
  g_assert_cmpint (fixture->stack->end, ==, end);
}

/* leaf, which middle called, which main called, whose caller is the end of a goroutine. */
static void
put_goroutine (SondeStackPiece *piece,
               SondeAddress     sp)
{
  put (piece, sp, GO_MIDDLE + 0x25);
  put (piece, sp + 48, GO_MAIN + 0x15);
  put (piece, sp + 80, GO_TOP + 1);
}

/* As little as is known of a sleeping thread is enough. */
static void
test_go_stacks_frameless_leaf (Fixture       *fixture,
                               gconstpointer  data)
{
  put_goroutine (&fixture->capture.stack, STACK);
  set_registers (fixture, GO_LEAF + 5, STACK);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2105 2064 2014 2180");
  g_assert_true (fixture->stack->has_go);
}

/* A file that was overwritten may have another table, or none. */
static void
test_go_stacks_overwritten (Fixture       *fixture,
                            gconstpointer  data)
{
  sonde_unwinder_forget_files (fixture->unwinder);
  g_assert_true (sonde_unwinder_load_tables (fixture->unwinder));
  g_assert_false (sonde_unwinder_load_tables (fixture->unwinder));
  test_go_stacks_frameless_leaf (fixture, data);
}

/* A frame is shorter while the function is entered, and not there at its first instruction. */
static void
test_go_stacks_prologue (Fixture       *fixture,
                         gconstpointer  data)
{
  SondeStackPiece *piece = &fixture->capture.stack;

  put (piece, STACK + 32, GO_MAIN + 0x15);
  put (piece, STACK + 64, GO_TOP + 1);
  set_registers (fixture, GO_MIDDLE + 3, STACK);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2043 2014 2180");

  put (piece, STACK, GO_TOP + 1);
  set_registers (fixture, GO_MAIN + 3, STACK);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2003 2180");
}

static void
test_go_stacks_bytes_end (Fixture       *fixture,
                          gconstpointer  data)
{
  put_goroutine (&fixture->capture.stack, STACK);
  fixture->capture.stack.length = 80;
  set_registers (fixture, GO_LEAF + 5, STACK);
  assert_frames (fixture, SONDE_STACK_END_BYTES, "2105 2064 2014");
  g_assert_cmphex (fixture->stack->missed, ==, STACK + 80);
  g_assert_false (fixture->stack->is_elsewhere);
}

/* What main calls in the middle of its frame is no code: there is no telling what comes next. */
static void
test_go_stacks_no_code (Fixture       *fixture,
                        gconstpointer  data)
{
  put_goroutine (&fixture->capture.stack, STACK);
  put (&fixture->capture.stack, STACK + 48, GO_TABLE);
  set_registers (fixture, GO_LEAF + 5, STACK);
  assert_frames (fixture, SONDE_STACK_END_NO_RULE, "2105 2064");
}

/* leaf runs on the thread's stack; middle, on its goroutine's, wants it to. A value that looks like
 * a return address into middle is not taken for it where its frame would have another length.
 */
static void
put_switch (Fixture *fixture)
{
  SondeStackPiece *other = &fixture->capture.outer;

  put (&fixture->capture.stack, STACK, GO_SWITCH + 0x11);
  open_piece (other, OTHER);
  put (other, OTHER + 184, GO_CALLED);
  put (other, OTHER + 200, GO_CALLED);
  put (other, OTHER + 216, GO_CALLED);
  put (other, OTHER + 240, 0);
  put (other, OTHER + 248, GO_MAIN + 0x15);
  put (other, OTHER + 280, GO_TOP + 1);
  set_registers (fixture, GO_LEAF + 5, STACK);
  set_frame_pointer (fixture, OTHER + 240);
}

static void
test_go_stacks_other_stack (Fixture       *fixture,
                            gconstpointer  data)
{
  put_switch (fixture);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2105 2150 2054 2014 2180");
}

static void
test_go_stacks_other_stack_missed (Fixture       *fixture,
                                   gconstpointer  data)
{
  put_switch (fixture);
  fixture->capture.outer.length = 0;
  assert_frames (fixture, SONDE_STACK_END_BYTES, "2105 2150");
  g_assert_true (fixture->stack->is_elsewhere);
  g_assert_cmphex (fixture->stack->missed, ==, OTHER);
}

static void
test_go_stacks_other_stack_unknown (Fixture       *fixture,
                                    gconstpointer  data)
{
  put_switch (fixture);
  fixture->capture.known = SONDE_REGISTERS_PC_SP;
  assert_frames (fixture, SONDE_STACK_END_REGISTER, "2105 2150");
}

/* The stack has been changed already, and nothing been called there. */
static void
test_go_stacks_other_stack_between (Fixture       *fixture,
                                    gconstpointer  data)
{
  put_switch (fixture);
  put (&fixture->capture.stack, STACK, 0);
  set_registers (fixture, GO_SWITCH + 0x11, STACK);
  set_frame_pointer (fixture, OTHER + 240);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2151 2054 2014 2180");
}

/* middle runs there, whose frame does not have its caller's frame pointer yet. */
static void
test_go_stacks_other_stack_entered (Fixture       *fixture,
                                    gconstpointer  data)
{
  static const guint8 save[] = { 0x48, 0x89, 0x6c, 0x24, 24 }; /* mov %rbp, 24(%rsp) */
  gpointer code = GSIZE_TO_POINTER (GO_BASE + 0x2000);

  g_assert_cmpint (mprotect (code, 0x1000, PROT_READ | PROT_WRITE | PROT_EXEC), ==, 0);
  memcpy (GSIZE_TO_POINTER (GO_MIDDLE + 3), save, sizeof save);
  put_switch (fixture);
  put (&fixture->capture.stack, STACK, 0);
  put (&fixture->capture.stack, STACK + 24, STACK + 64);
  put (&fixture->capture.stack, STACK + 32, GO_SWITCH + 0x11);
  set_registers (fixture, GO_MIDDLE + 3, STACK);
  set_frame_pointer (fixture, OTHER + 240);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2043 2150 2054 2014 2180");
}

/* Since Go 1.21 it has a frame on the goroutine's stack, which the frame pointer leads to. */
static void
test_go_stacks_other_stack_frame (Fixture       *fixture,
                                  gconstpointer  data)
{
  put_switch (fixture);
  put (&fixture->capture.outer, OTHER + 192, OTHER + 240);
  set_frame_pointer (fixture, OTHER + 192);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2105 2150 2054 2014 2180");
}

/* Before it has changed anything its frame is where those of other functions are. */
static void
test_go_stacks_other_stack_frame_entered (Fixture       *fixture,
                                          gconstpointer  data)
{
  SondeStackPiece *piece = &fixture->capture.stack;

  put (piece, STACK, STACK + 48);
  put (piece, STACK + 8, GO_CALLED);
  put (piece, STACK + 48, STACK + 80);
  put (piece, STACK + 56, GO_MAIN + 0x15);
  put (piece, STACK + 88, GO_TOP + 1);
  set_registers (fixture, GO_SWITCH + 1, STACK);
  set_frame_pointer (fixture, STACK + 48);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2141 2054 2014 2180");
}

/* A goroutine's stack grows, or its turn ends: only the former goes on elsewhere, and there is no
 * telling where.
 */
static void
test_go_stacks_grow (Fixture       *fixture,
                     gconstpointer  data)
{
  SondeStackPiece *piece = &fixture->capture.stack;

  put (piece, STACK, GO_GROW + 0x11);
  set_registers (fixture, GO_LEAF + 5, STACK);
  assert_frames (fixture, SONDE_STACK_END_NO_RULE, "2105 21d0");

  put (piece, STACK, GO_LEAVE + 0x11);
  put (piece, STACK + 8, GO_GROW + 0x11);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2105 21f0 21d0");
}

/* A handler, the kernel's frame and what the signal came upon: leaf, at that instruction. */
static void
test_go_stacks_signal (Fixture       *fixture,
                       gconstpointer  data)
{
  SondeStackPiece *piece = &fixture->capture.stack;
  SondeAddress registers = STACK + 8 + offsetof (ucontext_t, uc_mcontext.gregs);

  put (piece, STACK, GO_RETURN);
  put (piece, registers + REG_RSP * 8, STACK + 2048);
  put (piece, registers + REG_RIP * 8, GO_LEAF);
  put_goroutine (piece, STACK + 2048);
  set_registers (fixture, GO_LEAF + 8, STACK);
  assert_frames (fixture, SONDE_STACK_END_OUTERMOST, "2108 21a0 2100 2064 2014 2180");
}

/* Any bytes at all end somewhere. */
static void
test_go_stacks_garbage (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (4711);

  for (guint round = 0; round < 2000; round++)
    {
      put_switch (fixture);
      put_goroutine (&fixture->capture.stack, STACK + 400);
      for (guint i = 0; i < 64; i++)
        {
          SondeStackPiece *piece = i % 2 == 0 ? &fixture->capture.stack : &fixture->capture.outer;
          SondeAddress at = piece->start + (SondeAddress) g_rand_int_range (random, 0, 60) * 8;

          put (piece, at, i % 3 == 0 ? OTHER + g_rand_int (random) % 512
                                     : GO_MAIN + g_rand_int (random) % (GO_END - GO_MAIN));
        }
      unwind (fixture);
      g_assert_cmpuint (fixture->stack->depth, <=, SONDE_STACK_DEPTH_MAX);
    }
}

/* However the table is found, and counted. */
static void
test_go_stacks_found (gconstpointer data)
{
  const GoImageFlags flags = GPOINTER_TO_UINT (data);

  for (GoVersion version = GO_1_2; version <= GO_1_26; version++)
    {
      Fixture fixture = { 0 };

      open_fixture (&fixture, version, flags);
      load_tables (&fixture);
      test_go_stacks_frameless_leaf (&fixture, NULL);
      tear_down (&fixture, NULL);
    }
}

/* Code of a library is looked for when it has no rule: the program lies below, here a page of the
 * test.
 */
static void
test_go_stacks_library (void)
{
  int fd = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  void *page = mmap (GSIZE_TO_POINTER (GO_BASE - 0x200000), 4096, PROT_READ | PROT_EXEC,
                     MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);
  Fixture fixture = { 0 };

  g_assert_true (page != MAP_FAILED);
  open_fixture (&fixture, GO_1_20, 0);
  g_assert_true (sonde_unwinder_load_tables (fixture.unwinder));
  g_assert_false (sonde_unwinder_load_tables (fixture.unwinder));
  set_registers (&fixture, GO_LEAF, STACK);
  unwind (&fixture);
  load_tables (&fixture);
  test_go_stacks_frameless_leaf (&fixture, NULL);
  tear_down (&fixture, NULL);
  g_assert_cmpint (munmap (page, 4096), ==, 0);
  close (fd);
}

#define ADD_FOR(version, name, function) \
  g_test_add ("/unwinder/go-stacks/" name, Fixture, GUINT_TO_POINTER (version), set_up, function, \
              tear_down)
#define ADD(name, function) ADD_FOR (GO_1_18, name, function)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("frameless-leaf", test_go_stacks_frameless_leaf);
  ADD ("overwritten", test_go_stacks_overwritten);
  ADD ("prologue", test_go_stacks_prologue);
  ADD ("bytes-end", test_go_stacks_bytes_end);
  ADD ("no-code", test_go_stacks_no_code);
  ADD ("other-stack", test_go_stacks_other_stack);
  ADD ("other-stack-missed", test_go_stacks_other_stack_missed);
  ADD ("other-stack-unknown", test_go_stacks_other_stack_unknown);
  ADD ("other-stack-between", test_go_stacks_other_stack_between);
  ADD ("other-stack-entered", test_go_stacks_other_stack_entered);
  ADD_FOR (GO_1_26, "other-stack-frame", test_go_stacks_other_stack_frame);
  ADD_FOR (GO_1_26, "other-stack-frame-entered", test_go_stacks_other_stack_frame_entered);
  ADD ("grow", test_go_stacks_grow);
  ADD ("signal", test_go_stacks_signal);
  ADD ("garbage", test_go_stacks_garbage);
  g_test_add_data_func ("/unwinder/go-stacks/sections", NULL, test_go_stacks_found);
  g_test_add_data_func ("/unwinder/go-stacks/no-sections",
                        GUINT_TO_POINTER (GO_IMAGE_NO_SECTIONS), test_go_stacks_found);
  g_test_add_data_func ("/unwinder/go-stacks/merged-section",
                        GUINT_TO_POINTER (GO_IMAGE_MERGED), test_go_stacks_found);
  g_test_add_func ("/unwinder/go-stacks/library", test_go_stacks_library);
  return g_test_run ();
}
