/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target without libFuzzer: its seeds, then mutations of them, which are the same each
 * time.
 *
 *   fuzz_x              all of them
 *   fuzz_x FILE...      only these inputs */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

enum { LARGEST = 1 << 17, MUTATIONS = 6 };

static uint64_t state = 0x9e3779b97f4a7c15u;
static uint8_t input[LARGEST], spare[LARGEST];
static size_t length;

/* splitmix64 */
static uint64_t random_word(void)
{
  uint64_t z = state += 0x9e3779b97f4a7c15u;

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static size_t below(size_t limit)
{
  return limit ? random_word() % limit : 0;
}

static size_t count_of(const char *const *list)
{
  size_t count = 0;

  while (list[count])
    count++;
  return count;
}

static void insert(size_t at, const void *bytes, size_t count)
{
  if (length + count > LARGEST)
    return;
  memmove(input + at + count, input + at, length - at);
  memcpy(input + at, bytes, count);
  length += count;
}

static void remove_some(void)
{
  const size_t at = below(length), count = below(length - at < 16 ? length - at : 16);

  memmove(input + at, input + at + count, length - at - count);
  length -= count;
}

static void insert_word(void)
{
  const char *word = fuzz_words[below(count_of(fuzz_words))];

  insert(below(length + 1), word, strlen(word));
}

/* Repeats a piece of the input, sometimes many times. */
static void repeat(void)
{
  const size_t at = below(length), count = below(length - at < 64 ? length - at : 64);
  const size_t times = below(8) ? 1 : below(200);

  memcpy(spare, input + at, count);
  for (size_t i = 0; i < times; i++)
    insert(at, spare, count);
}

/* Appends the rest of another seed. */
static void splice(void)
{
  const char *other = fuzz_seeds[below(count_of(fuzz_seeds))];
  const size_t from = below(strlen(other) + 1);

  length = below(length + 1);
  insert(length, other + from, strlen(other) - from);
}

static void mutate(void)
{
  const uint8_t byte = (uint8_t)random_word();

  switch (below(6)) {
  case 0:
    if (length)
      input[below(length)] ^= (uint8_t)(1u << below(8));
    break;
  case 1:
    insert(below(length + 1), &byte, 1);
    break;
  case 2:
    remove_some();
    break;
  case 3:
    insert_word();
    break;
  case 4:
    repeat();
    break;
  default:
    splice();
    break;
  }
}

static void take_seed(size_t i)
{
  length = strlen(fuzz_seeds[i]);
  memcpy(input, fuzz_seeds[i], length);
}

/* Keeps the input of a crash, so that it can be tried again: fuzz_x FILE. */
static void keep_input(int signal)
{
  static const char name[] = "fuzz-crash\n";
  FILE *file = fopen("fuzz-crash", "wb");

  if (file) {
    fwrite(input, 1, length, file);
    fclose(file);
    if (write(STDERR_FILENO, name, sizeof name - 1) < 0)
      _exit(1);
  }
  _exit(1);
}

static int run_files(char **names)
{
  for (; *names; names++) {
    FILE *file = fopen(*names, "rb");

    if (!file) {
      perror(*names);
      return 1;
    }
    length = fread(input, 1, LARGEST, file);
    fclose(file);
    LLVMFuzzerTestOneInput(input, length);
  }
  return 0;
}

int main(int argc, char **argv)
{
  const size_t seeds = count_of(fuzz_seeds);

  signal(SIGABRT, keep_input);
  signal(SIGSEGV, keep_input);
  if (argc > 1)
    return run_files(argv + 1);
  for (size_t i = 0; i < seeds; i++) {
    take_seed(i);
    LLVMFuzzerTestOneInput(input, length);
  }
  for (int run = 0; run < fuzz_runs; run++) {
    take_seed(below(seeds));
    for (size_t i = below(MUTATIONS) + 1; i > 0; i--)
      mutate();
    LLVMFuzzerTestOneInput(input, length);
  }
  printf("%zu seeds and %d mutations of them\n", seeds, fuzz_runs);
  return 0;
}
