/* stacks.h: folded text, read back
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TestStacks:
 *
 * The lines of a folded text. All counts are of samples.
 */
typedef struct _TestStacks TestStacks;

/* Fails the test if a line is not "frame;frame;frame COUNT". */
TestStacks *test_stacks_parse          (const char *folded);
void        test_stacks_free           (TestStacks *self);

guint64     test_stacks_get_sum        (TestStacks *self);

/* With "a;b;c": stacks that end with these three frames, c innermost. */
guint64     test_stacks_count_end      (TestStacks *self,
                                        const char *path);
/* The same, of stacks that begin with @first: a thread's name, after record -t. */
guint64     test_stacks_count_end_in   (TestStacks *self,
                                        const char *first,
                                        const char *path);
/* Stacks with these frames next to each other anywhere. */
guint64     test_stacks_count_within   (TestStacks *self,
                                        const char *path);
guint64     test_stacks_count_within_in (TestStacks *self,
                                        const char *first,
                                        const char *path);

/* Stacks in which this text is found @n times or more. */
guint64     test_stacks_count_with     (TestStacks *self,
                                        const char *text,
                                        guint       n);

/* Prints the most frequent ones into the test's log. */
void        test_stacks_show           (TestStacks *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestStacks, test_stacks_free)

G_END_DECLS
