/* code.c: reads code objects of a target's Python, and keeps what they said
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Time goes in turns, from one begin_turn() to the next. An entry that was not looked at in this
 * turn, or is young, is listed when it is found, and looked at by the recheck() that follows. So
 * nothing that is given after that is older than a turn, and a find() is a look into a hash table.
 *
 * An entry is still the same if the words of the code object that it was made from are, and if the
 * texts and the line table that they point to begin as they did, hash and length included.
 */

#include "config.h"

#include "python/code-private.h"

/* For how many turns an object is young. */
#define YOUNG_TURNS 20

/* The low bits of addresses are alike, and all others are the target's to choose. */
static guint
hash_address (gconstpointer address)
{
  return (guint) ((GPOINTER_TO_SIZE (address) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32);
}

static void
entry_free (gpointer data)
{
  SondePythonCode *entry = data;

  g_free (entry->table);
  g_free (entry);
}

static gsize
get_head_length (const SondePythonOffsets *offsets)
{
  const guint32 fields[] = {
    offsets->object.type, offsets->object.size, offsets->code.name, offsets->code.qualname,
    offsets->code.filename, offsets->code.linetable, offsets->code.firstlineno,
    offsets->code.tlbc,
  };

  return sonde_python_offsets_get_bytes (fields, G_N_ELEMENTS (fields),
                                         SONDE_PYTHON_CODE_HEAD_BYTES);
}

SondePythonCodes *
sonde_python_codes_new (const SondePythonMemory  *memory,
                        const SondePythonOffsets *offsets,
                        SondeFunctions           *functions)
{
  SondePythonCodes *self;

  g_return_val_if_fail (memory != NULL && offsets != NULL && functions != NULL, NULL);

  self = g_new0 (SondePythonCodes, 1);
  self->memory = *memory;
  self->offsets = *offsets;
  self->heap = (SondePythonHeap) { .memory = &self->memory, .offsets = &self->offsets };
  self->functions = sonde_functions_ref (functions);
  self->head_length = get_head_length (offsets);
  self->turn = 1;
  self->entries = g_hash_table_new_full (hash_address, NULL, NULL, entry_free);
  self->listed = g_ptr_array_new ();
  self->looks = g_new (SondePythonCodeLook, SONDE_PYTHON_CHECK_MAX);

  return self;
}

void
sonde_python_codes_free (SondePythonCodes *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->listed);
  g_hash_table_unref (self->entries);
  g_free (self->looks);
  sonde_functions_unref (self->functions);
  g_free (self);
}

static void
drop_entry (SondePythonCodes *self,
            SondePythonCode  *entry)
{
  self->bytes -= sizeof *entry + entry->table_length;
  g_hash_table_remove (self->entries, GSIZE_TO_POINTER (entry->address));
}

static gint
compare_uses (gconstpointer a,
              gconstpointer b)
{
  const SondePythonCode *left = *(const SondePythonCode *const *) a;
  const SondePythonCode *right = *(const SondePythonCode *const *) b;

  return left->used < right->used ? -1 : left->used > right->used;
}

void
sonde_python_codes_make_room (SondePythonCodes      *self,
                              gsize                  bytes,
                              const SondePythonCode *keep)
{
  g_autoptr(GPtrArray) all = NULL;
  GHashTableIter iter;
  gpointer entry;

  if (self->bytes + bytes <= SONDE_PYTHON_CODES_BYTES_MAX &&
      g_hash_table_size (self->entries) < SONDE_PYTHON_CODES_MAX)
    return;

  all = g_ptr_array_sized_new (g_hash_table_size (self->entries));
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (all, entry);
  g_ptr_array_sort (all, compare_uses);

  g_ptr_array_set_size (self->listed, 0);
  for (guint i = 0; i < all->len; i++)
    {
      SondePythonCode *old = all->pdata[i];
      gboolean is_old = i < all->len / 4 || self->bytes + bytes > SONDE_PYTHON_CODES_BYTES_MAX;

      if (is_old && old != keep)
        drop_entry (self, old);
      else if (old->is_listed)
        g_ptr_array_add (self->listed, old);
    }
}

