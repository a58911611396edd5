/* fake-proc.c: a directory that looks like /proc, with processes as a test wants them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/fake-proc.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
write_file (const char *path,
            const char *bytes,
            gssize      length)
{
  gsize size = length < 0 ? strlen (bytes) : (gsize) length;
  FILE *file = fopen (path, "we");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes, 1, size, file), ==, size);
  g_assert_no_errno (fclose (file));
}

static void
make_link (const char *directory,
           const char *name,
           const char *target)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  unlink (path);
  g_assert_no_errno (symlink (target, path));
}

char *
fake_proc_new (int      scope,
               gboolean capable)
{
  g_autoptr(GError) error = NULL;
  char *root = g_dir_make_tmp ("sonde-proc-XXXXXX", &error);
  g_autofree char *self = g_build_filename (root, "self", NULL);
  g_autofree char *namespaces = g_build_filename (self, "ns", NULL);
  g_autofree char *yama = g_build_filename (root, "sys/kernel/yama", NULL);
  g_autofree char *scope_path = g_build_filename (yama, "ptrace_scope", NULL);
  g_autofree char *scope_text = g_strdup_printf ("%d\n", scope);
  g_autofree char *status = NULL;

  g_assert_no_error (error);
  g_assert_no_errno (g_mkdir_with_parents (namespaces, 0755));
  g_assert_no_errno (g_mkdir_with_parents (yama, 0755));

  make_link (namespaces, "user", "user:[1]");
  if (scope >= 0)
    write_file (scope_path, scope_text, -1);

  status = g_strdup_printf ("Name:\ttest\nTracerPid:\t0\nUid:\t1000\t1000\t1000\t1000\n"
                            "Gid:\t1000\t1000\t1000\t1000\nCapEff:\t%016x\n",
                            capable ? 1u << 19 : 0u);
  fake_proc_write (root, 0, "status", status, -1);

  return root;
}

static int
delete_item (const char        *path,
             const struct stat *status,
             int                type,
             struct FTW        *place)
{
  return remove (path);
}

void
fake_proc_free (char *root)
{
  g_assert_no_errno (nftw (root, delete_item, 16, FTW_DEPTH | FTW_PHYS));
  g_free (root);
}

void
fake_proc_remove (const char *root,
                  pid_t       pid)
{
  g_autofree char *directory = g_strdup_printf ("%s/%d", root, pid);

  g_assert_no_errno (nftw (directory, delete_item, 16, FTW_DEPTH | FTW_PHYS));
}

void
fake_proc_write (const char *root,
                 pid_t       pid,
                 const char *name,
                 const char *bytes,
                 gssize      length)
{
  g_autofree char *number = pid == 0 ? g_strdup ("self") : g_strdup_printf ("%d", pid);
  g_autofree char *path = g_build_filename (root, number, name, NULL);

  write_file (path, bytes, length);
}

static void
write_stat (const char        *root,
            const FakeProcess *process)
{
  g_autofree char *text = NULL;

  text = g_strdup_printf ("%d (%s) %c %d 1 1 0 -1 %u 0 0 0 0 %" G_GUINT64_FORMAT
                          " 0 0 0 20 0 %u 0 %" G_GUINT64_FORMAT
                          " 8192000 256 18446744073709551615 1 2 %" G_GUINT64_FORMAT " 0 0 0 0\n",
                          process->pid, process->comm != NULL ? process->comm : "work",
                          process->state != 0 ? process->state : 'S',
                          process->parent != 0 ? process->parent : 1,
                          process->kernel ? 0x00200000u : 0x00400000u,
                          process->cpu_ticks, MAX (process->n_threads, 1),
                          process->start_ticks, process->stack_start);
  fake_proc_write (root, process->pid, "stat", text, -1);
}

void
fake_proc_set (const char        *root,
               const FakeProcess *process)
{
  g_autofree char *directory = g_strdup_printf ("%s/%d", root, process->pid);
  g_autofree char *namespaces = g_build_filename (directory, "ns", NULL);
  g_autofree char *status = NULL;

  g_assert_no_errno (g_mkdir_with_parents (directory, 0755));
  write_stat (root, process);

  status = g_strdup_printf ("Name:\twork\nState:\tS\nTracerPid:\t%d\n"
                            "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n",
                            process->tracer, process->uid, process->uid, process->uid, process->uid,
                            process->gid, process->gid, process->gid, process->gid);
  fake_proc_write (root, process->pid, "status", status, -1);

  /* What is no directory cannot be read through, as if the kernel had refused. */
  if (process->closed)
    fake_proc_write (root, process->pid, "ns", "", 0);
  else
    {
      g_assert_no_errno (g_mkdir_with_parents (namespaces, 0755));
      make_link (namespaces, "user", process->namespace != NULL ? process->namespace : "user:[1]");
    }

  fake_proc_write (root, process->pid, "cmdline",
                   process->command_line != NULL ? process->command_line : "",
                   (gssize) process->command_line_length);
  if (process->executable != NULL)
    make_link (directory, "exe", process->executable);
}
