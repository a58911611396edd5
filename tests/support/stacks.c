/* stacks.c: folded text, read back
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/stacks.h"

#include <string.h>

#define SHOWN_COUNT 12

typedef struct
{
  char    *path; /* ";a;b;c;": a part with its semicolons is found whole or not at all */
  guint64  count;
} Stack;

struct _TestStacks
{
  GArray  *stacks; /* of Stack, in the order of the text */
  guint64  sum;
};

static void
stack_clear (gpointer data)
{
  Stack *self = data;

  g_free (self->path);
}

TestStacks *
test_stacks_parse (const char *folded)
{
  TestStacks *self = g_new0 (TestStacks, 1);
  g_auto(GStrv) lines = g_strsplit (folded, "\n", -1);

  self->stacks = g_array_new (FALSE, FALSE, sizeof (Stack));
  g_array_set_clear_func (self->stacks, stack_clear);

  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      char *space = strrchr (lines[i], ' ');
      gboolean is_count;
      Stack stack;

      g_assert_nonnull (space);
      g_assert_true (space > lines[i]);
      is_count = g_ascii_string_to_unsigned (space + 1, 10, 1, G_MAXUINT64, &stack.count, NULL);
      g_assert_true (is_count);
      *space = '\0';
      g_assert_null (strstr (lines[i], ";;"));
      stack.path = g_strconcat (";", lines[i], ";", NULL);
      g_array_append_val (self->stacks, stack);
      self->sum += stack.count;
    }

  return self;
}

void
test_stacks_free (TestStacks *self)
{
  g_array_unref (self->stacks);
  g_free (self);
}

guint64
test_stacks_get_sum (TestStacks *self)
{
  return self->sum;
}

guint64
test_stacks_count_end_in (TestStacks *self,
                          const char *first,
                          const char *path)
{
  g_autofree char *begin = g_strconcat (";", first, first[0] != '\0' ? ";" : NULL, NULL);
  g_autofree char *end = g_strconcat (";", path, ";", NULL);
  guint64 count = 0;

  for (guint i = 0; i < self->stacks->len; i++)
    {
      const Stack *stack = &g_array_index (self->stacks, Stack, i);

      if (g_str_has_suffix (stack->path, end) && g_str_has_prefix (stack->path, begin))
        count += stack->count;
    }

  return count;
}

guint64
test_stacks_count_end (TestStacks *self,
                       const char *path)
{
  return test_stacks_count_end_in (self, "", path);
}

guint64
test_stacks_count_within_in (TestStacks *self,
                             const char *first,
                             const char *path)
{
  g_autofree char *begin = g_strconcat (";", first, first[0] != '\0' ? ";" : NULL, NULL);
  g_autofree char *part = g_strconcat (";", path, ";", NULL);
  guint64 count = 0;

  for (guint i = 0; i < self->stacks->len; i++)
    {
      const Stack *stack = &g_array_index (self->stacks, Stack, i);

      if (strstr (stack->path, part) != NULL && g_str_has_prefix (stack->path, begin))
        count += stack->count;
    }

  return count;
}

guint64
test_stacks_count_within (TestStacks *self,
                          const char *path)
{
  return test_stacks_count_within_in (self, "", path);
}

guint64
test_stacks_count_with (TestStacks *self,
                        const char *text,
                        guint       n)
{
  guint64 count = 0;

  for (guint i = 0; i < self->stacks->len; i++)
    {
      const Stack *stack = &g_array_index (self->stacks, Stack, i);
      const char *at = stack->path;
      guint found = 0;

      while ((at = strstr (at, text)) != NULL)
        {
          at += strlen (text);
          found++;
        }
      if (found >= n)
        count += stack->count;
    }

  return count;
}

void
test_stacks_show (TestStacks *self)
{
  for (guint i = 0; i < MIN (self->stacks->len, SHOWN_COUNT); i++)
    {
      const Stack *stack = &g_array_index (self->stacks, Stack, i);

      g_test_message ("%" G_GUINT64_FORMAT " %.400s", stack->count, stack->path);
    }
}
