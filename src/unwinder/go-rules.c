/* go-rules.c: how long the frames of Go's functions are, and which of them are special
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of functions has the size of a frame at each instruction. What it says for an address
 * is kept.
 */

#include "config.h"

#include "unwinder/go-rules.h"

#include <string.h>

#include "unwinder/go-loader.h"

/* A power of two. */
#define N_RULES 4096

/* How many words may be read for one stack; 100 for most of its addresses, the first time. */
#define N_READS_A_STACK 1000000

#define N_MODULES_MAX 64
#define NAME_BYTES 32

/* Code of one mapped file, or that there is none of Go. */
typedef struct
{
  SondeMapping mapping; /* without its path */
  gboolean     is_go;
  SondeAddress start;
  SondeAddress end;
  SondeGoTable table;
} Module;

struct _SondeGoRules
{
  pid_t             pid;
  SondeGoWordFunc   read;
  gpointer          data;    /* of read */
  SondeMaps        *maps;    /* owned */
  GPtrArray        *modules; /* of Module, owned */
  guint             n_reads_left;
  SondeGoRule       rules[N_RULES]; /* those found, by address */
};

/* What the flags of the table do not tell, or not before Go 1.17. */
static const struct
{
  const char  *name;
  SondeGoKind  kind;
} known_functions[] = {
  { "runtime.goexit", SONDE_GO_KIND_TOP },
  { "runtime.mstart", SONDE_GO_KIND_TOP },
  { "runtime.mcall", SONDE_GO_KIND_TOP },
  { "runtime.rt0_go", SONDE_GO_KIND_TOP },
  { "_rt0_amd64", SONDE_GO_KIND_TOP },
  { "_rt0_amd64_linux", SONDE_GO_KIND_TOP },
  { "runtime.sigreturn", SONDE_GO_KIND_RETURN },
  { "runtime.sigreturn__sigaction", SONDE_GO_KIND_RETURN },
  { "runtime.systemstack", SONDE_GO_KIND_SWITCH },
  { "runtime.asmcgocall", SONDE_GO_KIND_SWITCH },
  { "runtime.sigtramp", SONDE_GO_KIND_FRAME },
  { "crosscall2", SONDE_GO_KIND_BOUNDARY },
  { "runtime.morestack", SONDE_GO_KIND_GROW },
  { "runtime.goschedImpl", SONDE_GO_KIND_LEAVE },
  { "runtime.preemptPark", SONDE_GO_KIND_LEAVE },
  { "runtime.schedule", SONDE_GO_KIND_LEAVE },
  { "runtime.gogo", SONDE_GO_KIND_WRITER },
  { "gogo", SONDE_GO_KIND_WRITER },
  { "runtime.asyncPreempt", SONDE_GO_KIND_INJECTED },
  { "runtime.sigpanic", SONDE_GO_KIND_INJECTED },
  { "runtime.nanotime1", SONDE_GO_KIND_POINTER },
  { "runtime.walltime1", SONDE_GO_KIND_POINTER },
  { "runtime.walltime", SONDE_GO_KIND_POINTER },
  { "time.now", SONDE_GO_KIND_POINTER },
};

static gboolean
read_cb (SondeAddress  address,
         gpointer      bytes,
         gsize         length,
         gpointer      data)
{
  SondeGoRules *self = data;

  for (gsize done = 0; done < length; done += sizeof (guint64))
    {
      guint64 word;

      if (self->n_reads_left == 0 || !self->read (address + done, &word, self->data))
        return FALSE;

      self->n_reads_left--;
      memcpy ((guint8 *) bytes + done, &word, MIN (length - done, sizeof word));
    }

  return TRUE;
}

SondeGoRules *
sonde_go_rules_new (pid_t            pid,
                    SondeGoWordFunc  read,
                    gpointer         data)
{
  SondeGoRules *self = g_new0 (SondeGoRules, 1);

  self->pid = pid;
  self->read = read;
  self->data = data;
  self->modules = g_ptr_array_new_with_free_func (g_free);

  return self;
}

void
sonde_go_rules_free (SondeGoRules *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->maps, sonde_maps_unref);
  g_ptr_array_unref (self->modules);
  g_free (self);
}

static gboolean
is_same_mapping (const SondeMapping *a,
                 const SondeMapping *b)
{
  return a->start == b->start && a->end == b->end && a->offset == b->offset &&
         a->inode == b->inode && a->device == b->device;
}

void
sonde_go_rules_set_maps (SondeGoRules *self,
                         SondeMaps    *maps)
{
  g_clear_pointer (&self->maps, sonde_maps_unref);
  self->maps = sonde_maps_ref (maps);
  memset (self->rules, 0, sizeof self->rules);

  for (guint i = self->modules->len; i > 0; i--)
    {
      const Module *module = g_ptr_array_index (self->modules, i - 1);
      const SondeMapping *now = sonde_maps_find (maps, module->mapping.start);

      if (now == NULL || !is_same_mapping (now, &module->mapping))
        g_ptr_array_remove_index (self->modules, i - 1);
    }
}

void
sonde_go_rules_forget_files (SondeGoRules *self)
{
  g_ptr_array_set_size (self->modules, 0);
  memset (self->rules, 0, sizeof self->rules);
}

static Module *
find_module (SondeGoRules *self,
             SondeAddress  address)
{
  for (guint i = 0; i < self->modules->len; i++)
    {
      Module *module = g_ptr_array_index (self->modules, i);

      if (module->is_go && address >= module->start && address < module->end)
        return module;
    }

  return NULL;
}

gboolean
sonde_go_rules_is_code (SondeGoRules *self,
                        SondeAddress  address)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);

  return mapping != NULL && mapping->executable;
}

