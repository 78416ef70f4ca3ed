/* SPDX-License-Identifier: MIT */
/* Collects the state of the daemon. */
#include "status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

struct proto_clocks status_clocks(void)
{
  return (struct proto_clocks){.monotonic_ns = et_clock_ns(), .realtime_ns = et_clock_realtime_ns()};
}

static uint64_t resident_bytes(void)
{
  uint64_t pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");

  if (!file)
    return 0;
  if (fscanf(file, "%*u %" SCNu64, &pages) != 1)
    pages = 0;
  fclose(file);
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void status_take(struct service *service, struct feed *only, struct snapshot_of_all *all)
{
  size_t count;
  struct feed **feeds = feeds_present(service->feeds, &count);

  if (only) {
    feeds = &only;
    count = 1;
  }
  all->streams = g_new0(struct proto_stream, count);
  all->views = g_new0(struct stream_view, count);
  for (size_t i = 0; i < count; i++)
    feed_describe(feeds[i], &all->views[i], &all->streams[i]);
  all->status = (struct proto_status){
    .clocks = status_clocks(),
    .uptime_ns = et_clock_ns() - service->started_ns,
    .memory_bytes = resident_bytes(),
    .streams = all->streams,
    .count = count,
  };
}

void status_clear(struct snapshot_of_all *all)
{
  g_clear_pointer(&all->streams, g_free);
  g_clear_pointer(&all->views, g_free);
}

void status_publish(struct service *service)
{
  struct snapshot_of_all all;
  char *message;

  status_take(service, NULL, &all);
  message = proto_print_status(&all.status, service->epoch, ++service->status_seq);
  status_clear(&all);
  if (message)
    transport_publish(service->transport, message, strlen(message));
  free(message);
}
