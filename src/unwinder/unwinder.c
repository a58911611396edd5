/* unwinder.c: captures → stacks, by libunwind over the copied bytes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libunwind asks for all it needs through the accessors below: registers and stack come from the
 * capture, tables and code from the target's files in memory. Where an address has no unwind
 * information the frame pointer is followed instead, as JIT compilers and
 * -fno-asynchronous-unwind-tables leave it.
 *
 * Does not name anything, and never touches a thread.
 */

#include "config.h"

#include "unwinder/unwinder.h"

#include <libunwind.h>
#include <string.h>

#include "unwinder/go-cursor.h"
#include "unwinder/unwinder-private.h"

/* libunwind's entry for callers that bring their own tables; its header does not declare it. */
#define search_unwind_table UNW_OBJ (dwarf_search_unwind_table)

extern int search_unwind_table (unw_addr_space_t  space,
                                unw_word_t        address,
                                unw_dyn_info_t   *table,
                                unw_proc_info_t  *info,
                                int               need_info,
                                void             *data);

/* The rules found are kept by instruction address; the default of 128 is less than one deep
 * stack.
 */
#define N_CACHED_RULES 65536

/* How many words libunwind may read for one frame: rules are read byte by byte, 100 or so for most
 * frames, some 10,000 for the longest known. A rule is a program, which may jump back (DWARF 5,
 * 2.5.1.5), and libunwind would follow it for ever.
 */
#define N_READS_A_FRAME 65536
#define N_ENDLESS_MAX 4096

/* Searches all tables that may cover @address. */
static int
search_tables (SondeUnwinder   *self,
               unw_word_t       address,
               unw_proc_info_t *info,
               int              need_info)
{
  int result = -UNW_ENOINFO;

  for (guint i = 0; result < 0; i++)
    {
      const SondeTable *table = sonde_tables_find (self->tables, address, i);
      unw_dyn_info_t found = { 0 };

      if (table == NULL)
        break;

      found.format = table->is_own ? UNW_INFO_FORMAT_IP_OFFSET : UNW_INFO_FORMAT_REMOTE_TABLE;
      found.start_ip = table->start;
      found.end_ip = table->end;
      found.u.rti.segbase = table->header;
      found.u.rti.table_data = table->entries;
      found.u.rti.table_len = table->count;
      result = search_unwind_table (self->space, address, &found, info, need_info, self);
    }

  return result;
}

static int
find_proc_info_cb (unw_addr_space_t  space,
                   unw_word_t        address,
                   unw_proc_info_t  *info,
                   int               need_info,
                   void             *data)
{
  SondeUnwinder *self = data;
  int result = search_tables (self, address, info, need_info);

  if (result < 0)
    {
      self->missed_table = TRUE;
      self->missed_mapping |= !sonde_tables_is_code (self->tables, address);
      return result;
    }

  self->procedure = info->start_ip;
  if (g_hash_table_contains (self->endless, GSIZE_TO_POINTER (info->start_ip)))
    {
      self->missed_table = TRUE;
      return -UNW_ENOINFO;
    }

  return result;
}

static void
put_unwind_info_cb (unw_addr_space_t  space,
                    unw_proc_info_t  *info,
                    void             *data)
{
  /* search_unwind_table() takes it from libunwind's own pool, which libunwind gives it back to. */
}

static int
get_dyn_info_list_cb (unw_addr_space_t  space,
                      unw_word_t       *address,
                      void             *data)
{
  return -UNW_ENOINFO;
}

gboolean
sonde_unwinder_read_stack (SondeUnwinder *self,
                           SondeAddress   address,
                           guint64       *value)
{
  if (self->capture == NULL)
    return FALSE;

  if (!sonde_stack_piece_read (&self->capture->stack, address, value))
    return sonde_stack_piece_read (&self->capture->outer, address, value);

  self->high = MAX (self->high, address + sizeof *value);
  return TRUE;
}

static void
give_reads (SondeUnwinder *self)
{
  self->n_reads_in_all -= self->n_reads_given - self->n_reads_left;
  self->n_reads_given = MIN (N_READS_A_FRAME, self->n_reads_in_all);
  self->n_reads_left = self->n_reads_given;
}

