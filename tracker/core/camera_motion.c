/* SPDX-License-Identifier: MIT */
/* Measures the shift of the whole picture from frame to frame.
 *
 * Design notes. The picture is reduced to 128 by 64 cells, each the mean of a few of its pixels. It
 * fades out towards its edges, because the transform takes it for periodic, and around what is
 * known to move by itself. The phases of the two spectra's quotient are those of a shift. Its
 * inverse transform has a peak at the shift, as high as the share of the picture that moved so.
 * Both pictures are real, so that one transform does for both: one is the real, the other the
 * imaginary part. */
#include "core/camera_motion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/ahead.h"
#include "core/fft.h"
#include "core/plane.h"
#include "ops/lanes.h"

enum { W = ET_FFT_COLUMNS, H = ET_FFT_ROWS, SAMPLES = 4 /* per cell and direction */ };

/* Lower peaks are noise, or not of the whole picture. */
static const double least_peak = 0.25;
/* Standard deviation of the cells, in grey levels of 255. Noise has less. */
static const double least_texture = 4;
/* A shift by less than this part of a cell in both directions is none: what moves by itself moves
 * the peak as much. */
static const double still = 0.2;
/* A greater shift, as a share of the frame, is not to be told from a smaller one of a periodic
 * picture. */
static const double most_shift = 0.4;

/* What moves by itself counts nothing in a box so many times as large, and in full outside of one
 * larger still. An edge would stand still. */
static const double nothing = 1.25, in_full = 2;

struct et_camera_motion {
  struct et_fft fft;
  float fade_x[W], fade_y[H];
  int width, height; /* of the picture before; 0 = there was none */
  float last[ET_FFT_SIZE], now[ET_FFT_SIZE], weight[ET_FFT_SIZE];
  struct et_complex_picture both, correlation;
};

static void make_fade(float *fade, int count)
{
  for (int i = 0; i < count; i++)
    fade[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / count));
}

enum et_error et_camera_motion_create(struct et_camera_motion **motion, struct et_error_detail *detail)
{
  struct et_camera_motion *m = calloc(1, sizeof *m);

  if (!m)
    return et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for the motion of the camera");
  et_fft_init(&m->fft);
  make_fade(m->fade_x, W);
  make_fade(m->fade_y, H);
  *motion = m;
  return ET_OK;
}

void et_camera_motion_destroy(struct et_camera_motion **motion)
{
  if (!motion)
    return;
  free(*motion);
  *motion = NULL;
}

/* --- the small picture --- */

/* Sample s of cell i, of `cells` along `length` pixels. */
static int sample_at(int i, int s, int cells, int length)
{
  return (int)(((double)i + (s + 0.5) / SAMPLES) * length / cells);
}

/* The rows of the samples of cells in row y. */
static void find_rows(const struct et_plane *p, int y, const uint8_t *row[SAMPLES])
{
  for (int s = 0; s < SAMPLES; s++)
    row[s] = p->data + sample_at(y, s, H, p->height) * p->stride;
}

static int sum_bytes(const uint8_t *const row[SAMPLES], const int at[SAMPLES])
{
  int sum = 0;

  for (int r = 0; r < SAMPLES; r++)
    for (int s = 0; s < SAMPLES; s++)
      sum += row[r][at[s]];
  return sum;
}

static int sum_deep(const struct et_plane *p, const uint8_t *const row[SAMPLES], const int at[SAMPLES])
{
  int sum = 0;

  for (int r = 0; r < SAMPLES; r++)
    for (int s = 0; s < SAMPLES; s++)
      sum += et_plane_deep(p, row[r], at[s]);
  return sum;
}

