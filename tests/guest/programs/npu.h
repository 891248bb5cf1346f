/* SPDX-License-Identifier: Apache-2.0 */
/* User-mode access to an AIE4 VF through the kernel's own amdxdna interface. Sections named in comments
 * are those of the host interface reference. Every function that cannot do its work ends the program with
 * one line saying what was expected and what came, unless its name begins with npu_try. */
#ifndef NPU_H
#define NPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NPU_MAX_DEVICES 16
#define NPU_SLOTS 32u
#define NPU_UCS 6u
#define NPU_PAGE 8192u

enum npu_state { NPU_NEW = 1, NPU_COMPLETED = 4, NPU_ERROR = 5, NPU_ABORT = 6 };
enum npu_layout { NPU_COMPACT, NPU_WIDE };

struct npu_device {
  int fd;
  char bdf[16];
  unsigned columns;
  unsigned core_rows;
};

struct npu_bo {
  struct npu_device* device;
  uint32_t handle;
  uint64_t size;
  uint64_t address; /* as the device sees it */
  uint8_t* map;
};

/* Section 6.5. */
struct npu_packet {
  uint8_t type, reserved, opcode, chain_flag;
  uint16_t count;
  uint8_t distribute, indirect;
  uint64_t completion_signal;
  uint32_t payload[12];
};

struct npu_context {
  struct npu_device* device;
  enum npu_layout layout;
  struct npu_bo queue;
  uint32_t handle;
  volatile uint32_t* doorbell;
  volatile uint64_t* read_index;
  volatile uint64_t* write_index;
  struct npu_packet* slots;
  uint64_t next; /* sequence number of the next packet to fill */
};

/* Control code of one uC of a multi-uC command. */
struct npu_part {
  unsigned uc;
  uint64_t address;
};

_Noreturn void npu_fail(const char* format, ...) __attribute__((format(printf, 1, 2)));
double npu_now_us(void);

/* Devices: VFs bound to the driver, in order of their BDF. `which` is a BDF or a number. */
unsigned npu_list(char bdfs[NPU_MAX_DEVICES][16]);
void npu_open(struct npu_device* device, const char* which);
void npu_close(struct npu_device* device);

/* Buffers. A shared buffer for data and code; the queue is a command buffer. */
void npu_bo_create(struct npu_device* device, struct npu_bo* bo, uint64_t size, uint32_t type);
void npu_bo_destroy(struct npu_bo* bo);

/* Contexts. npu_try_context returns 0 or the errno of the failing ioctl and leaves nothing behind. */
int npu_try_context(struct npu_device* device, struct npu_context* context, enum npu_layout layout, unsigned num_tiles,
                    unsigned priority);
void npu_context_create(struct npu_device* device, struct npu_context* context, enum npu_layout layout);
void npu_context_destroy(struct npu_context* context);

/* Submission: fill packets (at context->next, which moves on), publish write_index, ring. */
uint64_t npu_direct(struct npu_context* context, uint64_t completion, uint64_t code, bool more);
uint64_t npu_indirect(struct npu_context* context, uint64_t completion, const struct npu_part* parts, unsigned count,
                      bool more);
struct npu_packet* npu_slot(struct npu_context* context, uint64_t sequence);
void npu_publish(struct npu_context* context);
void npu_ring(struct npu_context* context);
void npu_submit(struct npu_context* context);

/* WAIT_CMD: 0 or errno. */
int npu_try_wait(struct npu_context* context, uint64_t sequence, unsigned timeout_ms);

/* Interrupts counted by the kernel for each MSI-X vector of a function; 0 for one without a handler. Returns how
 * many vectors have a handler. */
#define NPU_MAX_VECTORS 2048
unsigned npu_interrupts(const char* bdf, uint64_t counts[NPU_MAX_VECTORS]);

#endif
