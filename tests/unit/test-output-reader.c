/* test-output-reader.c: reading a program's output without end
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "model/output-reader.h"

/* More than a pipe holds. */
#define PIPE_BYTES_MAX (1024 * 1024)

static void
write_all (int         fd,
           const char *bytes,
           gsize       length)
{
  while (length > 0)
    {
      gssize written = write (fd, bytes, length);

      g_assert_no_errno (written);
      bytes += written;
      length -= (gsize) written;
    }
}

static SondeOutputReader *
make_reader (int *write_fd)
{
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  *write_fd = fds[1];

  return sonde_output_reader_new (fds[0]);
}

/* Waits until the reader has read so much, at most ten seconds. */
static void
wait_for_bytes (SondeOutputReader *reader,
                guint64            bytes)
{
  for (guint i = 0; i < 10000 && sonde_output_reader_get_bytes (reader) < bytes; i++)
    g_usleep (1000);

  g_assert_cmpuint (sonde_output_reader_get_bytes (reader), >=, bytes);
}

static char *
take_all (SondeOutputReader *reader)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < 10000 && !sonde_output_reader_is_finished (reader); i++)
    {
      gboolean complete;
      g_autofree char *part = sonde_output_reader_take (reader, &complete);

      if (part != NULL)
        g_string_append (text, part);
      else
        g_usleep (1000);
    }

  g_assert_true (sonde_output_reader_is_finished (reader));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_output_reader_cleans (void)
{
  static const struct
  {
    const char *bytes;
    const char *text;
  } cases[] = {
    { "plain\nlines\n", "plain\nlines\n" },
    { "\033[1;31mred\033[0m", "red" },
    { "\033]0;title\atext", "text" },
    { "\033(Bx", "Bx" },
    { "a\r\nb\rc", "a\nb\nc" },
    { "a\r", "a\n" },
    { "\x01\x02tab\t", "tab\t" },
    { "\xff\xfe", "\357\277\275\357\277\275" },
    { "\xc3\xa9", "\xc3\xa9" },
    { "cut \xe2\x82", "cut \357\277\275\357\277\275" },
    { "cut \033[12", "cut [12" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int fd;
      g_autoptr(SondeOutputReader) reader = make_reader (&fd);
      g_autofree char *text = NULL;

      write_all (fd, cases[i].bytes, strlen (cases[i].bytes));
      close (fd);
      text = take_all (reader);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

/* Cut between any two bytes, the text is the same as in one piece. */
static void
test_output_reader_pieces (void)
{
  const char bytes[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\033[1;31mred\r\nend";

  for (gsize cut = 1; cut < sizeof bytes - 1; cut++)
    {
      int fd;
      g_autoptr(SondeOutputReader) reader = make_reader (&fd);
      g_autofree char *first = NULL;
      g_autofree char *rest = NULL;
      g_autofree char *text = NULL;
      gboolean complete;

      write_all (fd, bytes, cut);
      wait_for_bytes (reader, cut);
      first = sonde_output_reader_take (reader, &complete);
      g_assert_true (complete);
      write_all (fd, bytes + cut, sizeof bytes - 1 - cut);
      close (fd);
      rest = take_all (reader);

      text = g_strconcat (first, rest, NULL);
      g_assert_cmpstr (text, ==, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80red\nend");
    }
}

static guint
count_lines (const char *text)
{
  guint lines = 0;

  for (; *text != '\0'; text++)
    lines += *text == '\n';

  return lines;
}

static void
test_output_reader_keeps_the_end (void)
{
  int fd;
  g_autoptr(SondeOutputReader) reader = make_reader (&fd);
  g_autofree char *huge = g_strnfill (4 * 1024 * 1024, 'x');
  g_autofree char *text = NULL;
  g_autofree char *lines = g_strnfill (20000, '\n');
  g_autofree char *last = NULL;
  gboolean complete;

  write_all (fd, huge, strlen (huge));
  write_all (fd, "end\n", 4);
  wait_for_bytes (reader, strlen (huge) + 4);
  text = sonde_output_reader_take (reader, &complete);
  g_assert_false (complete);
  g_assert_cmpuint (strlen (text), <=, SONDE_OUTPUT_BYTES_MAX);
  g_assert_true (g_str_has_suffix (text, "xend\n"));

  write_all (fd, lines, 20000);
  wait_for_bytes (reader, strlen (huge) + 4 + 20000);
  last = sonde_output_reader_take (reader, &complete);
  g_assert_false (complete);
  g_assert_cmpuint (count_lines (last), ==, SONDE_OUTPUT_LINES_MAX);
  close (fd);
}

/* How much a program has written so far. */
static guint64
read_written (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/io", pid);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  const char *line;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  line = strstr (text, "wchar: ");
  g_assert_nonnull (line);

  return g_ascii_strtoull (line + strlen ("wchar: "), NULL, 10);
}

static void
wait_for_written (pid_t   pid,
                  guint64 bytes)
{
  for (guint i = 0; i < 10000 && read_written (pid) < bytes; i++)
    g_usleep (1000);

  g_assert_cmpuint (read_written (pid), >=, bytes);
}

/* A program that writes without end gets on while nobody takes anything, and after the reader is
 * let go of.
 */
static void
test_output_reader_never_blocks_the_writer (void)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) argv = g_strsplit ("yes", " ", -1);
  SondeOutputReader *reader;
  guint64 before;
  GPid pid;
  int fd;

  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                            NULL, &pid, NULL, &fd, NULL, &error);
  g_assert_no_error (error);
  reader = sonde_output_reader_new (fd);
  wait_for_bytes (reader, 16 * 1024 * 1024);
  before = sonde_output_reader_get_bytes (reader);
  wait_for_bytes (reader, before + 16 * 1024 * 1024);

  /* A pipe that nobody reads would end it with SIGPIPE. */
  sonde_output_reader_free (reader);
  wait_for_written (pid, read_written (pid) + PIPE_BYTES_MAX);
  g_assert_cmpint (waitpid (pid, NULL, WNOHANG), ==, 0);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/output-reader/cleans", test_output_reader_cleans);
  g_test_add_func ("/model/output-reader/pieces", test_output_reader_pieces);
  g_test_add_func ("/model/output-reader/keeps-the-end", test_output_reader_keeps_the_end);
  g_test_add_func ("/model/output-reader/never-blocks-the-writer",
                   test_output_reader_never_blocks_the_writer);
  return g_test_run ();
}