/* The sums of the samples of each cell. */
static void add_up(const struct et_plane *p, const int at[W * SAMPLES], float *cells)
{
  const uint8_t *now[SAMPLES], *next[SAMPLES];

  find_rows(p, 0, next);
  for (int y = 0; y < H; y++) {
    memcpy(now, next, sizeof now);
    if (y + 1 < H) {
      find_rows(p, y + 1, next);
      for (int s = 0; s < SAMPLES; s++)
        et_prefetch_row(next[s], (ptrdiff_t)p->width * p->step);
    }
    for (int x = 0; x < W; x++)
      cells[y * W + x] = (float)(p->deep ? sum_deep(p, now, at + x * SAMPLES) : sum_bytes(now, at + x * SAMPLES));
  }
}

/* A cell becomes the mean of its samples: luma, green, or stretched 16-bit grey, 0..255. */
static void reduce(const struct et_plane *p, const struct et_stretch *stretch, float *cells)
{
  const int offset = p->offset[p->components == 3 ? 1 : 0];
  int at[W * SAMPLES];

  for (int x = 0; x < W; x++)
    for (int s = 0; s < SAMPLES; s++)
      at[x * SAMPLES + s] = p->deep ? sample_at(x, s, W, p->width) : sample_at(x, s, W, p->width) * p->step + offset;
  add_up(p, at, cells);
  for (int i = 0; i < ET_FFT_SIZE; i++) {
    cells[i] /= SAMPLES * SAMPLES;
    if (p->deep)
      cells[i] = et_stretch_grey(stretch, cells[i]);
  }
}

/* --- the weights --- */

/* How far the middle of a cell is from a mover's centre, in half sides of its box. */
static double distance(int cell, double centre, double side, int cells, int length)
{
  return fabs((cell + 0.5) * length / cells - centre) / (side / 2);
}

static double share_beside(double distance)
{
  return fmin(fmax((distance - nothing) / (in_full - nothing), 0), 1);
}

static void leave_out(struct et_camera_motion *m, const struct et_place *p)
{
  for (int y = 0; y < H; y++) {
    const double dy = distance(y, p->cy, p->h, H, m->height);

    for (int x = 0; x < W && dy < in_full; x++)
      m->weight[y * W + x] *= (float)share_beside(fmax(distance(x, p->cx, p->w, W, m->width), dy));
  }
}

static void weigh(struct et_camera_motion *m, const struct et_place *movers, int count)
{
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      m->weight[y * W + x] = m->fade_x[x] * m->fade_y[y];
  for (int i = 0; i < count; i++)
    leave_out(m, &movers[i]);
}

/* Without the mean, what is left out has no edges. Returns the standard deviation. */
static double apply_weights(const struct et_camera_motion *m, const float *cells, float *to)
{
  double sum = 0, squares = 0, weight = 1e-9;

  for (int i = 0; i < ET_FFT_SIZE; i++) {
    sum += cells[i] * m->weight[i];
    squares += (double)cells[i] * cells[i] * m->weight[i];
    weight += m->weight[i];
  }
  for (int i = 0; i < ET_FFT_SIZE; i++)
    to[i] = (cells[i] - (float)(sum / weight)) * m->weight[i];
  return sqrt(fmax(squares / weight - sum / weight * sum / weight, 0));
}

/* --- the shift --- */

/* Spectra are stored column by column. Value i of one column and value j of the column that is
 * opposite are at opposite frequencies. */
ET_INLINE void correlate_at(const struct et_complex_picture *both, int i, int j, struct et_complex_picture *restrict phases)
{
  const float a_re = both->re[i] + both->re[j], a_im = both->im[i] - both->im[j];
  const float b_re = both->im[i] + both->im[j], b_im = both->re[j] - both->re[i];
  const float re = b_re * a_re + b_im * a_im, im = b_im * a_re - b_re * a_im;
  const float size = sqrtf(re * re + im * im) + 1e-3F;

  phases->re[i] = re / size;
  phases->im[i] = im / size;
}

