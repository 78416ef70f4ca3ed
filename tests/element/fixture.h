/* SPDX-License-Identifier: MIT */
/* What the element's tests share: an element in a harness with a bus, pictures of a moving ball,
 * and ways to read the output. */
#ifndef ELEMENT_FIXTURE_H
#define ELEMENT_FIXTURE_H

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "etrack/record.h"

enum { WIDTH = 320, HEIGHT = 240, BALL = 40 };

/* Longer than any wait, and than any test, takes, even on a busy machine. */
enum { PATIENCE_S = 60, TEST_S = 240 };

/* Fixtures for tests of what a box follows, and of what depends on every pixel. The other tests
 * have a model that leaves a box where it is. With CK_FORK=no these hold for the rest of the
 * program. */
void use_real_model(void);
void use_random_model(void);

/* The ball's box on frame `n` of a WIDTH x HEIGHT clip. */
typedef struct {
  gdouble x, y, w, h;
} Box;

Box ball_box(guint n);

/* The same as a property: "x,y,w,h". Static storage, overwritten by the next call. */
const gchar *ball_target(guint n);

typedef struct {
  GstElement *element;
  GstBus *bus;
  GstHarness *harness;
} Rig;

/* The element with its properties set (name, value, ..., NULL), in PLAYING, fed with I420 of WIDTH
 * x HEIGHT at 25 frames per second. */
Rig *rig_new(const gchar *first_property, ...) G_GNUC_NULL_TERMINATED;
void rig_free(Rig *rig);

void rig_set_size(Rig *rig, gint width, gint height);

/* A flush and a segment that begins at 0. */
void rig_flush(Rig *rig);

/* Frame `n` as I420, its PTS n/25 s. */
GstBuffer *picture(guint n, gint width, gint height);

/* Pushes frame n and returns what came out. */
GstBuffer *rig_pass(Rig *rig, guint n);

/* The parameters of the buffer's one ROI, or NULL; owned by the buffer. */
const GstStructure *roi_params(GstBuffer *buffer);
guint roi_count(GstBuffer *buffer);
const GstVideoRegionOfInterestMeta *roi_of(GstBuffer *buffer);

gdouble field_double(const GstStructure *s, const gchar *name);
guint64 field_uint64(const GstStructure *s, const gchar *name);
const gchar *field_string(const GstStructure *s, const gchar *name);

/* Intersection over union. */
gdouble iou(Box a, Box b);
Box box_of(const GstStructure *s);

/* Takes messages off the bus until one of the type comes. Fails the test after PATIENCE_S. */
GstMessage *rig_wait(Rig *rig, GstMessageType type);

/* The same, but takes only messages that are there. NULL if none has the type. */
GstMessage *rig_poll(Rig *rig, GstMessageType type);

/* The next `etrack` message with this event. */
GstStructure *rig_event(Rig *rig, const gchar *event);

/* The text of the next warning or error. Ownership: the caller's. */
gchar *rig_words(Rig *rig, GstMessageType type);

#define assert_contains(text, part) fail_unless(strstr(text, part) != NULL, "\"%s\" is not in \"%s\"", part, text)

#endif