static SondePythonWords
parse_words (const SondePythonOffsets *offsets,
             const guint8             *head)
{
  gboolean has_qualname = sonde_python_has_field (offsets->code.qualname);
  gboolean in_place = offsets->flags.bytecode_is_in_place;

  return (SondePythonWords) {
    .type = sonde_python_get_word (head, offsets->object.type),
    .name = sonde_python_get_word (head, offsets->code.name),
    .qualified_name = has_qualname ? sonde_python_get_word (head, offsets->code.qualname) : 0,
    .file = sonde_python_get_word (head, offsets->code.filename),
    .table = sonde_python_get_word (head, offsets->code.linetable),
    .n_units = in_place ? sonde_python_get_word (head, offsets->object.size) : 0,
    .first_line = (guint64) MAX (sonde_python_get_int (head, offsets->code.firstlineno), 0),
  };
}

/* The object that the function is named by. */
static SondeAddress
get_name (const SondePythonWords *words)
{
  return words->qualified_name != 0 ? words->qualified_name : words->name;
}

/* ---- Looking again */

#define PIECES_PER_LOOK 4

static void
list_pieces (SondePythonCodes      *self,
             const SondePythonCode *entry,
             SondePythonCodeLook   *look,
             SondeMemoryPiece      *pieces)
{
  const guint32 text = self->offsets.unicode.length;

  pieces[0] = (SondeMemoryPiece) { entry->address, look->head, self->head_length };
  pieces[1] = (SondeMemoryPiece) {
    get_name (&entry->words) + text, look->name, entry->name_mark.length
  };
  pieces[2] = (SondeMemoryPiece) { entry->words.file + text, look->file, entry->file_mark.length };
  pieces[3] = (SondeMemoryPiece) {
    entry->words.table + self->offsets.object.size, look->table, entry->table_mark.length
  };
}

static gboolean
has_same_mark (const SondePythonMark *mark,
               const guint8          *bytes)
{
  return memcmp (mark->bytes, bytes, mark->length) == 0;
}

static gboolean
is_same (SondePythonCodes          *self,
         const SondePythonCode     *entry,
         const SondePythonCodeLook *look)
{
  SondePythonWords words = parse_words (&self->offsets, look->head);

  return memcmp (&entry->words, &words, sizeof words) == 0 &&
         has_same_mark (&entry->name_mark, look->name) &&
         has_same_mark (&entry->file_mark, look->file) &&
         has_same_mark (&entry->table_mark, look->table);
}

/* Takes @entry as good for this turn if @look says so, else drops it; gives how many it dropped. */
static guint
check_entry (SondePythonCodes          *self,
             SondePythonCode           *entry,
             const SondePythonCodeLook *look)
{
  if (look != NULL && is_same (self, entry, look))
    {
      entry->is_listed = FALSE;
      entry->checked = self->turn;
      return 0;
    }

  self->dropped_turn = self->turn;
  drop_entry (self, entry);

  return 1;
}

/* Looks at some entries again; drops what is no longer there, and gives how many. */
static guint
check_entries (SondePythonCodes *self,
               SondePythonCode **entries,
               guint             n_entries)
{
  SondeMemoryPiece pieces[SONDE_PYTHON_CHECK_MAX * PIECES_PER_LOOK];
  SondePythonCodeLook *looks = self->looks;
  guint done = 0, dropped = 0;

  for (guint i = 0; i < n_entries; i++)
    list_pieces (self, entries[i], &looks[i], pieces + i * PIECES_PER_LOOK);

  while (done < n_entries)
    {
      guint n_read = self->memory.read_pieces (self->memory.data, pieces + done * PIECES_PER_LOOK,
                                               (n_entries - done) * PIECES_PER_LOOK);
      guint end = MIN (done + n_read / PIECES_PER_LOOK, n_entries);

      for (; done < end; done++)
        dropped += check_entry (self, entries[done], &looks[done]);

      /* What cannot be read is not there; the others follow it. */
      if (done < n_entries)
        dropped += check_entry (self, entries[done++], NULL);
    }

  return dropped;
}

