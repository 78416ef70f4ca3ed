/* SPDX-License-Identifier: MIT */
/* Steady time out of time stamps of frames, some of which may be wrong.
 *
 * The rule (docs/states.md). A stamp is believed if it follows the last one by up to a few usual
 * frame times. Any other stamp is doubted, and counts as one usual frame time. The next stamps
 * decide. If they go on from the last believed stamp, the doubted one was wrong and has no further
 * effect. If two in a row go on from the doubted one, the stamps have a new base: a pause ahead
 * then counts in full, up to `longest_ns`; a step back counts nothing more. */
#ifndef BASE_PACE_H
#define BASE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Thread-safety: one thread at a time. All functions are RT-safe. */
struct et_pace {
  int64_t now_ns;   /* steady time: begins at the first stamp and never goes back */
  bool exact;       /* the last step is the difference of its two stamps: a velocity may use it */
  int64_t usual_ns; /* a frame time: the running mean of the steps that were believed */

  int64_t longest_ns; /* the longest pause that counts in full */
  int64_t stamp_ns;   /* the last stamp */
  int64_t leap_ns;    /* the step to it, if it is doubted */
  bool doubted;
  bool expects_pause;
  int agreed;                          /* stamps in a row that went on from a doubted one */
  int64_t believed_ns, believed_at_ns; /* the last believed stamp, and the steady time there */
};

/* Begins at a stamp. `usual_ns`: the frame time; 0 = unknown: 40 ms are taken until stamps say
 * otherwise. `longest_ns`: more than 0. */
void et_pace_start(struct et_pace *pace, int64_t stamp_ns, int64_t usual_ns, int64_t longest_ns);

/* The next frame's stamp. Returns the new steady time. */
int64_t et_pace_step(struct et_pace *pace, int64_t stamp_ns);

/* For a next frame without a stamp: it counts as one with a wrong stamp. */
int64_t et_pace_skip(struct et_pace *pace);

/* Frames have stopped coming: the next step may be a pause. If it is at most `longest_ns`, it is
 * believed. */
void et_pace_expect_pause(struct et_pace *pace);

/* The steady time at a stamp without a frame; the present steady time if the stamp is not
 * believed. */
int64_t et_pace_at(const struct et_pace *pace, int64_t stamp_ns);

/* Add it to a steady time to get a stamp: a believed stamp minus the steady time there. */
int64_t et_pace_offset(const struct et_pace *pace);

#endif
