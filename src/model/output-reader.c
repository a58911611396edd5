/* output-reader.c: reads what a program writes, always, and keeps the end of it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/output-reader.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 65536

struct _SondeOutputReader
{
  gatomicrefcount ref_count; /* the client and the thread */
  int             fd;

  GMutex          lock;
  GString        *kept;      /* not taken yet; at most twice SONDE_OUTPUT_BYTES_MAX */
  guint64         byte_count;
  gboolean        cut;       /* older bytes of it have been dropped */
  gboolean        closed;    /* the other end is */
  gboolean        abandoned; /* nobody will take anything */

  /* Client only */
  gboolean        has_thread;
  GString        *unfinished; /* start of a character or terminal code without its end */
};

static void
unref (SondeOutputReader *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  close (self->fd);
  g_mutex_clear (&self->lock);
  g_string_free (self->kept, TRUE);
  g_string_free (self->unfinished, TRUE);
  g_free (self);
}

static void
keep (SondeOutputReader *self,
      const char        *bytes,
      gsize              length)
{
  g_mutex_lock (&self->lock);

  self->byte_count += length;
  if (!self->abandoned)
    {
      g_string_append_len (self->kept, bytes, (gssize) length);

      /* Moving the rest to the front once every so many bytes costs less than a move a read. */
      if (self->kept->len > 2 * SONDE_OUTPUT_BYTES_MAX - READ_BYTES)
        {
          g_string_erase (self->kept, 0, (gssize) (self->kept->len - SONDE_OUTPUT_BYTES_MAX));
          self->cut = TRUE;
        }
    }

  g_mutex_unlock (&self->lock);
}

static gpointer
run_reader (gpointer data)
{
  SondeOutputReader *self = data;
  g_autofree char *bytes = g_malloc (READ_BYTES);
  gssize got;

  do
    {
      struct pollfd ready = { .fd = self->fd, .events = POLLIN };

      got = read (self->fd, bytes, READ_BYTES);
      if (got > 0)
        keep (self, bytes, (gsize) got);
      else if (got < 0 && errno == EAGAIN)
        poll (&ready, 1, -1);
    }
  while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  unref (self);

  return NULL;
}

/* Where there can be no more threads it is tried again with each look. */
static void
ensure_thread (SondeOutputReader *self)
{
  GThread *thread;

  if (self->has_thread)
    return;

  g_atomic_ref_count_inc (&self->ref_count);
  thread = g_thread_try_new ("output", run_reader, self, NULL);
  self->has_thread = thread != NULL;
  if (thread != NULL)
    g_thread_unref (thread);
  else
    unref (self);
}

SondeOutputReader *
sonde_output_reader_new (int fd)
{
  SondeOutputReader *self;

  g_return_val_if_fail (fd >= 0, NULL);

  self = g_new0 (SondeOutputReader, 1);
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->fd = fd;
  self->kept = g_string_new (NULL);
  self->unfinished = g_string_new (NULL);
  ensure_thread (self);

  return self;
}

void
sonde_output_reader_free (SondeOutputReader *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  self->abandoned = TRUE;
  g_string_truncate (self->kept, 0);
  g_mutex_unlock (&self->lock);

  unref (self);
}

/* The length of the terminal code at @at, from its escape on, or 0 if its end is not there yet. */
static gsize
measure_code (const char *at,
              const char *end)
{
  const char *next = at + 1;

  if (next == end)
    return 0;
  if (*next != '[' && *next != ']')
    return 2;

  /* "ESC [ 1 ; 31 m" ends with a letter or the like, "ESC ] title BEL" with a bell or another
   * escape.
   */
  for (const char *stop = next + 1; stop < end; stop++)
    {
      if (*next == '[' ? (*stop >= '@' && *stop <= '~') : *stop == '\a')
        return (gsize) (stop + 1 - at);
      if (*stop == '\033' || *stop == '\n')
        return (gsize) (stop - at);
    }

  return 0;
}

