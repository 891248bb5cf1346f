/* SPDX-License-Identifier: Apache-2.0 */
/* Runs many commands over VFs and contexts and checks every effect of every packet: the completion word goes
 * from NEW to exactly 0x4, its neighbours stay, read_index advances by the right number at the right moment,
 * the context's interrupt comes, WAIT_CMD succeeds. Batches mix direct and indirect packets, chains, and
 * doorbells before, between and after the packets. */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { MAX_WORKERS = 64, MAX_SAMPLES = 1 << 16 };
enum shape { SINGLE, MULTI_UC, CHAIN, BURST, EARLY_DOORBELL, LATE_DOORBELL, MIDDLE_DOORBELLS, SHAPES };

static const char* const shape_names[SHAPES] = {
    "single", "several uCs", "chain", "burst", "early doorbell", "late doorbell", "doorbells in mid-chain"};
static const unsigned uc_sets[][7] = {{1, 0}, {2, 0, 2}, {3, 0, 2, 4}, {1, 4}, {2, 4, 1}, {6, 0, 1, 2, 3, 4, 5}};

struct worker {
  struct bench bench;
  pthread_t thread;
  unsigned index, vector;
  uint64_t goal, commands, doorbells, random;
  uint64_t shapes[SHAPES];
  unsigned samples;
  float* latency_us;
};

static uint64_t total_goal = 1000;

static unsigned pick(struct worker* worker, unsigned choices) {
  worker->random = worker->random * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(worker->random >> 33) % choices;
}

static uint64_t program(struct worker* worker) {
  const uint64_t programs[] = {worker->bench.nop, worker->bench.nop, worker->bench.barrier, worker->bench.pages};

  return programs[pick(worker, 4)];
}

static void add_direct(struct worker* worker, bool more) {
  struct bench* bench = &worker->bench;

  npu_direct(&bench->context, bench_arm(bench, bench->context.next), program(worker), more);
}

static void add_indirect(struct worker* worker, bool more) {
  const unsigned* set = uc_sets[pick(worker, sizeof(uc_sets) / sizeof(uc_sets[0]))];
  struct bench* bench = &worker->bench;
  struct npu_part parts[NPU_UCS];

  for (unsigned i = 0; i < set[0]; i++) parts[i] = (struct npu_part){set[1 + i], program(worker)};
  npu_indirect(&bench->context, bench_arm(bench, bench->context.next), parts, set[0], more);
}

static void add(struct worker* worker, bool more) {
  if (pick(worker, 3))
    add_direct(worker, more);
  else
    add_indirect(worker, more);
}

static void ring(struct worker* worker) {
  worker->doorbells++;
  npu_ring(&worker->bench.context);
}

/* read_index belongs to the end of a chain: sub-commands that are done must not move it. */
static void expect_unmoved(struct worker* worker, uint64_t begin) {
  const struct npu_context* context = &worker->bench.context;

  if (*context->read_index != begin)
    npu_fail("%s context %u: read_index moved to %llu inside a chain that began at %llu", context->device->bdf,
             context->handle, (unsigned long long)*context->read_index, (unsigned long long)begin);
}

static void submit_shape(struct worker* worker, enum shape shape, unsigned length) {
  struct npu_context* context = &worker->bench.context;
  const uint64_t begin = context->next;

  switch (shape) {
    case SINGLE:
      add_direct(worker, false);
      break;
    case MULTI_UC:
      add_indirect(worker, false);
      break;
    case CHAIN:
      for (unsigned i = 0; i < length; i++) add(worker, i + 1 < length);
      break;
    case BURST:
      for (unsigned i = 0; i < length; i++) add(worker, false);
      break;
    case EARLY_DOORBELL:
      ring(worker);
      add(worker, false);
      break;
    case LATE_DOORBELL: /* packets are visible one by one, one doorbell after all of them */
      for (unsigned i = 0; i < length; i++) {
        add(worker, false);
        npu_publish(context);
      }
      break;
    default:
      for (unsigned i = 0; i < length; i++) {
        add(worker, i + 1 < length);
        if (i + 1 == length) break;
        npu_publish(context);
        ring(worker);
        expect_unmoved(worker, begin);
      }
      ring(worker); /* finds an empty queue: the last packet is not published yet */
      break;
  }
  npu_publish(context);
  ring(worker);
}

static void batch(struct worker* worker) {
  const uint64_t left = worker->goal - worker->commands;
  struct npu_context* context = &worker->bench.context;
  enum shape shape = (enum shape)pick(worker, SHAPES);
  unsigned length = 2 + pick(worker, NPU_SLOTS - 1);
  const uint64_t begin = context->next;
  double started;

  if (length > left) length = (unsigned)left;
  if (length < 2) shape = SINGLE;
  started = npu_now_us();
  submit_shape(worker, shape, length);
  bench_drain(&worker->bench, shape_names[shape]);
  if (context->next == begin + 1 && worker->samples < MAX_SAMPLES)
    worker->latency_us[worker->samples++] = (float)(npu_now_us() - started);
  for (uint64_t sequence = begin; sequence < context->next; sequence++)
    bench_expect(&worker->bench, sequence, NPU_COMPLETED, shape_names[shape]);
  worker->commands += context->next - begin;
  worker->shapes[shape]++;
}

