/* process-scanner.c: reads /proc for the list of processes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A process can vanish between any two reads. Then the read fails, and the process
 * is not in this scan; nothing else comes of it.
 */

#include "config.h"

#include "target/process-scanner.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "target/permission.h"
#include "target/proc.h"
#include "target/runtime.h"
#include "target/thread.h"

/* Details of every process are read again once in so many scans. */
#define REFRESH_SCANS 8

/* A program soon after its start has not loaded all its libraries, so its runtime is told in its
 * first refreshes, and later in one of so many: the memory map is by far the dearest to read.
 */
#define RUNTIME_EARLY_REFRESHES 3
#define RUNTIME_REFRESHES 16

#define COMMAND_LINE_BYTES_MAX 8192

/* What the kernel puts after the path of a file that is no more. */
#define DELETED_MARK " (deleted)"

/* The kernel cuts a name at this length. */
#define NAME_LENGTH_CUT 15

typedef struct
{
  SondeProcess *process;       /* owned; NULL for a kernel thread */
  guint64       start_ticks;
  SondeAddress  stack_start;
  char          name[16];
  guint64       cpu_ticks;     /* at the last scan */
  guint64       scan;          /* the last scan that saw it */
  guint         refresh_count; /* since this program began */
} Entry;

struct _SondeProcessScanner
{
  /* Owned */
  char          *root;
  GHashTable    *entries; /* pid → Entry */
  GHashTable    *users;   /* uid → name */
  SondeRuntimes *runtimes;

  /* Since the beginning */
  guint64        scan;
  guint64        last_ns;
  guint64        ticks_per_second;

  /* During one scan */
  SondeRights    rights;
  int            root_fd;
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->process, sonde_process_unref);
  g_free (entry);
}

SondeProcessScanner *
sonde_process_scanner_new (const char *root)
{
  SondeProcessScanner *self;

  g_return_val_if_fail (root != NULL, NULL);

  self = g_new0 (SondeProcessScanner, 1);
  self->root = g_strdup (root);
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, free_entry);
  self->users = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->runtimes = sonde_runtimes_new ();
  self->ticks_per_second = (guint64) sysconf (_SC_CLK_TCK);
  self->root_fd = -1;

  return self;
}

void
sonde_process_scanner_free (SondeProcessScanner *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->users);
  sonde_runtimes_free (self->runtimes);
  g_free (self->root);
  g_free (self);
}

/* --- The details of one process --- */

