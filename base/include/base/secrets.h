/* SPDX-License-Identifier: MIT */
/* Hides passwords in texts that anybody may read. */
#ifndef BASE_SECRETS_H
#define BASE_SECRETS_H

/* The most bytes that et_hide_secrets() writes for a text of `length` bytes. */
#define ET_SECRETS_SIZE(length) (4 * (length) + 1)

/* Writes `text` to `shown`, which has ET_SECRETS_SIZE(strlen(text)) bytes. "***" replaces
 *   - the password of every address: rtsp://user:password@host;
 *   - every value that is given to a name such as user-pw, user-id, password, passphrase, token or
 *     key: user-pw="password".
 * `text` may be an address, a gst-launch description or a message that quotes one. In doubt more is
 * hidden, not less. Thread-safety: any thread. */
void et_hide_secrets(const char *text, char *shown);

#endif