gboolean
sonde_unwinder_find_procedure (SondeUnwinder *self,
                               SondeAddress   address,
                               SondeAddress  *start)
{
  unw_proc_info_t info = { 0 };
  /* One less, so that no function is blamed for it. */
  guint n_reads = MIN (N_READS_A_FRAME - 1, self->n_reads_to_guess);
  gboolean is_found;

  self->n_reads_given = self->n_reads_left = n_reads;
  is_found = search_tables (self, address, &info, FALSE) >= 0;
  self->n_reads_to_guess -= n_reads - self->n_reads_left;
  *start = info.start_ip;

  return is_found;
}

/* A function whose rules come to no end is one without rules from then on. */
static gboolean
may_read (SondeUnwinder *self)
{
  if (self->n_reads_left > 0)
    {
      self->n_reads_left--;
      return TRUE;
    }

  self->missed_table = TRUE;
  if (self->n_reads_given < N_READS_A_FRAME)
    return FALSE;

  if (g_hash_table_size (self->endless) >= N_ENDLESS_MAX)
    g_hash_table_remove_all (self->endless);
  g_hash_table_add (self->endless, GSIZE_TO_POINTER (self->procedure));

  return FALSE;
}

static int
access_memory_cb (unw_addr_space_t  space,
                  unw_word_t        address,
                  unw_word_t       *value,
                  int               write,
                  void             *data)
{
  SondeUnwinder *self = data;

  if (write || !may_read (self))
    return -UNW_EINVAL;

  if (sonde_unwinder_read_stack (self, address, value) ||
      sonde_tables_read (self->tables, address, value))
    return 0;

  self->missed_bytes = TRUE;
  self->missed_address = address;
  return -UNW_EINVAL;
}

static int
access_register_cb (unw_addr_space_t  space,
                    unw_regnum_t      number,
                    unw_word_t       *value,
                    int               write,
                    void             *data)
{
  SondeUnwinder *self = data;

  if (write || number < 0 || number >= SONDE_N_REGISTERS)
    return -UNW_EBADREG;

  if ((self->known & (1u << number)) == 0)
    {
      self->missed_register = TRUE;
      return -UNW_EBADREG;
    }

  *value = self->registers[number];
  return 0;
}

static int
access_float_register_cb (unw_addr_space_t  space,
                          unw_regnum_t      number,
                          unw_fpreg_t      *value,
                          int               write,
                          void             *data)
{
  return -UNW_EBADREG;
}

static int
resume_cb (unw_addr_space_t  space,
           unw_cursor_t     *cursor,
           void             *data)
{
  return -UNW_EINVAL;
}

static int
get_proc_name_cb (unw_addr_space_t  space,
                  unw_word_t        address,
                  char             *buffer,
                  size_t            length,
                  unw_word_t       *offset,
                  void             *data)
{
  return -UNW_ENOINFO;
}

static gboolean
read_stack_cb (SondeAddress  address,
               guint64      *value,
               gpointer      data)
{
  return sonde_unwinder_read_stack (data, address, value);
}

static gboolean
read_table_cb (SondeAddress  address,
               guint64      *value,
               gpointer      data)
{
  SondeUnwinder *self = data;

  return sonde_tables_read (self->tables, address, value);
}

static void
free_memo (gpointer data)
{
  sonde_memo_free (data);
}

SondeUnwinder *
sonde_unwinder_new (pid_t pid)
{
  unw_accessors_t accessors = {
    .find_proc_info = find_proc_info_cb,
    .put_unwind_info = put_unwind_info_cb,
    .get_dyn_info_list_addr = get_dyn_info_list_cb,
    .access_mem = access_memory_cb,
    .access_reg = access_register_cb,
    .access_fpreg = access_float_register_cb,
    .resume = resume_cb,
    .get_proc_name = get_proc_name_cb,
  };
  SondeUnwinder *self = g_new0 (SondeUnwinder, 1);

  self->tables = sonde_tables_new (pid);
  self->go = sonde_go_rules_new (pid, read_table_cb, self);
  self->space = unw_create_addr_space (&accessors, 0);
  unw_set_caching_policy (self->space, UNW_CACHE_GLOBAL);
  unw_set_cache_size (self->space, N_CACHED_RULES, 0);
  self->endless = g_hash_table_new (NULL, NULL);
  self->memos = g_hash_table_new_full (NULL, NULL, NULL, free_memo);
  self->frames = g_array_new (FALSE, FALSE, sizeof (SondeMemoFrame));

  return self;
}

void
sonde_unwinder_free (SondeUnwinder *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->endless);
  g_hash_table_unref (self->memos);
  g_array_unref (self->frames);
  g_free (self->trial);
  unw_destroy_addr_space (self->space);
  sonde_go_rules_free (self->go);
  sonde_tables_free (self->tables);
  g_free (self);
}

