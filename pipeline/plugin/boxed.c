/* SPDX-License-Identifier: MIT */
/* The library's structs as GObject types. */
#include "boxed.h"

#include "etrack/params.h"
#include "etrack/record.h"

#define DEFINE_BOXED(function, Name, type)                                                                                                 \
  static gpointer copy_##function(gpointer from)                                                                                           \
  {                                                                                                                                        \
    return g_memdup2(from, sizeof(type));                                                                                                  \
  }                                                                                                                                        \
                                                                                                                                           \
  G_DEFINE_BOXED_TYPE(Name, function, copy_##function, g_free)

typedef struct et_record GstETrackRecord;
typedef struct et_start GstETrackStart;
typedef struct et_params GstETrackParams;

DEFINE_BOXED(etrack_record, GstETrackRecord, struct et_record)
DEFINE_BOXED(etrack_start, GstETrackStart, struct et_start)
DEFINE_BOXED(etrack_params, GstETrackParams, struct et_params)
