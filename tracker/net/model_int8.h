/* SPDX-License-Identifier: MIT */
/* Reads and packs the layers in 8 and 16 bits of an etrack/2 file (docs/tracker.md). All return
 * NULL after a failure, which the reader carries. */
#ifndef NET_MODEL_INT8_H
#define NET_MODEL_INT8_H

#include "net/reader.h"

const struct et_dense_int8 *et_read_dense_int8(struct et_reader *reader, const char *name, int in, int out);

const struct et_ffn_int8 *et_read_ffn_int8(struct et_reader *reader, int channels, int hidden);

/* expand, dw and project of the block that the reader has entered. */
const struct et_block_int8 *et_read_block_int8(struct et_reader *reader, int in, int mid, int out, int kernel);

#endif
