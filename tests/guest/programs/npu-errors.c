/* SPDX-License-Identifier: Apache-2.0 */
/* Broken commands: each gets its own error word, ends its own chain, and nothing else notices. Words are those of
 * sections 6.6 and 6.7: state 5 with the code above it, uc * 100 + 3 invalid opcode, uc * 100 + 5 invalid page,
 * 4 invalid packet; ABORT (6) for what follows in a chain. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define ERROR_WORD(code) ((uint32_t)(code) << 4 | NPU_ERROR)

enum { INVALID_PACKET = 4, INVALID_OPCODE = 3, INVALID_PAGE = 5, UNASSIGNED_OPCODE = 0x0a };
enum { ANY_ERROR = 0 };
/* Above every RAM a guest of ours has, below the top of the IOVA space: mapped in neither memory mode. */
static const uint64_t unmapped = 0x7f0000000000;

struct fault {
  const char* name;
  uint32_t word;
  void (*submit)(struct bench* bench, uint64_t completion, bool more);
};

static void broken_page(struct bench* bench, unsigned offset, uint8_t value) {
  code_nop_program(bench->scratch_map);
  bench->scratch_map[offset] = value;
}

static void bad_opcode(struct bench* bench, uint64_t completion, bool more) {
  struct code code;

  code_begin(&code, bench->scratch_map);
  code_job(&code, 0);
  code_nop(&code);
  code_byte(&code, UNASSIGNED_OPCODE);
  code_end_job(&code);
  code_end(&code);
  npu_direct(&bench->context, completion, bench->scratch, more);
}

static void bad_opcode_on_uc2(struct bench* bench, uint64_t completion, bool more) {
  struct code code;
  struct npu_part parts[2] = {{0, bench->nop}, {2, bench->scratch}};

  code_begin(&code, bench->scratch_map);
  code_job(&code, 0);
  code_byte(&code, UNASSIGNED_OPCODE);
  code_end_job(&code);
  code_end(&code);
  npu_indirect(&bench->context, completion, parts, 2, more);
}

static void bad_signature(struct bench* bench, uint64_t completion, bool more) {
  broken_page(bench, 0, 0x7f);
  npu_direct(&bench->context, completion, bench->scratch, more);
}

static void bad_signature_on_uc4(struct bench* bench, uint64_t completion, bool more) {
  struct npu_part parts[3] = {{0, bench->nop}, {2, bench->nop}, {4, bench->scratch}};

  broken_page(bench, 1, 0);
  npu_indirect(&bench->context, completion, parts, 3, more);
}

static void bad_index(struct bench* bench, uint64_t completion, bool more) {
  broken_page(bench, 2, 9);
  npu_direct(&bench->context, completion, bench->scratch, more);
}

static void bad_second_page(struct bench* bench, uint64_t completion, bool more) {
  code_long_program(bench->scratch_map, 2);
  bench->scratch_map[NPU_PAGE] = 0;
  npu_direct(&bench->context, completion, bench->scratch, more);
}

static void code_not_mapped(struct bench* bench, uint64_t completion, bool more) {
  npu_direct(&bench->context, completion, unmapped, more);
}

static void bad_packet_opcode(struct bench* bench, uint64_t completion, bool more) {
  npu_slot(&bench->context, npu_direct(&bench->context, completion, bench->nop, more))->opcode = 7;
}

static void bad_packet_type(struct bench* bench, uint64_t completion, bool more) {
  npu_slot(&bench->context, npu_direct(&bench->context, completion, bench->nop, more))->type = 1;
}

static const struct fault faults[] = {
    {"unassigned opcode", ERROR_WORD(INVALID_OPCODE), bad_opcode},
    {"unassigned opcode on uC 2", ERROR_WORD(200 + INVALID_OPCODE), bad_opcode_on_uc2},
    {"page signature", ERROR_WORD(INVALID_PAGE), bad_signature},
    {"page signature on uC 4", ERROR_WORD(400 + INVALID_PAGE), bad_signature_on_uc4},
    {"page index", ERROR_WORD(INVALID_PAGE), bad_index},
    {"signature of the second page", ERROR_WORD(INVALID_PAGE), bad_second_page},
    {"packet opcode", ERROR_WORD(INVALID_PACKET), bad_packet_opcode},
    {"packet type", ERROR_WORD(INVALID_PACKET), bad_packet_type},
    /* No source names the code of an unreadable page: any error will do, silence will not. */
    {"control code not mapped", ANY_ERROR, code_not_mapped},
};