static void correlate_column(const struct et_complex_picture *both, int x, struct et_complex_picture *restrict phases)
{
  const int column = x * H, opposite = (W - x) % W * H;

  correlate_at(both, column, opposite, phases);
  for (int y = 1; y < H; y++)
    correlate_at(both, column + y, opposite + H - y, phases);
}

/* What is opposite is the conjugate, because the pictures are real. */
static void mirror_column(struct et_complex_picture *phases, int x)
{
  const int column = x * H, opposite = (W - x) * H;

  for (int y = 0; y < H; y++) {
    const int j = opposite + (H - y) % H;

    phases->re[column + y] = phases->re[j];
    phases->im[column + y] = -phases->im[j];
  }
}

/* The phases of the quotient of the two pictures' spectra, from the spectrum of both. */
static void correlate(const struct et_complex_picture *both, struct et_complex_picture *phases)
{
  for (int x = 0; x <= W / 2; x++)
    correlate_column(both, x, phases);
  for (int x = W / 2 + 1; x < W; x++)
    mirror_column(phases, x);
}

static int find_peak(const float *r)
{
  int peak = 0;

  for (int i = 1; i < ET_FFT_SIZE; i++)
    if (r[i] > r[peak])
      peak = i;
  return peak;
}

/* How far the true peak is from the middle cell, towards the higher neighbour. */
static double between(double before, double middle, double after)
{
  if (after >= before)
    return after > 0 ? after / (after + middle) : 0;
  return before > 0 ? -before / (before + middle) : 0;
}

/* Cells in the upper half are shifts to the left or up. */
static double signed_shift(int cell, double part, int cells)
{
  return (cell > cells / 2 ? cell - cells : cell) + part;
}

static bool shift_at(const float *r, int peak, double *x, double *y)
{
  const int px = peak % W, py = peak / W;
  const float *row = r + py * W;

  *x = signed_shift(px, between(row[(px + W - 1) % W], r[peak], row[(px + 1) % W]), W);
  *y = signed_shift(py, between(r[(py + H - 1) % H * W + px], r[peak], r[(py + 1) % H * W + px]), H);
  if (fabs(*x) < still && fabs(*y) < still)
    *x = *y = 0;
  return r[peak] >= least_peak * ET_FFT_SIZE && fabs(*x) <= most_shift * W && fabs(*y) <= most_shift * H;
}

static void take(struct et_camera_motion *m, const struct et_image *image, const struct et_stretch *stretch, float *cells)
{
  struct et_plane planes[3];

  et_image_planes(image, planes);
  reduce(&planes[0], stretch, cells);
  m->width = image->width;
  m->height = image->height;
}

void et_camera_motion_start(struct et_camera_motion *m, const struct et_image *image, const struct et_stretch *stretch)
{
  take(m, image, stretch, m->last);
}

/* Puts both pictures beside each other. False if one of them has too little texture. */
static bool pair(struct et_camera_motion *m, const struct et_place *movers, int count)
{
  double before, now;

  weigh(m, movers, count);
  before = apply_weights(m, m->last, m->both.re);
  now = apply_weights(m, m->now, m->both.im);
  memcpy(m->last, m->now, sizeof m->last);
  return before >= least_texture && now >= least_texture;
}

bool et_camera_motion_measure(struct et_camera_motion *m, const struct et_image *image, const struct et_stretch *stretch,
                              const struct et_place *movers, int count, double *x_px, double *y_px)
{
  double x, y;

  *x_px = *y_px = 0;
  if (m->width != image->width || m->height != image->height) {
    et_camera_motion_start(m, image, stretch);
    return false;
  }
  take(m, image, stretch, m->now);
  if (!pair(m, movers, count))
    return false;
  et_fft_forward(&m->fft, &m->both);
  correlate(&m->both, &m->correlation);
  et_fft_inverse(&m->fft, &m->correlation);
  if (!shift_at(m->correlation.re, find_peak(m->correlation.re), &x, &y))
    return false;
  *x_px = x * image->width / W;
  *y_px = y * image->height / H;
  return true;
}
