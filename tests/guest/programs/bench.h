/* SPDX-License-Identifier: Apache-2.0 */
/* A context with everything a test needs beside it: ready programs and guarded completion words. */
#ifndef BENCH_H
#define BENCH_H

#include "code.h"
#include "npu.h"

struct bench {
  struct npu_context context;
  struct npu_bo arena;
  uint64_t nop, barrier, pages; /* device addresses of ready programs */
  uint8_t* scratch_map;         /* room for a program of four pages */
  uint64_t scratch;
};

/* 0 or the errno of the refused context. */
int bench_try_open(struct bench* bench, struct npu_device* device, enum npu_layout layout);
void bench_open(struct bench* bench, struct npu_device* device, enum npu_layout layout);
void bench_close(struct bench* bench);

/* Completion word of a sequence number: armed with a START_DPU header in state NEW, guards around it. */
uint64_t bench_arm(struct bench* bench, uint64_t sequence);
uint32_t bench_word(const struct bench* bench, uint64_t sequence);
void bench_check_guards(const struct bench* bench, uint64_t sequence);

/* Ends the program unless the completion word is `expected` and nothing around it changed. */
void bench_expect(const struct bench* bench, uint64_t sequence, uint32_t expected, const char* what);

/* Ends the program unless everything up to `context->next` is consumed: WAIT_CMD, read_index. */
void bench_drain(struct bench* bench, const char* what);

/* One good command, submitted, waited for and checked. */
void bench_prove(struct bench* bench, const char* what);

#endif
