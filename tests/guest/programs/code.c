/* SPDX-License-Identifier: Apache-2.0 */
#include "code.h"

#include <string.h>

enum {
  START_JOB = 0x00,
  END_JOB = 0x07,
  YIELD = 0x08,
  ADD = 0x0f,
  MOV = 0x10,
  LOCAL_BARRIER = 0x11,
  NOP = 0x16,
  END_OF_PAGE = 0xff
};
enum { SIGNATURE = 0, PAGE_INDEX = 2, CURRENT_LENGTH = 8, NEXT_LENGTH = 10, BODY = 16 };

static void put16(uint8_t* at, unsigned value) {
  at[0] = (uint8_t)value;
  at[1] = (uint8_t)(value >> 8);
}

static uint8_t* instruction(struct code* code, uint8_t opcode, unsigned size) {
  uint8_t* at = code->page + code->used;

  if (code->used + size + 4 > NPU_PAGE) npu_fail("control page %u is full: the test program is wrong", code->pages - 1);
  memset(at, 0, size);
  at[0] = opcode;
  code->used = (uint16_t)(code->used + size);
  return at;
}

static void open_page(struct code* code) {
  memset(code->page, 0, NPU_PAGE);
  put16(code->page + SIGNATURE, 0xffff);
  put16(code->page + PAGE_INDEX, code->pages);
  code->used = BODY;
  code->pages++;
}

static void close_page(struct code* code) {
  instruction(code, END_OF_PAGE, 4);
  put16(code->page + CURRENT_LENGTH, code->used);
  if (code->page != code->first) put16(code->page - NPU_PAGE + NEXT_LENGTH, code->used);
}

void code_begin(struct code* code, uint8_t* memory) {
  *code = (struct code){.page = memory, .first = memory};
  open_page(code);
}

void code_next_page(struct code* code) {
  close_page(code);
  code->page += NPU_PAGE;
  open_page(code);
}

void code_end(struct code* code) {
  close_page(code);
}

void code_job(struct code* code, uint16_t id) {
  code->job = code->used;
  put16(instruction(code, START_JOB, 8) + 2, id);
}

void code_end_job(struct code* code) {
  instruction(code, END_JOB, 4);
  /* The size runs from START_JOB through END_JOB. */
  put16(code->page + code->job + 4, (unsigned)(code->used - code->job));
}

void code_nop(struct code* code) {
  instruction(code, NOP, 4);
}

void code_yield(struct code* code) {
  instruction(code, YIELD, 4);
}

void code_byte(struct code* code, uint8_t opcode) {
  instruction(code, opcode, 4);
}

static void immediate(struct code* code, uint8_t opcode, unsigned reg, uint32_t value) {
  uint8_t* at = instruction(code, opcode, 8);

  at[2] = (uint8_t)reg;
  memcpy(at + 4, &value, 4);
}

void code_mov(struct code* code, unsigned reg, uint32_t value) {
  immediate(code, MOV, reg, value);
}

void code_add(struct code* code, unsigned reg, uint32_t value) {
  immediate(code, ADD, reg, value);
}

void code_local_barrier(struct code* code, unsigned id, unsigned participants) {
  uint8_t* at = instruction(code, LOCAL_BARRIER, 4);

  at[2] = (uint8_t)id;
  at[3] = (uint8_t)participants;
}

unsigned code_nop_program(uint8_t* memory) {
  struct code code;

  code_begin(&code, memory);
  code_job(&code, 0);
  code_nop(&code);
  code_end_job(&code);
  code_end(&code);
  return code.pages;
}

unsigned code_barrier_program(uint8_t* memory, unsigned jobs) {
  struct code code;

  code_begin(&code, memory);
  for (unsigned job = 0; job < jobs; job++) {
    code_job(&code, (uint16_t)(3 * job));
    code_mov(&code, 0, job);
    code_local_barrier(&code, 0, jobs);
    code_add(&code, 8, 1);
    code_local_barrier(&code, 1, jobs);
    code_end_job(&code);
  }
  code_end(&code);
  return code.pages;
}

unsigned code_long_program(uint8_t* memory, unsigned pages) {
  struct code code;

  code_begin(&code, memory);
  for (unsigned page = 0; page < pages; page++) {
    if (page) code_next_page(&code);
    for (uint16_t job = 0; job < 4; job++) {
      code_job(&code, job);
      code_mov(&code, 1, page);
      code_yield(&code);
      code_add(&code, 1, 0xffffffff);
      code_nop(&code);
      code_end_job(&code);
    }
  }
  code_end(&code);
  return code.pages;
}