static void* work(void* argument) {
  struct worker* worker = argument;

  while (worker->commands < worker->goal) batch(worker);
  return NULL;
}

/* A command can be seen to be done before its interrupt has arrived: read_index comes first. How long the interrupt may
 * take, as long as WAIT_CMD may. */
static const double interrupt_patience_us = 10e6;

/* Which vector is this context's: the one that counts up when only this context works. */
static void find_vector(struct worker* worker) {
  static uint64_t before[NPU_MAX_VECTORS], after[NPU_MAX_VECTORS];
  const char* bdf = worker->bench.context.device->bdf;
  unsigned found = 0;
  double deadline;

  npu_interrupts(bdf, before);
  bench_prove(&worker->bench, "vector search");
  for (deadline = npu_now_us() + interrupt_patience_us; !found && npu_now_us() < deadline;) {
    npu_interrupts(bdf, after);
    for (unsigned vector = 1; vector < NPU_MAX_VECTORS; vector++)
      if (after[vector] > before[vector]) {
        worker->vector = vector;
        found++;
      }
  }
  if (found != 1)
    npu_fail("%s context %u: expected one completion vector to fire, %u did", bdf, worker->bench.context.handle, found);
  if (after[0] != before[0]) npu_fail("%s: the mailbox vector fired for a command", bdf);
}

/* A context whose vector has not fired although it had commands; NULL: there is none. */
static const struct worker* silent(const struct worker* workers, unsigned count, unsigned vfs,
                                   uint64_t (*before)[NPU_MAX_VECTORS], uint64_t (*after)[NPU_MAX_VECTORS]) {
  for (unsigned i = 0; i < count; i++) {
    const unsigned device = i % vfs, vector = workers[i].vector;

    if (workers[i].commands && after[device][vector] == before[device][vector]) return &workers[i];
  }
  return NULL;
}

/* Counts of all VFs since `before`: every context's vector fired, the mailbox did not, not more than one each. */
static uint64_t check_interrupts(const struct worker* workers, unsigned count, const struct npu_device* devices,
                                 unsigned vfs, uint64_t (*before)[NPU_MAX_VECTORS]) {
  static uint64_t after[NPU_MAX_DEVICES][NPU_MAX_VECTORS];
  const double deadline = npu_now_us() + interrupt_patience_us;
  const struct worker* missing;
  uint64_t total = 0;

  do {
    for (unsigned device = 0; device < vfs; device++) npu_interrupts(devices[device].bdf, after[device]);
    missing = silent(workers, count, vfs, before, after);
  } while (missing && npu_now_us() < deadline);
  if (missing)
    npu_fail("%s context %u: %llu commands and not one interrupt on vector %u", missing->bench.context.device->bdf,
             missing->bench.context.handle, (unsigned long long)missing->commands, missing->vector);
  for (unsigned device = 0; device < vfs; device++) {
    if (after[device][0] != before[device][0])
      npu_fail("%s: the mailbox vector fired for commands", devices[device].bdf);
    for (unsigned vector = 1; vector < NPU_MAX_VECTORS; vector++)
      total += after[device][vector] - before[device][vector];
  }
  if (total > total_goal)
    npu_fail("%llu interrupts for %llu commands: the device raises more than one per command",
             (unsigned long long)total, (unsigned long long)total_goal);
  return total;
}

static int by_value(const void* left, const void* right) {
  const float difference = *(const float*)left - *(const float*)right;

  return (difference > 0) - (difference < 0);
}

