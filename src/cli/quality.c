/* quality.c: how much of what was looked at can be relied on, in words
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/quality.h"

#include <glib/gi18n.h>

#include "cli/figures.h"

/* What is no more than this share of the samples changes no share of a function by more. */
#define PART_MIN 0.01

/* From this share of the rate on it is as good as reached; before that time it is not known. */
#define RATE_MIN 0.9
#define RATE_KNOWN_AFTER_NS (SONDE_NS_PER_SECOND / 4)

static gboolean
is_worth_saying (guint64 part,
                 guint64 whole)
{
  return (double) part > PART_MIN * (double) whole;
}

static void
append_shares (GString             *text,
               const SondeSnapshot *snapshot,
               const char          *separator)
{
  guint64 whole = snapshot->mode_count;
  g_autofree char *truncated = sonde_figures_dup_share (snapshot->truncated_count, whole);
  g_autofree char *unnamed = sonde_figures_dup_share (snapshot->unnamed_count, whole);

  if (is_worth_saying (snapshot->truncated_count, whole))
    {
      /* Translators: a share of the samples */
      g_string_append_printf (text, _("%s truncated"), truncated);
      g_string_append (text, separator);
    }

  if (is_worth_saying (snapshot->unnamed_count, whole))
    {
      /* Translators: a share of the samples */
      g_string_append_printf (text, _("%s unnamed"), unnamed);
      g_string_append (text, separator);
    }
}

static const char *
get_reason (SondeLoss loss)
{
  switch (loss)
    {
    case SONDE_LOSS_GONE:
      return C_("lost samples", "gone");
    case SONDE_LOSS_UNREADABLE:
      return C_("lost samples", "unreadable");
    case SONDE_LOSS_BUSY:
      return C_("lost samples", "busy");
    case SONDE_LOSS_LATE:
      return C_("lost samples", "late");
    case SONDE_LOSS_UNSEEN:
      return C_("lost samples", "unseen");
    case SONDE_LOSS_TORN:
      return C_("lost samples", "torn");
    default:
      g_return_val_if_reached ("?");
    }
}

/* "late 250, torn 50" */
static void
append_reasons (GString           *text,
                const SondeLosses *losses)
{
  const char *separator = "";

  for (guint i = 0; i < SONDE_N_LOSSES; i++)
    {
      g_autofree char *count = sonde_figures_dup_count (losses->count[i]);

      if (losses->count[i] == 0)
        continue;

      g_string_append_printf (text, "%s%s %s", separator, get_reason (i), count);
      separator = ", ";
    }
}

static void
append_lost (GString             *text,
             const SondeSnapshot *snapshot)
{
  guint64 lost = sonde_losses_get_sum (&snapshot->losses);
  guint64 due = snapshot->mode_count + lost;
  g_autofree char *count = sonde_figures_dup_count (lost);
  g_autofree char *share = sonde_figures_dup_share (lost, due);

  /* Translators: how many samples */
  g_string_append_printf (text, _("%s lost"), count);
  if (lost == 0)
    return;

  g_string_append (text, " (");
  if (is_worth_saying (lost, due))
    g_string_append_printf (text, "%s: ", share);
  append_reasons (text, &snapshot->losses);
  g_string_append_c (text, ')');
}

char *
sonde_quality_dup_text (const SondeSnapshot *snapshot,
                        const char          *separator)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (snapshot != NULL, g_string_free (text, FALSE));

  append_shares (text, snapshot, separator);
  append_lost (text, snapshot);

  return g_string_free (text, FALSE);
}

char *
sonde_quality_dup_contention (const SondeSnapshot *snapshot)
{
  g_autofree char *text = NULL;
  double share;
  SondeContention contention;

  g_return_val_if_fail (snapshot != NULL, NULL);

  contention = sonde_snapshot_judge_contention (snapshot, &share);
  text = sonde_figures_dup_percent (share);

  return sonde_contention_dup_text (contention, text);
}

char *
sonde_quality_dup_rate (const SondeSnapshot *snapshot)
{
  g_autofree char *asked = NULL;
  g_autofree char *reached = NULL;

  g_return_val_if_fail (snapshot != NULL, NULL);

  if (snapshot->elapsed_ns < RATE_KNOWN_AFTER_NS ||
      snapshot->rate_mean_hz >= RATE_MIN * snapshot->rate_asked_hz)
    return NULL;

  asked = sonde_figures_dup_count ((guint64) (snapshot->rate_asked_hz + 0.5));
  reached = sonde_figures_dup_count ((guint64) (snapshot->rate_mean_hz + 0.5));

  /* Translators: the rate that was reached, and the one that was asked for */
  return g_strdup_printf (_("looked %s times a second, not %s: that takes too long here, or the "
                            "CPUs were taken"), reached, asked);
}
