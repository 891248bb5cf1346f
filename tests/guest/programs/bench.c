/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <drm/amdxdna_accel.h>
#include <string.h>

enum { WORDS = 16, WORD = 8, LINE = 64 };
enum { CODE_OFFSET = 4096, NOP_PAGES = 1, BARRIER_PAGES = 1, LONG_PAGES = 3, SCRATCH_PAGES = 4 };

/* Section 6.6: START_DPU, payload of one CU mask and six dwords, state NEW. */
static const uint32_t header_new = NPU_NEW | 7u << 12 | 18u << 23;

static uint32_t guard(uint64_t sequence, unsigned word) {
  return 0x5afe0000u | (uint32_t)(sequence & 0x7ff) << 4 | word;
}

static uint32_t* line(const struct bench* bench, uint64_t sequence) {
  return (uint32_t*)(bench->arena.map + sequence % NPU_SLOTS * LINE);
}

static void setup(struct bench* bench) {
  const uint64_t size = CODE_OFFSET + (uint64_t)(NOP_PAGES + BARRIER_PAGES + LONG_PAGES + SCRATCH_PAGES) * NPU_PAGE;
  uint64_t offset = CODE_OFFSET;

  npu_bo_create(bench->context.device, &bench->arena, size, AMDXDNA_BO_SHARE);
  bench->nop = bench->arena.address + offset;
  offset += code_nop_program(bench->arena.map + offset) * NPU_PAGE;
  bench->barrier = bench->arena.address + offset;
  offset += code_barrier_program(bench->arena.map + offset, 5) * NPU_PAGE;
  bench->pages = bench->arena.address + offset;
  offset += code_long_program(bench->arena.map + offset, LONG_PAGES) * NPU_PAGE;
  bench->scratch = bench->arena.address + offset;
  bench->scratch_map = bench->arena.map + offset;
}

int bench_try_open(struct bench* bench, struct npu_device* device, enum npu_layout layout) {
  const int error = npu_try_context(device, &bench->context, layout, device->columns * device->core_rows,
                                    AMDXDNA_QOS_NORMAL_PRIORITY);

  if (!error) setup(bench);
  return error;
}

void bench_open(struct bench* bench, struct npu_device* device, enum npu_layout layout) {
  npu_context_create(device, &bench->context, layout);
  setup(bench);
}

void bench_close(struct bench* bench) {
  npu_context_destroy(&bench->context);
  npu_bo_destroy(&bench->arena);
}

uint64_t bench_arm(struct bench* bench, uint64_t sequence) {
  volatile uint32_t* words = line(bench, sequence);

  for (unsigned i = 0; i < WORDS; i++) words[i] = i == WORD ? header_new : guard(sequence, i);
  return bench->arena.address + sequence % NPU_SLOTS * LINE + WORD * 4;
}

uint32_t bench_word(const struct bench* bench, uint64_t sequence) {
  return ((volatile uint32_t*)line(bench, sequence))[WORD];
}

void bench_check_guards(const struct bench* bench, uint64_t sequence) {
  const volatile uint32_t* words = line(bench, sequence);

  for (unsigned i = 0; i < WORDS; i++)
    if (i != WORD && words[i] != guard(sequence, i))
      npu_fail("%s context %u packet %llu: the device wrote %#x %d bytes beside the completion word",
               bench->context.device->bdf, bench->context.handle, (unsigned long long)sequence, words[i],
               ((int)i - WORD) * 4);
}

void bench_expect(const struct bench* bench, uint64_t sequence, uint32_t expected, const char* what) {
  const uint32_t got = bench_word(bench, sequence);

  if (got != expected)
    npu_fail("%s: %s context %u packet %llu: expected completion word %#x, got %#x%s", what, bench->context.device->bdf,
             bench->context.handle, (unsigned long long)sequence, expected, got,
             got == header_new ? " (untouched)" : "");
  bench_check_guards(bench, sequence);
}

void bench_drain(struct bench* bench, const char* what) {
  struct npu_context* context = &bench->context;
  const int error = npu_try_wait(context, context->next - 1, 10000);

  if (error)
    npu_fail("%s: %s context %u: WAIT_CMD for packet %llu: %s; read_index %llu, write_index %llu", what,
             context->device->bdf, context->handle, (unsigned long long)context->next - 1, strerror(error),
             (unsigned long long)*context->read_index, (unsigned long long)*context->write_index);
  if (*context->read_index != context->next)
    npu_fail("%s: %s context %u: expected read_index %llu, got %llu", what, context->device->bdf, context->handle,
             (unsigned long long)context->next, (unsigned long long)*context->read_index);
}

void bench_prove(struct bench* bench, const char* what) {
  struct npu_context* context = &bench->context;
  const uint64_t sequence = context->next;

  npu_direct(context, bench_arm(bench, sequence), bench->nop, false);
  npu_submit(context);
  bench_drain(bench, what);
  bench_expect(bench, sequence, NPU_COMPLETED, what);
}