static void report(struct worker* workers, unsigned count, unsigned devices, double seconds, uint64_t interrupts,
                   bool json) {
  uint64_t commands = 0, doorbells = 0, shapes[SHAPES] = {0};
  unsigned samples = 0;
  float* all;
  double sum = 0;

  for (unsigned i = 0; i < count; i++) samples += workers[i].samples;
  all = calloc(samples + 1, sizeof(*all));
  samples = 0;
  for (unsigned i = 0; i < count; i++) {
    memcpy(all + samples, workers[i].latency_us, workers[i].samples * sizeof(*all));
    samples += workers[i].samples;
    commands += workers[i].commands;
    doorbells += workers[i].doorbells;
    for (unsigned shape = 0; shape < SHAPES; shape++) shapes[shape] += workers[i].shapes[shape];
  }
  qsort(all, samples, sizeof(*all), by_value);
  for (unsigned i = 0; i < samples; i++) sum += all[i];
  samples += !samples;
  if (json) {
    printf(
        "{\"commands\": %llu, \"contexts\": %u, \"vfs\": %u, \"seconds\": %.3f, \"doorbells\": %llu, "
        "\"interrupts\": %llu, \"latency_us\": {\"samples\": %u, \"mean\": %.1f, \"min\": %.1f, "
        "\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}, \"batches\": {",
        (unsigned long long)commands, count, devices, seconds, (unsigned long long)doorbells,
        (unsigned long long)interrupts, samples, sum / samples, all[0], all[samples / 2], all[samples * 99 / 100],
        all[samples - 1]);
    for (unsigned shape = 0; shape < SHAPES; shape++)
      printf("%s\"%s\": %llu", shape ? ", " : "", shape_names[shape], (unsigned long long)shapes[shape]);
    printf("}}\n");
  } else {
    printf(
        "%llu commands in %u contexts on %u VFs in %.2f s, every effect checked\n"
        "%llu doorbells, %llu interrupts; latency of a single command: %.0f us median, %.0f us 99%%, "
        "%u samples\n",
        (unsigned long long)commands, count, devices, seconds, (unsigned long long)doorbells,
        (unsigned long long)interrupts, all[samples / 2], all[samples * 99 / 100], samples);
  }
  free(all);
}

static void usage(const char* name) {
  printf(
      "usage: %s [--commands N] [--contexts N] [--vf BDF-or-number]... [--layout compact|wide|both] [--seed N] "
      "[--json]\n"
      "Runs N commands (default 1000) over N contexts (default 4), spread over the given VFs (default all).\n"
      "  %s --commands 10000 --contexts 16\n"
      "  %s --vf 0 --contexts 1 --layout wide --json\n"
      "exit status: 0 all effects as they must be, 1 not (the line FAIL says what)\n",
      name, name, name);
}

int main(int argc, char** argv) {
  static const struct option options[] = {
      {"commands", 1, 0, 'n'}, {"contexts", 1, 0, 'c'}, {"vf", 1, 0, 'd'},   {"layout", 1, 0, 'l'},
      {"seed", 1, 0, 's'},     {"json", 0, 0, 'j'},     {"help", 0, 0, 'h'}, {0}};
  struct npu_device devices[NPU_MAX_DEVICES];
  char bdfs[NPU_MAX_DEVICES][16];
  struct worker* workers;
  unsigned count = 4, vfs = 0, seed = 1;
  const char* layout = "both";
  static uint64_t before[NPU_MAX_DEVICES][NPU_MAX_VECTORS];
  uint64_t interrupts;
  bool json = false;
  double started;

  for (int option; (option = getopt_long(argc, argv, "n:c:d:l:s:jh", options, NULL)) != -1;) {
    if (option == 'n')
      total_goal = strtoull(optarg, NULL, 0);
    else if (option == 'c')
      count = (unsigned)strtoul(optarg, NULL, 0);
    else if (option == 'd' && vfs < NPU_MAX_DEVICES)
      snprintf(bdfs[vfs++], sizeof(bdfs[0]), "%s", optarg);
    else if (option == 'l')
      layout = optarg;
    else if (option == 's')
      seed = (unsigned)strtoul(optarg, NULL, 0);
    else if (option == 'j')
      json = true;
    else
      return usage(argv[0]), option == 'h' ? 0 : 2;
  }
  if (!vfs) vfs = npu_list(bdfs);
  if (!vfs || !count || count > MAX_WORKERS)
    npu_fail("expected at least one VF and 1 to %d contexts, got %u and %u", MAX_WORKERS, vfs, count);
  for (unsigned i = 0; i < vfs; i++) npu_open(&devices[i], bdfs[i]);
  workers = calloc(count, sizeof(*workers));
  for (unsigned i = 0; i < count; i++) {
    struct worker* worker = &workers[i];
    const bool wide = !strcmp(layout, "both") ? (i / vfs) % 2 : !strcmp(layout, "wide");

    *worker = (struct worker){
        .index = i, .goal = total_goal / count + (i < total_goal % count), .random = seed * 1000003ull + i};
    worker->latency_us = calloc(MAX_SAMPLES, sizeof(float));
    bench_open(&worker->bench, &devices[i % vfs], wide ? NPU_WIDE : NPU_COMPACT);
    find_vector(worker);
  }
  for (unsigned i = 0; i < vfs; i++) npu_interrupts(devices[i].bdf, before[i]);
  started = npu_now_us();
  for (unsigned i = 0; i < count; i++)
    if ((errno = pthread_create(&workers[i].thread, NULL, work, &workers[i]))) npu_fail("thread: %s", strerror(errno));
  for (unsigned i = 0; i < count; i++) pthread_join(workers[i].thread, NULL);
  started = (npu_now_us() - started) / 1e6;
  interrupts = check_interrupts(workers, count, devices, vfs, before);
  report(workers, count, vfs, started, interrupts, json);
  for (unsigned i = 0; i < count; i++) bench_close(&workers[i].bench);
  return 0;
}