gboolean
sonde_python_codes_needs_recheck (const SondePythonCodes *self)
{
  return self->listed->len > 0;
}

guint
sonde_python_codes_recheck (SondePythonCodes *self)
{
  guint dropped = 0;

  for (guint i = 0; i < self->listed->len; i += SONDE_PYTHON_CHECK_MAX)
    dropped += check_entries (self, (SondePythonCode **) self->listed->pdata + i,
                              MIN (self->listed->len - i, SONDE_PYTHON_CHECK_MAX));

  g_ptr_array_set_size (self->listed, 0);

  return dropped;
}

void
sonde_python_codes_begin_turn (SondePythonCodes *self)
{
  self->turn++;
}

/* ---- Reading */

static const SondeFunction *
intern_function (SondePythonCodes       *self,
                 const SondePythonWords *words,
                 const char             *name,
                 const char             *file)
{
  const SondeFunction function = {
    .kind = SONDE_FUNCTION_KIND_PYTHON,
    .name = *name != '\0' ? name : "?",
    .file = file,
    .line = (guint) words->first_line,
  };

  return sonde_functions_intern (self->functions, &function);
}

static SondePythonCode *
read_entry (SondePythonCodes *self,
            SondeAddress      address)
{
  guint8 head[SONDE_PYTHON_CODE_HEAD_BYTES];
  g_autofree char *name = NULL;
  g_autofree char *file = NULL;
  SondePythonCode read = { .address = address, .last_line = G_MAXUINT };
  SondePythonCode *entry;

  if (address == 0 || self->head_length == 0 ||
      !sonde_python_memory_copy (&self->memory, address, head, self->head_length))
    return NULL;

  read.words = parse_words (&self->offsets, head);
  if (!sonde_python_heap_is_type (&self->heap, SONDE_PYTHON_TYPE_CODE, read.words.type))
    return NULL;

  name = sonde_python_text_dup (&self->heap, get_name (&read.words), &read.name_mark);
  file = sonde_python_text_dup (&self->heap, read.words.file, &read.file_mark);
  if (name == NULL || file == NULL)
    return NULL;

  sonde_python_codes_make_room (self, sizeof read, NULL);
  read.function = intern_function (self, &read.words, name, file);
  read.read_turn = self->turn;
  read.checked = self->turn;
  entry = g_memdup2 (&read, sizeof read);
  g_hash_table_insert (self->entries, GSIZE_TO_POINTER (address), entry);
  self->bytes += sizeof *entry;

  return entry;
}

static gboolean
is_young (const SondePythonCodes *self,
          const SondePythonCode  *entry)
{
  return self->turn - MAX (entry->read_turn, self->dropped_turn) < YOUNG_TURNS;
}

SondePythonCode *
sonde_python_codes_find_entry (SondePythonCodes *self,
                               SondeAddress      address)
{
  SondePythonCode *entry = g_hash_table_lookup (self->entries, GSIZE_TO_POINTER (address));

  if (entry == NULL)
    entry = read_entry (self, address);
  if (entry == NULL)
    return NULL;

  entry->used = self->turn;
  if (!entry->is_listed && (entry->checked != self->turn || is_young (self, entry)))
    {
      entry->is_listed = TRUE;
      g_ptr_array_add (self->listed, entry);
    }

  return entry;
}

const SondeFunction *
sonde_python_codes_find (SondePythonCodes *self,
                         SondeAddress      address)
{
  SondePythonCode *entry;

  g_return_val_if_fail (self != NULL, NULL);

  entry = sonde_python_codes_find_entry (self, address);

  return entry != NULL ? entry->function : NULL;
}