/* Forgets what follows from the tables. */
static void
drop_results (SondeUnwinder *self)
{
  sonde_trampolines_clear (&self->trampolines);
  g_hash_table_remove_all (self->endless);
  g_hash_table_remove_all (self->memos);
  unw_flush_cache (self->space, 0, 0);
}

void
sonde_unwinder_set_maps (SondeUnwinder *self,
                         SondeMaps     *maps)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (maps != NULL);

  sonde_tables_set_maps (self->tables, maps);
  sonde_go_rules_set_maps (self->go, maps);
  self->wants_program = TRUE;
  drop_results (self);
}

void
sonde_unwinder_forget_files (SondeUnwinder *self)
{
  g_return_if_fail (self != NULL);

  sonde_tables_forget_files (self->tables);
  sonde_go_rules_forget_files (self->go);
  self->wants_program = TRUE;
  drop_results (self);
}

/* Go's own table comes first: beside it the .debug_frame of a program in Go says no more, and is
 * long. Whether the program itself is in Go is to be known before its first stack.
 */
gboolean
sonde_unwinder_load_tables (SondeUnwinder *self)
{
  const SondeMapping *program = NULL;
  gboolean has_looked;
  SondeAddress address;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->wants_program)
    program = sonde_tables_find_program (self->tables);
  self->wants_program = FALSE;
  has_looked = program != NULL && sonde_go_rules_load (self->go, program->start);
  while (!has_looked && sonde_tables_take_wanted (self->tables, &address))
    {
      has_looked = sonde_go_rules_load (self->go, address);
      if (!sonde_go_rules_covers (self->go, address))
        has_looked |= sonde_tables_load (self->tables, address);
    }

  /* They were found without these tables. */
  if (has_looked)
    g_hash_table_remove_all (self->memos);

  return has_looked;
}

gboolean
sonde_unwinder_has_go (SondeUnwinder *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return sonde_go_rules_has_code (self->go);
}

static SondeStackEnd
why_ended (const SondeUnwinder *self)
{
  if (self->missed_register)
    return SONDE_STACK_END_REGISTER;
  if (self->missed_bytes)
    return SONDE_STACK_END_BYTES;

  return SONDE_STACK_END_NO_RULE;
}

/* The same as step(), for a frame of Go. */
static gboolean
step_go (SondeUnwinder *self,
         unw_cursor_t  *cursor,
         SondeAddress   address,
         SondeStackEnd *end)
{
  SondeGoFrame *frame = &self->frame;
  gboolean has_caller;

  frame->address = address;
  has_caller = sonde_go_cursor_step (self->go, cursor, frame, read_stack_cb, self, end);
  /* The C library's way back from a signal, where that has installed the handler of Go (cgo). */
  if (has_caller && !frame->is_innermost &&
      sonde_trampolines_has (&self->trampolines, self->tables, frame->address + 1))
    frame->registers[SONDE_REGISTER_PC] = ++frame->address;
  memcpy (self->registers, frame->registers, sizeof self->registers);
  self->known = frame->known;
  self->is_exact = TRUE;
  self->is_in_chain = FALSE;
  self->missed_address = frame->missed;

  return has_caller && unw_init_remote (cursor, self->space, self) == 0;
}

/* One frame further out than the one at @address. FALSE at the end, with @end set. */
static gboolean
step (SondeUnwinder *self,
      unw_cursor_t  *cursor,
      SondeAddress   address,
      SondeStackEnd *end)
{
  unw_word_t pc = 0;
  unw_word_t sp = 0;
  unw_word_t fp = 0;
  gboolean has_fp;
  int result;

  if (sonde_go_rules_covers (self->go, address))
    return step_go (self, cursor, address, end);

  /* So far is_exact says that this frame is the kernel's way back from a signal. */
  self->frame.is_innermost = self->is_exact;
  unw_get_reg (cursor, UNW_REG_IP, &pc);
  unw_get_reg (cursor, UNW_REG_SP, &sp);
  has_fp = unw_get_reg (cursor, UNW_X86_64_RBP, &fp) == 0;
  self->frame_sp = sp;
  self->missed_bytes = FALSE;
  self->missed_register = FALSE;
  self->missed_table = FALSE;
  give_reads (self);

  result = unw_step (cursor);
  if (!self->missed_table)
    {
      self->is_in_chain = FALSE;
      *end = result == 0 ? SONDE_STACK_END_OUTERMOST : why_ended (self);
      return result > 0;
    }

  /* Without a rule libunwind guesses; a guess is not what we show. */
  self->is_by_rules = FALSE;
  return sonde_unwinder_step_without_rule (self, pc, sp, has_fp, fp, end) &&
         unw_init_remote (cursor, self->space, self) == 0;
}