static const char *
ensure_user (SondeProcessScanner *self,
             uid_t                uid)
{
  char *name = g_hash_table_lookup (self->users, GUINT_TO_POINTER (uid));
  struct passwd entry;
  struct passwd *found = NULL;
  char buffer[4096];

  if (name != NULL)
    return name;

  if (getpwuid_r (uid, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL)
    name = sonde_text_dup_clean (found->pw_name, strlen (found->pw_name), '?');
  else
    name = g_strdup_printf ("%u", uid);
  g_hash_table_insert (self->users, GUINT_TO_POINTER (uid), name);

  return name;
}

static char *
dup_command_line (SondeProcessScanner *self,
                  pid_t                pid,
                  const char          *name)
{
  char bytes[COMMAND_LINE_BYTES_MAX];
  g_autofree char *text = NULL;
  gssize length = sonde_proc_read (self->root_fd, pid, "cmdline", bytes, sizeof bytes);

  /* Arguments end with a zero; a process that sets its own title may leave many of them. */
  while (length > 0 && bytes[length - 1] == '\0')
    length--;
  if (length > 0)
    text = g_strstrip (sonde_text_dup_clean (bytes, (gsize) length, ' '));
  if (text == NULL || *text == '\0')
    return g_strdup (name);

  return g_steal_pointer (&text);
}

static char *
dup_executable (SondeProcessScanner *self,
                pid_t                pid)
{
  char bytes[4096];
  gssize length = sonde_proc_read_link (self->root_fd, pid, "exe", bytes, sizeof bytes);

  if (length <= 0)
    return NULL;
  if (g_str_has_suffix (bytes, DELETED_MARK))
    length -= (gssize) strlen (DELETED_MARK);

  return sonde_text_dup_clean (bytes, (gsize) length, '?');
}

/* The path after "0::", or of systemd's own hierarchy where the old control groups are in use. */
static char *
dup_cgroup (SondeProcessScanner *self,
            pid_t                pid)
{
  char text[4096];
  const char *found = NULL;

  if (sonde_proc_read (self->root_fd, pid, "cgroup", text, sizeof text) <= 0)
    return NULL;

  if (g_str_has_prefix (text, "0::"))
    found = text + strlen ("0::");
  else if (strstr (text, "\n0::") != NULL)
    found = strstr (text, "\n0::") + strlen ("\n0::");
  else if (strstr (text, ":name=systemd:") != NULL)
    found = strstr (text, ":name=systemd:") + strlen (":name=systemd:");

  return found != NULL ? sonde_text_dup_clean (found, strcspn (found, "\n"), '?') : NULL;
}

/* A name the kernel has cut is looked for in the executable's, and then in the first argument's. */
static char *
dup_name (const SondeProcStat *stat,
          const char          *executable,
          const char          *command_line)
{
  g_autofree char *name = sonde_text_dup_clean (stat->name, strlen (stat->name), '?');
  g_autofree char *first = NULL;
  g_autofree char *base = NULL;

  if (strlen (stat->name) < NAME_LENGTH_CUT)
    return g_steal_pointer (&name);

  if (executable != NULL)
    {
      base = g_path_get_basename (executable);
      if (g_str_has_prefix (base, name))
        return g_steal_pointer (&base);
    }

  first = g_strndup (command_line, strcspn (command_line, " "));
  g_free (base);
  base = g_path_get_basename (first);

  return g_str_has_prefix (base, name) ? g_steal_pointer (&base) : g_steal_pointer (&name);
}

static SondeRuntime
find_runtime (SondeProcessScanner *self,
              const Entry         *entry,
              pid_t                pid)
{
  if (entry->refresh_count >= RUNTIME_EARLY_REFRESHES &&
      entry->refresh_count % RUNTIME_REFRESHES != 0)
    return entry->process->runtime;

  return sonde_runtimes_find (self->runtimes, self->root_fd, pid);
}

/* NULL if the process has vanished. */
static SondeProcess *
read_process (SondeProcessScanner *self,
              const Entry         *entry,
              pid_t                pid,
              const SondeProcStat *stat)
{
  g_autoptr(SondeProcess) process = NULL;
  g_autofree char *plain_name = NULL;
  SondeProcStatus status;
  pid_t living = sonde_proc_stat_lacks_leader (stat) ? sonde_threads_find_living (pid) : pid;

  if (!sonde_proc_read_status (self->root_fd, pid, &status))
    return NULL;

  plain_name = sonde_text_dup_clean (stat->name, strlen (stat->name), '?');

  process = sonde_process_new ();
  process->pid = pid;
  process->start_ticks = stat->start_ticks;
  process->owner = status.uids[1];
  process->user = g_strdup (ensure_user (self, process->owner));
  process->command_line = dup_command_line (self, living, plain_name);
  process->executable = dup_executable (self, living);
  process->cgroup = dup_cgroup (self, pid);
  process->name = dup_name (stat, process->executable, process->command_line);
  process->runtime = find_runtime (self, entry, living);
  process->obstacle = sonde_permission_judge (&self->rights, self->root_fd, pid, stat, &status);

  return g_steal_pointer (&process);
}

/* --- A scan --- */

static gboolean
is_other_program (const Entry         *entry,
                  const SondeProcStat *stat)
{
  return entry->start_ticks != stat->start_ticks ||
         entry->stack_start != stat->stack_start ||
         strncmp (entry->name, stat->name, sizeof entry->name - 1) != 0;
}

static gboolean
is_due (SondeProcessScanner *self,
        pid_t                pid)
{
  return ((guint64) pid + self->scan) % REFRESH_SCANS == 0;
}

/* Brings the details up to date; FALSE if the process has vanished. A process whose details are as
 * they were keeps its SondeProcess, which tells the readers so.
 */
static gboolean
refresh_entry (SondeProcessScanner *self,
               Entry               *entry,
               pid_t                pid,
               const SondeProcStat *stat)
{
  g_autoptr(SondeProcess) process = NULL;

  if (is_other_program (entry, stat))
    entry->refresh_count = 0;

  process = read_process (self, entry, pid, stat);
  if (process == NULL)
    return FALSE;

  if (entry->process == NULL || !sonde_process_equal (entry->process, process))
    {
      g_clear_pointer (&entry->process, sonde_process_unref);
      entry->process = g_steal_pointer (&process);
    }

  entry->start_ticks = stat->start_ticks;
  entry->stack_start = stat->stack_start;
  g_strlcpy (entry->name, stat->name, sizeof entry->name);
  entry->refresh_count++;

  return TRUE;
}

static double
get_cpu_share (SondeProcessScanner *self,
               const Entry         *entry,
               const SondeProcStat *stat,
               guint64              now_ns)
{
  guint64 from_ns = self->last_ns;
  guint64 from_ticks = entry->cpu_ticks;
  double ticks;

  /* Not seen in the last scan: its whole life. */
  if (entry->scan == 0 || entry->scan + 1 != self->scan)
    {
      from_ns = stat->start_ticks * (SONDE_NS_PER_SECOND / self->ticks_per_second);
      from_ticks = 0;
    }

  /* A clock tick is the least that can be told; in less time than that no share means anything. */
  if (now_ns < from_ns + SONDE_NS_PER_SECOND / self->ticks_per_second ||
      stat->cpu_ticks <= from_ticks)
    return 0.0;

  ticks = (double) (now_ns - from_ns) / (double) SONDE_NS_PER_SECOND *
          (double) self->ticks_per_second;

  return (double) (stat->cpu_ticks - from_ticks) / ticks;
}

static Entry *
ensure_entry (SondeProcessScanner *self,
              pid_t                pid,
              const SondeProcStat *stat)
{
  Entry *entry = g_hash_table_lookup (self->entries, GINT_TO_POINTER (pid));

  /* Another process under an old number. */
  if (entry != NULL && entry->start_ticks != stat->start_ticks)
    {
      g_hash_table_remove (self->entries, GINT_TO_POINTER (pid));
      entry = NULL;
    }

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->start_ticks = stat->start_ticks;
      g_hash_table_insert (self->entries, GINT_TO_POINTER (pid), entry);
    }

  return entry;
}