/* Where the last SONDE_OUTPUT_LINES_MAX lines begin. */
static gsize
find_last_lines (const GString *text)
{
  guint lines = 0;

  for (gsize i = text->len; i > 0; i--)
    if (text->str[i - 1] == '\n' && i < text->len && ++lines == SONDE_OUTPUT_LINES_MAX)
      return i;

  return 0;
}

/* Bytes at the end that may be the start of a character, three at most. */
static gsize
count_unfinished (const char *bytes,
                  gsize       length)
{
  for (gsize back = 1; back <= MIN (length, 3); back++)
    {
      guint8 byte = (guint8) bytes[length - back];

      if ((byte & 0xc0) == 0x80)
        continue;

      return (byte >= 0xf0 && back < 4) || (byte >= 0xe0 && back < 3) || (byte >= 0xc0 &&
                                                                          back < 2) ? back : 0;
    }

  return 0;
}

/* Drops control characters and terminal codes; what has no end yet stays in self->unfinished. */
static char *
clean (SondeOutputReader *self,
       const GString     *raw,
       gboolean           last)
{
  g_autoptr(GString) text = g_string_sized_new (raw->len);
  const char *end = raw->str + raw->len;

  if (!last)
    end -= count_unfinished (raw->str, raw->len);

  for (const char *at = raw->str; at < end; at++)
    {
      if (*at == '\033')
        {
          gsize length = measure_code (at, end);

          /* A code without an end would swallow all that follows. */
          if (length == 0 && !last && end - at < 4096)
            {
              end = at;
              break;
            }
          at += MAX (length, 1) - 1;
        }
      else if (*at == '\r')
        {
          if (at + 1 == end && !last)
            end = at;
          else if (at + 1 == end || at[1] != '\n')
            g_string_append_c (text, '\n');
        }
      else if (*at == '\n' || *at == '\t' || (guint8) *at >= 32)
        g_string_append_c (text, *at);
    }

  g_string_truncate (self->unfinished, 0);
  g_string_append_len (self->unfinished, end, raw->str + raw->len - end);

  return g_utf8_make_valid (text->str, (gssize) text->len);
}

char *
sonde_output_reader_take (SondeOutputReader *self,
                          gboolean          *complete)
{
  g_autoptr(GString) raw = NULL;
  gboolean last;
  gsize skip;

  g_return_val_if_fail (self != NULL && complete != NULL, NULL);

  ensure_thread (self);
  g_mutex_lock (&self->lock);
  last = self->closed;
  if (self->kept->len == 0 && !(last && self->unfinished->len > 0))
    {
      g_mutex_unlock (&self->lock);
      return NULL;
    }
  *complete = !self->cut;
  self->cut = FALSE;
  raw = g_steal_pointer (&self->kept);
  self->kept = g_string_new (NULL);
  g_mutex_unlock (&self->lock);

  if (*complete)
    g_string_prepend_len (raw, self->unfinished->str, (gssize) self->unfinished->len);

  /* Only what is shown is worth cleaning. */
  if (raw->len > SONDE_OUTPUT_BYTES_MAX)
    {
      g_string_erase (raw, 0, (gssize) (raw->len - SONDE_OUTPUT_BYTES_MAX));
      *complete = FALSE;
    }
  skip = find_last_lines (raw);
  if (skip > 0)
    {
      g_string_erase (raw, 0, (gssize) skip);
      *complete = FALSE;
    }

  return clean (self, raw, last);
}

gboolean
sonde_output_reader_is_finished (SondeOutputReader *self)
{
  gboolean finished;

  g_return_val_if_fail (self != NULL, TRUE);

  g_mutex_lock (&self->lock);
  finished = self->closed && self->kept->len == 0 && self->unfinished->len == 0;
  g_mutex_unlock (&self->lock);

  return finished;
}

guint64
sonde_output_reader_get_bytes (SondeOutputReader *self)
{
  guint64 bytes;

  g_return_val_if_fail (self != NULL, 0);

  g_mutex_lock (&self->lock);
  bytes = self->byte_count;
  g_mutex_unlock (&self->lock);

  return bytes;
}
