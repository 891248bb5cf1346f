/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts come and go: many one after the other, as many at once as there can be, destroyed with work pending,
 * and created again. Every context proves itself with a checked command. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* The driver's own limit for one open file (section 6.1); the device may have a lower one for a VF. */
enum { DRIVER_LIMIT = 255, DEVICE_MINIMUM = 128 };

static struct npu_device devices[NPU_MAX_DEVICES];
static unsigned vfs;

static enum npu_layout layout_of(unsigned index) {
  return index / vfs % 2 ? NPU_WIDE : NPU_COMPACT;
}

static void in_sequence(unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    struct bench bench;

    bench_open(&bench, &devices[i % vfs], layout_of(i));
    bench_prove(&bench, "one after the other");
    bench_close(&bench);
  }
  printf("%u contexts one after the other\n", count);
}

/* Creates up to `count` contexts; a refusal must be a clean error at or above the device's minimum. */
static unsigned fill(struct bench* benches, unsigned count) {
  unsigned made = 0;
  bool full[NPU_MAX_DEVICES] = {false};
  unsigned per_device[NPU_MAX_DEVICES] = {0};

  for (unsigned i = 0; made < count && i < count * vfs; i++) {
    const unsigned device = i % vfs;
    int error;

    if (full[device]) continue;
    error = bench_try_open(&benches[made], &devices[device], layout_of(made));
    if (!error) {
      made++;
      per_device[device]++;
      continue;
    }
    full[device] = true;
    if (per_device[device] < DEVICE_MINIMUM)
      npu_fail("%s: expected at least %u contexts, number %u was refused: %s", devices[device].bdf, DEVICE_MINIMUM,
               per_device[device] + 1, strerror(error));
    /* -EINVAL is the driver's word for the firmware's refusal, -ENOSPC for its own limit. */
    if (error != EINVAL && error != ENOSPC && error != EBUSY)
      npu_fail("%s: context %u refused with an unexpected error: %s", devices[device].bdf, per_device[device] + 1,
               strerror(error));
  }
  return made;
}

static void at_once(unsigned count) {
  struct bench* benches = calloc(count + 1, sizeof(*benches));
  struct bench again;
  unsigned made = fill(benches, count);

  for (unsigned i = 0; i < made; i++) bench_prove(&benches[i], "all at once");
  printf("%u contexts at once%s\n", made, made < count ? ", then a clean refusal" : "");
  /* Every second one goes; the others must not notice, and the places must be free again. */
  for (unsigned i = 0; i < made; i += 2) bench_close(&benches[i]);
  for (unsigned i = 1; i < made; i += 2) bench_prove(&benches[i], "after the neighbours were destroyed");
  for (unsigned i = 0; i < made; i += 2) {
    bench_open(&benches[i], &devices[i % vfs], layout_of(i));
    bench_prove(&benches[i], "in a place used before");
  }
  for (unsigned i = 0; i < made; i++) bench_close(&benches[i]);
  bench_open(&again, &devices[0], NPU_WIDE);
  bench_prove(&again, "after all were destroyed");
  bench_close(&again);
  free(benches);
  printf("%u of them destroyed and created again\n", (made + 1) / 2);
}

/* Submits a full queue, destroys the context at once: afterwards the device must not touch its memory. */
static void with_work_pending(unsigned rounds) {
  struct bench neighbour;

  bench_open(&neighbour, &devices[0], NPU_WIDE);
  for (unsigned round = 0; round < rounds; round++) {
    const unsigned doorbell = round % 3;
    struct bench bench;
    uint8_t* before;

    bench_open(&bench, &devices[round % vfs], layout_of(round));
    for (unsigned i = 0; i < NPU_SLOTS; i++) {
      const struct npu_part parts[] = {{0, bench.pages}, {2, bench.pages}, {4, bench.barrier}};

      npu_indirect(&bench.context, bench_arm(&bench, i), parts, 3, round % 2 && i + 1 < NPU_SLOTS);
      if (doorbell == 2) { /* packets one by one, so that the device is somewhere in the middle */
        npu_submit(&bench.context);
      }
    }
    npu_publish(&bench.context);
    if (doorbell) npu_ring(&bench.context);
    npu_context_destroy(&bench.context);
    before = malloc(bench.arena.size);
    memcpy(before, bench.arena.map, bench.arena.size);
    bench_prove(&neighbour, "beside a context destroyed with work pending");
    if (memcmp(before, bench.arena.map, bench.arena.size))
      npu_fail("%s: the device wrote to a destroyed context's memory", devices[round % vfs].bdf);
    for (unsigned i = 0; i < NPU_SLOTS; i++) {
      const uint32_t word = bench_word(&bench, i);

      bench_check_guards(&bench, i);
      if (word != NPU_COMPLETED && (word & 15) != NPU_NEW && (word & 15) != NPU_ABORT)
        npu_fail("%s: destroyed context, packet %u: unexpected completion word %#x", devices[round % vfs].bdf, i, word);
    }
    free(before);
    npu_bo_destroy(&bench.arena);
  }
  bench_close(&neighbour);
  printf("%u contexts destroyed with work pending\n", rounds);
}

int main(int argc, char** argv) {
  static const struct option options[] = {
      {"count", 1, 0, 'c'}, {"pending", 1, 0, 'p'}, {"vf", 1, 0, 'd'}, {"help", 0, 0, 'h'}, {0}};
  char bdfs[NPU_MAX_DEVICES][16];
  unsigned count = DRIVER_LIMIT, pending = 12;

  for (int option; (option = getopt_long(argc, argv, "c:p:d:h", options, NULL)) != -1;) {
    if (option == 'c')
      count = (unsigned)strtoul(optarg, NULL, 0);
    else if (option == 'p')
      pending = (unsigned)strtoul(optarg, NULL, 0);
    else if (option == 'd' && vfs < NPU_MAX_DEVICES)
      snprintf(bdfs[vfs++], sizeof(bdfs[0]), "%s", optarg);
    else {
      printf(
          "usage: %s [--count N] [--pending N] [--vf BDF-or-number]...\n"
          "Creates N contexts (default %d) one after the other and at once, and destroys N (default\n"
          "%u) with work pending, over the given VFs (default all).\n"
          "  %s --count 20 --vf 0\n"
          "exit status: 0 all as it must be, 1 not (the line FAIL says what)\n",
          argv[0], DRIVER_LIMIT, pending, argv[0]);
      return option == 'h' ? 0 : 2;
    }
  }
  if (!vfs) vfs = npu_list(bdfs);
  if (!vfs) npu_fail("expected at least one VF, the driver bound none");
  for (unsigned i = 0; i < vfs; i++) npu_open(&devices[i], bdfs[i]);
  in_sequence(count);
  at_once(count);
  with_work_pending(pending);
  return 0;
}
