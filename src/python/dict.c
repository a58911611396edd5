/* dict.c: dicts of a target's Python, and the attributes of its objects
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dict has keys and maybe values. The keys are a head, a table of indices, and entries in the
 * order that they came: hash, key, value; since 3.11 only key and value if all keys are text. With
 * values, which only dicts of instances have, the n-th value belongs to the n-th entry, whose own
 * is unused, since the keys are shared by all instances of the class.
 *
 * An instance has its dict where tp_dictoffset says. Since 3.11 most have a pointer before
 * themselves instead, and often no dict at all but values only, for the keys of the class: another
 * pointer before themselves (3.11), the same one with its lowest bit set (3.12), behind themselves
 * (since 3.13).
 */

#include "config.h"

#include "python/dict.h"

#include "python/text.h"

/* Py_TPFLAGS_…, the same in all versions that have them */
#define FLAG_INLINE_VALUES (1 << 2)
#define FLAG_MANAGED_DICT (1 << 4)
#define FLAG_NUMBER (1 << 24)
#define FLAG_DICT (1 << 29)

#define HEAD_BYTES 128
#define WORD 8

#define DIGIT_BITS 30
#define DIGITS_MAX 3

/* As much as any honest one: the size of an instance, and how far its dict lies in it. */
#define INSTANCE_BYTES_MAX 65536

/* Where the keys and values of a dict lie. */
typedef struct
{
  SondeAddress entries;
  gsize        count;
  gsize        entry_words; /* 2 or 3; key and value are the last two */
  SondeAddress values;      /* 0 if they are in the entries */
} Layout;

static gboolean
read_word (const SondePythonHeap *self,
           SondeAddress           address,
           guint64               *word)
{
  return sonde_python_memory_read_word (self->memory, address, word);
}

/* The type of an object, and its flags. */
static gboolean
read_type (const SondePythonHeap *self,
           SondeAddress           object,
           SondeAddress          *type,
           guint64               *flags)
{
  return object != 0 && read_word (self, object + self->offsets->object.type, type) &&
         read_word (self, *type + self->offsets->type.flags, flags);
}

/* The bytes of an index by the size of the table of them, less than 2³², up to 3.10. */
static gsize
get_index_bytes (guint64 size)
{
  if (size <= 0xff)
    return 1;

  return size <= 0xffff ? 2 : 4;
}

/* Reads the head of the keys at @keys. */
static gboolean
read_keys (const SondePythonHeap *self,
           SondeAddress           keys,
           Layout                *layout)
{
  const SondePythonOffsets *offsets = self->offsets;
  guint8 head[HEAD_BYTES];
  guint64 index_bytes;
  gsize length = offsets->dict_keys.indices;

  if (length > sizeof head || !sonde_python_memory_copy (self->memory, keys, head, length))
    return FALSE;

  if (sonde_python_has_field (offsets->dict_keys.size))
    {
      guint64 size = sonde_python_get_word (head, offsets->dict_keys.size);

      index_bytes = size < G_MAXUINT32 ? size * get_index_bytes (size) : G_MAXUINT64;
      layout->entry_words = 3;
    }
  else
    {
      guint8 log2 = head[offsets->dict_keys.log2_index_bytes];

      index_bytes = log2 < 48 ? G_GUINT64_CONSTANT (1) << log2 : G_MAXUINT64;
      layout->entry_words = head[offsets->dict_keys.kind] == 0 ? 3 : 2;
    }

  layout->entries = keys + offsets->dict_keys.indices + index_bytes;
  layout->count = MIN (sonde_python_get_word (head, offsets->dict_keys.count),
                       SONDE_PYTHON_DICT_ENTRIES_MAX);

  return index_bytes != G_MAXUINT64;
}

static gboolean
spend (const SondePythonHeap *self,
       gsize                  n_entries)
{
  gboolean is_enough;

  if (self->budget == NULL)
    return TRUE;

  is_enough = *self->budget >= n_entries;
  *self->budget = is_enough ? *self->budget - (guint) n_entries : 0;

  return is_enough;
}