/* Gives the index among the frames of @memo that the stack was taken over from, or -1. */
static gint
walk (SondeUnwinder *self,
      unw_cursor_t  *cursor,
      SondeMemo     *memo,
      SondeStack    *stack)
{
  unw_word_t pc;
  unw_word_t sp;

  do
    {
      gboolean returns_from_signal;
      SondeAddress address;

      if (unw_get_reg (cursor, UNW_REG_IP, &pc) != 0 || pc == 0)
        {
          stack->end = SONDE_STACK_END_OUTERMOST;
          return -1;
        }

      if (stack->depth == SONDE_STACK_DEPTH_MAX)
        {
          stack->end = SONDE_STACK_END_DEPTH;
          return -1;
        }

      returns_from_signal = sonde_trampolines_has (&self->trampolines, self->tables, pc);
      address = self->is_exact || returns_from_signal ? pc : pc - 1;
      if (memo != NULL)
        {
          SondeMemoFrame frame = sonde_memo_describe_frame (cursor, pc, address);
          gint index = sonde_memo_find (memo, self->capture, &frame);

          if (index >= 0)
            {
              sonde_memo_take (memo, (guint) index, stack);
              return index;
            }
          g_array_append_val (self->frames, frame);
        }

      stack->sps[stack->depth] = unw_get_reg (cursor, UNW_REG_SP, &sp) == 0 ? sp : 0;
      stack->addresses[stack->depth++] = address;
      self->is_exact = returns_from_signal;
    }
  while (step (self, cursor, stack->addresses[stack->depth - 1], &stack->end));

  return -1;
}

/* The memo of a thread that was stopped: of a sleeper too little is known. */
static SondeMemo *
ensure_memo (SondeUnwinder      *self,
             const SondeCapture *capture)
{
  gpointer key = GINT_TO_POINTER (capture->tid);
  SondeMemo *memo;

  if (capture->known != SONDE_REGISTERS_ALL || capture->outer.length > 0)
    return NULL;

  memo = g_hash_table_lookup (self->memos, key);
  if (memo == NULL)
    {
      memo = sonde_memo_new ();
      g_hash_table_insert (self->memos, key, memo);
    }

  return memo;
}

void
sonde_unwinder_forget (SondeUnwinder *self,
                       pid_t          tid)
{
  g_return_if_fail (self != NULL);

  g_hash_table_remove (self->memos, GINT_TO_POINTER (tid));
}

void
sonde_unwinder_unwind (SondeUnwinder      *self,
                       const SondeCapture *capture,
                       SondeStack         *stack)
{
  unw_cursor_t cursor;
  SondeMemo *memo;
  gint index = -1;

  g_return_if_fail (self != NULL);
  g_return_if_fail (capture != NULL);
  g_return_if_fail (stack != NULL);

  self->capture = capture;
  self->known = capture->known;
  self->missed_mapping = FALSE;
  self->missed_address = 0;
  self->high = 0;
  self->is_exact = TRUE;
  self->is_in_chain = FALSE;
  self->is_by_rules = TRUE;
  self->frame = (SondeGoFrame) { .is_innermost = TRUE };
  sonde_go_rules_begin (self->go);
  self->n_reads_in_all = N_READS_A_STACK;
  self->n_reads_given = 0;
  self->n_reads_left = 0;
  give_reads (self);
  memcpy (self->registers, capture->registers, sizeof self->registers);
  memo = ensure_memo (self, capture);
  g_array_set_size (self->frames, 0);

  stack->depth = 0;
  stack->is_guessed = FALSE;
  stack->end = SONDE_STACK_END_NO_RULE;
  if (unw_init_remote (&cursor, self->space, self) == 0)
    index = walk (self, &cursor, memo, stack);

  stack->unmapped = self->missed_mapping;
  stack->missed = self->missed_address;
  stack->is_elsewhere = self->frame.is_elsewhere;
  stack->has_go = self->frame.address != 0;
  if (memo != NULL && stack->end == SONDE_STACK_END_OUTERMOST && !stack->unmapped &&
      !self->frame.has_left)
    sonde_memo_keep (memo, capture, self->frames, index, self->high);
  else if (memo != NULL)
    sonde_memo_drop (memo);
  self->capture = NULL;
}