static void expect_error(const struct bench* bench, uint64_t sequence, const struct fault* fault) {
  const uint32_t word = bench_word(bench, sequence);

  if (fault->word != ANY_ERROR)
    bench_expect(bench, sequence, fault->word, fault->name);
  else if ((word & 15) != NPU_ERROR)
    npu_fail("%s: expected an error state (5), got completion word %#x", fault->name, word);
  bench_check_guards(bench, sequence);
}

static void alone(struct bench* bench, struct bench* other, const struct fault* fault) {
  const uint64_t sequence = bench->context.next;

  fault->submit(bench, bench_arm(bench, sequence), false);
  npu_submit(&bench->context);
  bench_drain(bench, fault->name);
  expect_error(bench, sequence, fault);
  bench_prove(other, "another context after an error");
  bench_prove(bench, "the same context after an error");
}

/* Second of four fails: states 4 5 6 6, read_index past the whole chain. */
static void in_chain(struct bench* bench, struct bench* other, const struct fault* fault) {
  const uint64_t first = bench->context.next;

  npu_direct(&bench->context, bench_arm(bench, first), bench->nop, true);
  fault->submit(bench, bench_arm(bench, first + 1), true);
  npu_direct(&bench->context, bench_arm(bench, first + 2), bench->nop, true);
  npu_direct(&bench->context, bench_arm(bench, first + 3), bench->nop, false);
  npu_submit(&bench->context);
  bench_drain(bench, fault->name);
  bench_expect(bench, first, NPU_COMPLETED, fault->name);
  expect_error(bench, first + 1, fault);
  bench_expect(bench, first + 2, NPU_ABORT, fault->name);
  bench_expect(bench, first + 3, NPU_ABORT, fault->name);
  bench_prove(other, "another context after a failed chain");
  bench_prove(bench, "the same context after a failed chain");
}

/* The word cannot be written; whether the queue goes on is the device's choice, that others live is not. */
static void completion_not_mapped(struct npu_device* device, struct bench* other) {
  struct bench bench;
  int error;

  bench_open(&bench, device, NPU_WIDE);
  npu_direct(&bench.context, unmapped, bench.nop, false);
  npu_submit(&bench.context);
  error = npu_try_wait(&bench.context, 0, 500);
  if (error && error != ETIME)
    npu_fail("completion address not mapped: expected WAIT_CMD to end or to expire, got %s", strerror(error));
  bench_prove(other, "another context after a completion address that is not mapped");
  bench_close(&bench);
  bench_prove(other, "another context after that context's end");
  printf("completion address not mapped: %s\n", error ? "the queue stays, WAIT_CMD expires" : "the queue goes on");
}

/* A queue whose packets lie nowhere: no command can be read at all. */
static void packets_not_mapped(struct npu_device* device, struct bench* other) {
  struct bench bench;

  bench_open(&bench, device, NPU_COMPACT);
  *(uint64_t*)(bench.context.queue.map + 0x18) = unmapped;
  npu_direct(&bench.context, bench_arm(&bench, 0), bench.nop, false);
  npu_submit(&bench.context);
  npu_try_wait(&bench.context, 0, 300);
  bench_prove(other, "another context after a queue that is not mapped");
  if (bench_word(&bench, 0) == NPU_COMPLETED) npu_fail("packet address not mapped: the command completed all the same");
  bench_close(&bench);
  bench_prove(other, "another context after that context's end");
}

int main(int argc, char** argv) {
  struct npu_device device, neighbour;
  char bdfs[NPU_MAX_DEVICES][16];
  struct bench benches[2], other;
  unsigned count;

  if (argc > 1) {
    printf(
        "usage: %s\nSends every kind of broken command to the first VF and checks what the device answers,\n"
        "and that other contexts, on this VF and on the last, go on.\n"
        "exit status: 0 all as it must be, 1 not (the line FAIL says what)\n",
        argv[0]);
    return strcmp(argv[1], "--help") ? 2 : 0;
  }
  count = npu_list(bdfs);
  if (!count) npu_fail("expected at least one VF, the driver bound none");
  npu_open(&device, bdfs[0]);
  npu_open(&neighbour, bdfs[count - 1]);
  bench_open(&benches[0], &device, NPU_COMPACT);
  bench_open(&benches[1], &device, NPU_WIDE);
  bench_open(&other, &neighbour, NPU_WIDE);
  for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
    for (unsigned layout = 0; layout < 2; layout++) {
      alone(&benches[layout], &other, &faults[i]);
      in_chain(&benches[layout], &benches[!layout], &faults[i]);
    }
    printf("%s: as it must be, alone and in a chain\n", faults[i].name);
  }
  completion_not_mapped(&device, &other);
  packets_not_mapped(&device, &other);
  for (unsigned layout = 0; layout < 2; layout++) bench_close(&benches[layout]);
  bench_close(&other);
  return 0;
}
