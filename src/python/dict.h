/* dict.h: dicts of a target's Python, and the attributes of its objects
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/object.h"

G_BEGIN_DECLS

/* One with more entries than this is read up to here. */
#define SONDE_PYTHON_DICT_ENTRIES_MAX 16384

/* The objects of one entry, and the hash of its key; 0 where the keys are all text. */
typedef struct
{
  SondeAddress key;
  SondeAddress value;
  guint64      hash;
} SondePythonItem;

/* The items of the dict at @address (transfer full), of SondePythonItem, in their order. NULL if no
 * dict is there, it cannot be read, or it has more than may be read.
 */
GArray      *sonde_python_heap_list_dict      (const SondePythonHeap *self,
                                               SondeAddress           address);

/* Their value under the text @name; 0 if there is none. */
SondeAddress sonde_python_heap_find_item      (SondePythonHeap       *self,
                                               SondeAddress           dict,
                                               const char            *name);

/* The dict of the module @name of an interpreter; 0 if it was not imported. */
SondeAddress sonde_python_heap_find_module    (SondePythonHeap       *self,
                                               SondeAddress           interpreter,
                                               const char            *name);

/* What the instance at @address has under the text @name; 0 if it has none. What its class has is
 * not looked for. @key is where that text lay the last time, 0 at first: all instances of a class
 * share it, and comparing addresses is cheaper than reading texts.
 */
SondeAddress sonde_python_heap_find_attribute (SondePythonHeap       *self,
                                               SondeAddress           address,
                                               const char            *name,
                                               SondeAddress          *key);

/* The number at @address, if it is one from 0 to 2⁶⁴ − 1. */
gboolean     sonde_python_heap_read_number    (const SondePythonHeap *self,
                                               SondeAddress           address,
                                               guint64               *number);

G_END_DECLS
