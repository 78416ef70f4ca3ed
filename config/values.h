/* SPDX-License-Identifier: MIT */
/* What the text values of some keys must look like. */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include <stdbool.h>

/* NULL where the text will do, else what it must be, in words that follow "must be". */
typedef const char *value_check(const char *text);

value_check check_ipc, check_tcp, check_source, check_controls, check_mode;

/* Is the endpoint, one that check_tcp() lets through, on an address that never leaves the machine? */
bool tcp_is_loopback(const char *endpoint);

#endif