static void
scan_process (SondeProcessScanner *self,
              pid_t                pid,
              guint64              now_ns,
              GArray              *rows)
{
  SondeProcessFigures figures;
  SondeProcStat stat;
  Entry *entry;

  if (!sonde_proc_read_stat (self->root_fd, pid, &stat) || stat.kernel)
    return;

  entry = ensure_entry (self, pid, &stat);
  if ((entry->process == NULL || is_other_program (entry, &stat) || is_due (self, pid)) &&
      !refresh_entry (self, entry, pid, &stat))
    return;

  figures.process = sonde_process_ref (entry->process);
  figures.cpu_share = get_cpu_share (self, entry, &stat, now_ns);
  figures.memory_bytes = stat.memory_bytes;
  figures.thread_count = stat.thread_count;
  g_array_append_val (rows, figures);

  entry->cpu_ticks = stat.cpu_ticks;
  entry->scan = self->scan;
}

static gboolean
is_stale (gpointer key,
          gpointer value,
          gpointer data)
{
  const SondeProcessScanner *self = data;
  const Entry *entry = value;

  return entry->scan != self->scan;
}

SondeProcessList *
sonde_process_scanner_scan (SondeProcessScanner *self,
                            guint64              now_ns)
{
  GArray *rows = NULL;
  struct dirent *item;
  DIR *directory;

  g_return_val_if_fail (self != NULL, NULL);

  rows = g_array_new (FALSE, FALSE, sizeof (SondeProcessFigures));
  directory = opendir (self->root);
  if (directory == NULL)
    return sonde_process_list_new (rows);

  self->scan++;
  self->root_fd = dirfd (directory);
  sonde_rights_read (&self->rights, self->root_fd);

  while ((item = readdir (directory)) != NULL)
    {
      pid_t pid = (pid_t) strtol (item->d_name, NULL, 10);

      if (g_ascii_isdigit (item->d_name[0]) && pid > 0 && pid != getpid ())
        scan_process (self, pid, now_ns, rows);
    }

  g_hash_table_foreach_remove (self->entries, is_stale, self);
  self->last_ns = now_ns;
  self->root_fd = -1;
  closedir (directory);

  return sonde_process_list_new (rows);
}