void
sonde_go_rules_begin (SondeGoRules *self)
{
  self->n_reads_left = N_READS_A_STACK;
}

gboolean
sonde_go_rules_has_code (SondeGoRules *self)
{
  for (guint i = 0; i < self->modules->len; i++)
    if (((const Module *) g_ptr_array_index (self->modules, i))->is_go)
      return TRUE;

  return FALSE;
}

gboolean
sonde_go_rules_covers (SondeGoRules *self,
                       SondeAddress  address)
{
  return find_module (self, address) != NULL;
}

static gboolean
was_tried (SondeGoRules       *self,
           const SondeMapping *mapping)
{
  for (guint i = 0; i < self->modules->len; i++)
    {
      const Module *module = g_ptr_array_index (self->modules, i);

      if (is_same_mapping (&module->mapping, mapping))
        return TRUE;
    }

  return self->modules->len >= N_MODULES_MAX;
}

gboolean
sonde_go_rules_load (SondeGoRules *self,
                     SondeAddress  address)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);
  SondeGoFunction last;
  SondeGoFunction first;
  Module *module;

  if (mapping == NULL || !mapping->executable || mapping->inode == 0 || was_tried (self, mapping))
    return FALSE;

  module = g_new0 (Module, 1);
  module->mapping = *mapping;
  module->mapping.path = NULL;
  g_ptr_array_add (self->modules, module);

  sonde_go_rules_begin (self);
  module->is_go = sonde_go_loader_load (self->pid, self->maps, mapping, read_cb, self,
                                        &module->table) &&
                  sonde_go_table_get (&module->table, 0, &first) &&
                  sonde_go_table_get (&module->table,
                                      sonde_go_table_get_count (&module->table) - 1, &last);
  if (module->is_go)
    {
      module->start = MAX (first.start, mapping->start);
      module->end = MIN (last.end, mapping->end);
    }

  return TRUE;
}

/* What is known of @function by its name. */
static SondeGoKind
find_known (SondeGoRules          *self,
            const SondeGoFunction *function)
{
  char name[NAME_BYTES] = { 0 };

  if (!read_cb (function->name, name, sizeof name - 1, self))
    return SONDE_GO_KIND_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (known_functions); i++)
    if (strcmp (name, known_functions[i].name) == 0)
      return known_functions[i].kind;

  return SONDE_GO_KIND_NONE;
}

static SondeGoKind
choose_kind (SondeGoRules          *self,
             const SondeGoFunction *function,
             guint32                size)
{
  gboolean writes_sp = (function->flags & SONDE_GO_FLAG_WRITES_SP) != 0;
  SondeGoKind known = find_known (self, function);

  /* A handler's caller is what it came upon, whatever the table says. */
  if ((function->flags & SONDE_GO_FLAG_TOP_FRAME) != 0 && known != SONDE_GO_KIND_FRAME)
    return SONDE_GO_KIND_TOP;

  /* With a frame it may be a wrapper, which has the same name. */
  if (known == SONDE_GO_KIND_SWITCH && size > 0)
    return writes_sp ? SONDE_GO_KIND_POINTER : SONDE_GO_KIND_FRAME;

  if (known == SONDE_GO_KIND_POINTER && size == 0)
    return SONDE_GO_KIND_FRAME;

  if (known == SONDE_GO_KIND_NONE && writes_sp)
    return size > 0 ? SONDE_GO_KIND_POINTER : SONDE_GO_KIND_WRITER;

  return known != SONDE_GO_KIND_NONE ? known : SONDE_GO_KIND_FRAME;
}

static void
fill_rule (SondeGoRules *self,
           SondeAddress  address,
           SondeGoRule  *rule)
{
  const Module *module = find_module (self, address);
  SondeGoFunction function;
  gint32 size;

  *rule = (SondeGoRule) { .address = address };
  if (module != NULL && sonde_go_table_find (&module->table, address, &function) &&
      sonde_go_table_run (&module->table, &function, function.frame_sizes, address, &size) &&
      size >= 0 && size % 8 == 0)
    {
      rule->function = function.start;
      rule->size = (guint32) size;
      rule->kind = choose_kind (self, &function, rule->size);
    }

  /* It is not known whether there is one. */
  if (self->n_reads_left == 0)
    *rule = (SondeGoRule) { .address = 0 };
}

const SondeGoRule *
sonde_go_rules_find (SondeGoRules *self,
                     SondeAddress  address)
{
  SondeGoRule *rule = &self->rules[(address ^ (address >> 12)) % N_RULES];

  if (rule->address != address)
    fill_rule (self, address, rule);

  return rule;
}

gboolean
sonde_go_rules_saves_fp (SondeGoRules *self,
                         SondeAddress  address,
                         guint32       size)
{
  guint64 word;
  guint32 place = size - 8;

  if (!self->read (address, &word, self->data))
    return FALSE;

  /* mov %rbp, disp8(%rsp) or disp32(%rsp): 48 89 6c 24 or 48 89 ac 24, and how far. */
  return ((guint32) word == 0x246c8948 && ((word >> 32) & 0xff) == place) ||
         ((guint32) word == 0x24ac8948 && word >> 32 == place);
}

SondeAddress
sonde_go_rules_find_callee (SondeGoRules *self,
                            SondeAddress  address)
{
  guint64 word;
  gint32 distance;

  /* call rel32: e8 and the distance from where it returns to. */
  if (!self->read (address - 8, &word, self->data) || ((word >> 24) & 0xff) != 0xe8)
    return 0;

  distance = (gint32) (word >> 32);

  return address + (SondeAddress) (gint64) distance;
}
