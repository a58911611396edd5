/* filter.c: which functions a reader wants to see
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "aggregate/filter.h"

#include <string.h>

struct _SondeFilter
{
  char     *folded; /* owned; NULL for a regular expression or for all */
  GRegex   *regex;  /* owned */
  gboolean  is_valid;
};

/* "/text/" without its slashes, or NULL if the closing one is not there yet. */
static char *
dup_expression (const char *text)
{
  gsize length = strlen (text);

  if (length < 3 || text[length - 1] != '/')
    return NULL;

  return g_strndup (text + 1, length - 2);
}

SondeFilter *
sonde_filter_new (const char *text)
{
  SondeFilter *self = g_new0 (SondeFilter, 1);

  self->is_valid = TRUE;
  if (text == NULL || text[0] == '\0')
    return self;

  if (text[0] == '/' && g_utf8_validate (text, -1, NULL))
    {
      g_autofree char *expression = dup_expression (text);

      if (expression != NULL)
        self->regex = g_regex_new (expression, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);

      self->is_valid = self->regex != NULL;
      return self;
    }

  self->folded = g_utf8_casefold (text, -1);

  return self;
}

void
sonde_filter_free (SondeFilter *self)
{
  if (self == NULL)
    return;

  g_free (self->folded);
  g_clear_pointer (&self->regex, g_regex_unref);
  g_free (self);
}

gboolean
sonde_filter_is_valid (const SondeFilter *self)
{
  return self->is_valid;
}

gboolean
sonde_filter_matches (const SondeFilter   *self,
                      const SondeFunction *function)
{
  g_autofree char *folded = NULL;
  g_autofree char *both = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (function != NULL, FALSE);

  if (self->folded == NULL && self->regex == NULL)
    return TRUE;

  both = g_strdup_printf ("%s:%s", function->file != NULL ? function->file : "", function->name);
  if (self->regex != NULL)
    return g_regex_match (self->regex, function->name, 0, NULL) ||
           g_regex_match (self->regex, both, 0, NULL);

  folded = g_utf8_casefold (both, -1);

  return strstr (folded, self->folded) != NULL;
}
