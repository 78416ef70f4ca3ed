/* SPDX-License-Identifier: MIT */
/* Checks the text values of some keys. */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include <stdbool.h>

/* NULL if the text is valid, otherwise what it must be, in words that follow "must be". */
typedef const char *value_check(const char *text);

value_check check_ipc, check_tcp, check_source, check_controls, check_mode;

/* Whether the address of the endpoint is a loopback one. The endpoint must have passed
 * check_tcp(). */
bool tcp_is_loopback(const char *endpoint);

#endif
