/* format.c: figures and names as the user reads them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "widgets/format.h"

#include <glib/gi18n.h>

#include "base/place.h"

/* From here on hundredths are left out. */
#define LONG_SECONDS 1000.0

void
sonde_format_count (SondeText text,
                    guint64   count)
{
  g_snprintf (text, SONDE_TEXT_BYTES, "%'" G_GUINT64_FORMAT, count);
}

void
sonde_format_percent (SondeText text,
                      double    share)
{
  g_snprintf (text, SONDE_TEXT_BYTES, "%.1f", share * 100.0);
}

void
sonde_format_seconds (SondeText text,
                      guint64   duration_ns)
{
  double seconds = (double) duration_ns / SONDE_NS_PER_SECOND;

  if (seconds < LONG_SECONDS)
    /* Translators: a duration in seconds */
    g_snprintf (text, SONDE_TEXT_BYTES, _("%.2f s"), seconds);
  else
    /* Translators: a long duration in seconds */
    g_snprintf (text, SONDE_TEXT_BYTES, _("%'.0f s"), seconds);
}

void
sonde_format_uptime (SondeText text,
                     guint64   duration_ns)
{
  guint64 seconds = duration_ns / SONDE_NS_PER_SECOND;
  guint64 minutes = seconds / 60;
  guint64 hours = minutes / 60;

  if (hours > 0)
    g_snprintf (text, SONDE_TEXT_BYTES,
                "%" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT,
                hours, minutes % 60, seconds % 60);
  else
    g_snprintf (text, SONDE_TEXT_BYTES, "%" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT,
                minutes, seconds % 60);
}

void
sonde_format_rate (SondeText text,
                   double    rate_hz)
{
  if (rate_hz < 9.95)
    g_snprintf (text, SONDE_TEXT_BYTES, "%.1f", rate_hz);
  else
    g_snprintf (text, SONDE_TEXT_BYTES, "%'.0f", rate_hz);
}

const char *
sonde_format_module (const SondeFunction *function)
{
  if (function->kind == SONDE_FUNCTION_KIND_PYTHON)
    return "Python";

  return sonde_place_get_basename (function->module);
}

char *
sonde_format_contention (const SondeSnapshot *snapshot)
{
  double share;
  SondeContention contention = sonde_snapshot_judge_contention (snapshot, &share);
  g_autofree char *text = g_strdup_printf (_("%.1f %%"), share * 100.0);

  return sonde_contention_dup_text (contention, text);
}

const char *
sonde_format_mode (SondeMode mode)
{
  switch (mode)
    {
    case SONDE_MODE_RUNNING:
      return _("Running");
    case SONDE_MODE_WALL:
      return _("Wall clock");
    case SONDE_MODE_GIL:
      return _("GIL");
    case SONDE_MODE_CPU:
    default:
      return _("CPU");
    }
}

const char *
sonde_format_state (SondeThreadState state)
{
  switch (state)
    {
    case SONDE_THREAD_STATE_RUNNING:
      return C_("thread state", "On CPU");

    case SONDE_THREAD_STATE_READY:
      return C_("thread state", "Ready");

    case SONDE_THREAD_STATE_SLEEPING:
      return C_("thread state", "Asleep");

    case SONDE_THREAD_STATE_IO:
      return C_("thread state", "In I/O");

    case SONDE_THREAD_STATE_STOPPED:
      return C_("thread state", "Stopped");

    default:
      g_assert_not_reached ();
    }
}

const char *
sonde_format_gil (SondeGil gil)
{
  switch (gil)
    {
    case SONDE_GIL_HAS:
      return C_("global lock", "Has It");

    case SONDE_GIL_WANTS:
      return C_("global lock", "Wants It");

    case SONDE_GIL_NEITHER:
      return C_("global lock", "Neither");

    default:
      g_assert_not_reached ();
    }
}

const char *
sonde_format_loss (SondeLoss loss)
{
  switch (loss)
    {
    case SONDE_LOSS_GONE:
      return C_("lost samples", "Gone");

    case SONDE_LOSS_UNREADABLE:
      return C_("lost samples", "Unreadable");

    case SONDE_LOSS_BUSY:
      return C_("lost samples", "Busy");

    case SONDE_LOSS_LATE:
      return C_("lost samples", "Late");

    case SONDE_LOSS_UNSEEN:
      return C_("lost samples", "Unseen");

    case SONDE_LOSS_TORN:
      return C_("lost samples", "Torn");

    default:
      g_assert_not_reached ();
    }
}
