/* SPDX-License-Identifier: MIT */
/* Writes log events to the journal: MESSAGE, MESSAGE_ID, PRIORITY, ETRACK_EVENT, and ETRACK_NAME
 * per field. */
#include "journal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum { FIELDS_MAXIMUM = 12, FIELD_SIZE = 640 };

bool journal_is_stderr(void)
{
  const char *stream = getenv("JOURNAL_STREAM");
  uint64_t device, inode;
  struct stat st;

  return stream && sscanf(stream, "%" SCNu64 ":%" SCNu64, &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device &&
         st.st_ino == inode;
}

/* Field lines under construction, in the caller's frame. */
struct entry {
  struct iovec part[FIELDS_MAXIMUM + 4];
  char line[FIELDS_MAXIMUM + 4][FIELD_SIZE];
  int count;
};

__attribute__((format(printf, 2, 3))) static void add(struct entry *entry, const char *format, ...)
{
  char *line = entry->line[entry->count];
  va_list args;

  va_start(args, format);
  vsnprintf(line, FIELD_SIZE, format, args);
  va_end(args);
  entry->part[entry->count++] = (struct iovec){.iov_base = line, .iov_len = strlen(line)};
}

static void add_field(struct entry *entry, const struct et_log_field *field)
{
  char name[64], value[FIELD_SIZE - 80];
  size_t i;

  for (i = 0; field->name[i] && i + 1 < sizeof name; i++)
    name[i] = (char)toupper((unsigned char)field->name[i]);
  name[i] = '\0';
  add(entry, "ETRACK_%s=%s", name, et_log_field_text(field, value, sizeof value));
}

void journal_sink(const struct et_log_event *event, const char *text, const struct et_log_field *fields, size_t count, void *user)
{
  struct entry entry = {.count = 0};

  add(&entry, "MESSAGE=%s", text);
  add(&entry, "PRIORITY=%d", event->level);
  add(&entry, "ETRACK_EVENT=%s", event->id);
  if (event->message_id)
    add(&entry, "MESSAGE_ID=%s", event->message_id);
  for (size_t i = 0; i < count && i < FIELDS_MAXIMUM; i++)
    add_field(&entry, &fields[i]);
  sd_journal_sendv(entry.part, entry.count);
}