/* All items that @layout has (transfer full). */
static GArray *
list_items (const SondePythonHeap *self,
            const Layout          *layout)
{
  g_autoptr(GArray) items = g_array_new (FALSE, FALSE, sizeof (SondePythonItem));
  gsize words = layout->count * layout->entry_words;
  g_autofree guint64 *entries = NULL;
  g_autofree guint64 *values = NULL;

  if (!spend (self, layout->count))
    return NULL;

  entries = g_new (guint64, words);
  if (layout->values != 0)
    values = g_new (guint64, layout->count);
  if (!sonde_python_memory_copy (self->memory, layout->entries, entries, words * WORD) ||
      (values != NULL && !sonde_python_memory_copy (self->memory, layout->values, values,
                                                    layout->count * WORD)))
    return NULL;

  for (gsize i = 0; i < layout->count; i++)
    {
      const guint64 *entry = entries + (i + 1) * layout->entry_words;
      SondePythonItem item = {
        .key = entry[-2],
        .value = values != NULL ? values[i] : entry[-1],
        .hash = layout->entry_words == 3 ? entry[-3] : 0,
      };

      /* One that was deleted has no value. */
      if (item.key != 0 && item.value != 0)
        g_array_append_val (items, item);
    }

  return g_steal_pointer (&items);
}

GArray *
sonde_python_heap_list_dict (const SondePythonHeap *self,
                             SondeAddress           address)
{
  const SondePythonOffsets *offsets = self->offsets;
  Layout layout = { 0 };
  SondeAddress type;
  guint64 flags, keys;

  if (!read_type (self, address, &type, &flags) || (flags & FLAG_DICT) == 0 ||
      !read_word (self, address + offsets->dict.keys, &keys) ||
      !read_word (self, address + offsets->dict.values, &layout.values) ||
      !read_keys (self, keys, &layout))
    return NULL;

  if (layout.values != 0)
    layout.values += offsets->dict_values.data;

  return list_items (self, &layout);
}

/* --- By name --- */

/* The item whose key lies at @key, or else says @name. */
static const SondePythonItem *
find_named (SondePythonHeap *self,
            GArray          *items,
            const char      *name,
            SondeAddress     key)
{
  for (guint i = 0; i < items->len; i++)
    if (g_array_index (items, SondePythonItem, i).key == key)
      return &g_array_index (items, SondePythonItem, i);

  for (guint i = 0; i < items->len; i++)
    {
      const SondePythonItem *item = &g_array_index (items, SondePythonItem, i);

      if (sonde_python_text_is (self, item->key, name))
        return item;
    }

  return NULL;
}

SondeAddress
sonde_python_heap_find_item (SondePythonHeap *self,
                             SondeAddress     dict,
                             const char      *name)
{
  g_autoptr(GArray) items = NULL;
  const SondePythonItem *item;

  g_return_val_if_fail (self != NULL, 0);

  items = sonde_python_heap_list_dict (self, dict);
  item = items != NULL ? find_named (self, items, name, 0) : NULL;

  return item != NULL ? item->value : 0;
}

SondeAddress
sonde_python_heap_find_module (SondePythonHeap *self,
                               SondeAddress     interpreter,
                               const char      *name)
{
  const SondePythonOffsets *offsets = self->offsets;
  SondeAddress modules = sonde_python_heap_read_word (self,
                                                      interpreter + offsets->interpreter.modules);
  SondeAddress module = sonde_python_heap_find_item (self, modules, name);

  return module != 0 ? sonde_python_heap_read_word (self, module + offsets->module.dict) : 0;
}

