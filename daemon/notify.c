/* SPDX-License-Identifier: MIT */
/* Speaks the notify protocol of systemd. */
#include "notify.h"

#include <inttypes.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"

void notify_ready(const char *status)
{
  sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void notify_status(const char *status)
{
  sd_notifyf(0, "STATUS=%s", status);
}

/* Type=notify-reload needs the time stamp; Type=notify ignores it. */
void notify_reloading(void)
{
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=Reading the configuration again", et_clock_ns() / 1000);
}

void notify_stopping(void)
{
  sd_notify(0, "STOPPING=1\nSTATUS=Stopping");
}

void notify_alive(void)
{
  sd_notify(0, "WATCHDOG=1");
}

int64_t notify_watchdog_interval_ns(void)
{
  uint64_t deadline_us = 0;

  if (sd_watchdog_enabled(0, &deadline_us) <= 0)
    return 0;
  return (int64_t)deadline_us * 1000 / 2;
}
