/* SPDX-License-Identifier: Apache-2.0 */
/* Control code built by hand: pages of 8192 bytes with a 16-byte header, jobs, EOF (control code reference,
 * sections 1.2 and 2.2). */
#ifndef CODE_H
#define CODE_H

#include <stdint.h>

#include "npu.h"

struct code {
  uint8_t* page;
  uint8_t* first;
  uint16_t used;
  uint16_t job;
  unsigned pages;
};

void code_begin(struct code* code, uint8_t* memory);
void code_job(struct code* code, uint16_t id);
void code_nop(struct code* code);
void code_yield(struct code* code);
void code_mov(struct code* code, unsigned reg, uint32_t value);
void code_add(struct code* code, unsigned reg, uint32_t value);
void code_local_barrier(struct code* code, unsigned id, unsigned participants);
void code_byte(struct code* code, uint8_t opcode); /* any four-byte instruction, valid or not */
void code_end_job(struct code* code);
void code_next_page(struct code* code);
void code_end(struct code* code);

/* Ready-made programs; each returns the number of pages it wrote at `memory`. */
unsigned code_nop_program(uint8_t* memory);
unsigned code_barrier_program(uint8_t* memory, unsigned jobs);
unsigned code_long_program(uint8_t* memory, unsigned pages);

#endif