/* The values of an instance without a dict, for the keys of its class; 0 if it has none. */
static SondeAddress
find_values (const SondePythonHeap *self,
             SondeAddress           object,
             SondeAddress           type,
             guint64                flags,
             guint64                before)
{
  const SondePythonOffsets *offsets = self->offsets;
  guint64 values = 0;
  guint64 size;
  guint8 valid;

  if (sonde_python_has_field (offsets->instance.values_before))
    read_word (self, object - offsets->instance.values_before, &values);
  else if (!sonde_python_has_field (offsets->dict_values.valid))
    values = (before & 1) != 0 ? before + 1 : 0;
  else if ((flags & FLAG_INLINE_VALUES) != 0 &&
           read_word (self, type + offsets->type.basic_size, &size) && size < INSTANCE_BYTES_MAX &&
           sonde_python_memory_copy (self->memory, object + size + offsets->dict_values.valid,
                                     &valid, 1) &&
           valid == 1)
    values = object + size;

  return values != 0 ? values + offsets->dict_values.data : 0;
}

/* The items of an instance whose attributes lie before it (transfer full), or NULL. */
static GArray *
list_managed (const SondePythonHeap *self,
              SondeAddress           object,
              SondeAddress           type,
              guint64                flags)
{
  Layout layout = { 0 };
  guint64 before;
  guint64 keys;

  if (!read_word (self, object - self->offsets->instance.dict_before, &before))
    return NULL;

  if (before != 0 && (before & 1) == 0)
    return sonde_python_heap_list_dict (self, before);

  layout.values = find_values (self, object, type, flags, before);
  if (layout.values == 0 || !read_word (self, type + self->offsets->type.cached_keys, &keys) ||
      !read_keys (self, keys, &layout))
    return NULL;

  return list_items (self, &layout);
}

/* All attributes of the instance at @object itself (transfer full), or NULL. */
static GArray *
list_attributes (const SondePythonHeap *self,
                 SondeAddress           object)
{
  SondeAddress type;
  guint64 flags;
  guint64 offset;
  guint64 dict;

  if (!read_type (self, object, &type, &flags))
    return NULL;

  if (sonde_python_has_field (self->offsets->instance.dict_before) &&
      (flags & FLAG_MANAGED_DICT) != 0)
    return list_managed (self, object, type, flags);

  if (!read_word (self, type + self->offsets->type.dict_offset, &offset) || offset == 0 ||
      offset >= INSTANCE_BYTES_MAX || !read_word (self, object + offset, &dict))
    return NULL;

  return sonde_python_heap_list_dict (self, dict);
}

SondeAddress
sonde_python_heap_find_attribute (SondePythonHeap *self,
                                  SondeAddress     address,
                                  const char      *name,
                                  SondeAddress    *key)
{
  g_autoptr(GArray) items = NULL;
  const SondePythonItem *item;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (key != NULL, 0);

  items = list_attributes (self, address);
  item = items != NULL ? find_named (self, items, name, *key) : NULL;
  if (item == NULL)
    return 0;

  *key = item->key;

  return item->value;
}

gboolean
sonde_python_heap_read_number (const SondePythonHeap *self,
                               SondeAddress           address,
                               guint64               *number)
{
  const SondePythonOffsets *offsets = self->offsets;
  gboolean has_tag = sonde_python_has_field (offsets->number.tag);
  guint32 digits[DIGITS_MAX] = { 0 };
  SondeAddress type;
  guint64 flags, count;

  if (!read_type (self, address, &type, &flags) || (flags & FLAG_NUMBER) == 0 ||
      !read_word (self, address + (has_tag ? offsets->number.tag : offsets->object.size), &count))
    return FALSE;

  /* The lowest bits of the tag are 0 for one above, 1 for zero, 2 for one below. */
  if (has_tag)
    count = (count & 2) != 0 ? G_MAXUINT64 : count >> 3;
  if (count > DIGITS_MAX ||
      !sonde_python_memory_copy (self->memory, address + offsets->number.digits, digits,
                                 count * sizeof digits[0]) ||
      digits[2] >> (64 - 2 * DIGIT_BITS) != 0)
    return FALSE;

  *number = (guint64) digits[0] | (guint64) digits[1] << DIGIT_BITS |
            (guint64) digits[2] << 2 * DIGIT_BITS;

  return TRUE;
}
