/* SPDX-License-Identifier: Apache-2.0 */
#include "npu.h"

#include <dirent.h>
#include <drm/amdxdna_accel.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define DRIVER "/sys/bus/pci/drivers/amdxdna"

void npu_fail(const char* format, ...) {
  va_list arguments;
  char text[1024];

  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  fflush(stdout);
  /* One write: a thread that fails at the same time does not come between. */
  dprintf(STDERR_FILENO, "FAIL: %s\n", text);
  exit(1);
}

double npu_now_us(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int by_name(const void* left, const void* right) {
  return strcmp(left, right);
}

unsigned npu_list(char bdfs[NPU_MAX_DEVICES][16]) {
  DIR* folder = opendir(DRIVER);
  struct dirent* entry;
  unsigned count = 0;

  if (!folder) npu_fail("expected %s, not there: the driver is not loaded", DRIVER);
  while ((entry = readdir(folder)) && count < NPU_MAX_DEVICES) {
    char path[512], kind = 0;
    FILE* file;

    if (strlen(entry->d_name) != 12 || entry->d_name[4] != ':') continue;
    snprintf(path, sizeof(path), DRIVER "/%s/device_type", entry->d_name);
    file = fopen(path, "r");
    if (file && fscanf(file, " %c", &kind) == 1 && kind == '1') /* 1 = VF, 2 = PF (section 1.1) */
      memcpy(bdfs[count++], entry->d_name, 13);
    if (file) fclose(file);
  }
  closedir(folder);
  qsort(bdfs, count, sizeof(bdfs[0]), by_name);
  return count;
}

static void find_bdf(const char* which, char* bdf) {
  char bdfs[NPU_MAX_DEVICES][16];
  unsigned count;

  if (strchr(which, ':')) {
    snprintf(bdf, 16, "%s", which);
    return;
  }
  count = npu_list(bdfs);
  if (strtoul(which, NULL, 10) >= count)
    npu_fail("VF number %s was asked for, the driver has bound %u VFs", which, count);
  memcpy(bdf, bdfs[strtoul(which, NULL, 10)], 16);
}

void npu_open(struct npu_device* device, const char* which) {
  struct amdxdna_drm_query_aie_metadata metadata = {0};
  struct amdxdna_drm_get_info query = {
      .param = DRM_AMDXDNA_QUERY_AIE_METADATA, .buffer_size = sizeof(metadata), .buffer = (uintptr_t)&metadata};
  char path[64], node[32] = "";
  struct dirent* entry;
  DIR* folder;

  find_bdf(which, device->bdf);
  snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/accel", device->bdf);
  folder = opendir(path);
  while (folder && (entry = readdir(folder)))
    if (!strncmp(entry->d_name, "accel", 5) && strlen(entry->d_name) < 12)
      snprintf(node, sizeof(node), "/dev/accel/%.12s", entry->d_name);
  if (folder) closedir(folder);
  if (!*node) npu_fail("%s has no accel node: the driver did not bind it", device->bdf);
  device->fd = open(node, O_RDWR | O_CLOEXEC);
  if (device->fd < 0) npu_fail("open %s (%s): %s (needs a carveout, or IOVA mode)", node, device->bdf, strerror(errno));
  if (ioctl(device->fd, DRM_IOCTL_AMDXDNA_GET_INFO, &query))
    npu_fail("%s: AIE metadata: %s", device->bdf, strerror(errno));
  device->columns = metadata.cols;
  device->core_rows = metadata.core.row_count;
  if (!device->columns || !device->core_rows)
    npu_fail("%s: expected columns and core rows, got %u and %u (device at fault)", device->bdf, device->columns,
             device->core_rows);
}

void npu_close(struct npu_device* device) {
  close(device->fd);
}

void npu_bo_create(struct npu_device* device, struct npu_bo* bo, uint64_t size, uint32_t type) {
  struct amdxdna_drm_create_bo create = {.size = size, .type = type};
  struct amdxdna_drm_get_bo_info info = {0};

  if (ioctl(device->fd, DRM_IOCTL_AMDXDNA_CREATE_BO, &create))
    npu_fail("%s: buffer of %llu bytes: %s", device->bdf, (unsigned long long)size, strerror(errno));
  info.handle = create.handle;
  if (ioctl(device->fd, DRM_IOCTL_AMDXDNA_GET_BO_INFO, &info))
    npu_fail("%s: buffer information: %s", device->bdf, strerror(errno));
  *bo = (struct npu_bo){.device = device, .handle = create.handle, .size = size, .address = info.xdna_addr};
  bo->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, device->fd, (off_t)info.map_offset);
  if (bo->map == MAP_FAILED) npu_fail("%s: map of a buffer: %s", device->bdf, strerror(errno));
  if (bo->address == AMDXDNA_INVALID_ADDR)
    npu_fail("%s: the buffer has no device address (neither carveout nor IOVA mode)", device->bdf);
  memset(bo->map, 0, size);
}

void npu_bo_destroy(struct npu_bo* bo) {
  struct drm_gem_close gem = {.handle = bo->handle};

  munmap(bo->map, bo->size);
  ioctl(bo->device->fd, DRM_IOCTL_GEM_CLOSE, &gem);
}

/* Section 6.4: two headers, told apart by the version word; indirect packets follow the slots (6.5). */
static void queue_create(struct npu_context* context) {
  const bool wide = context->layout == NPU_WIDE;
  const uint64_t header = wide ? 0x80 : 0x20;
  struct npu_bo* queue = &context->queue;
  uint8_t* packets;

  npu_bo_create(context->device, queue, 12288, AMDXDNA_BO_CMD);
  context->read_index = (volatile uint64_t*)queue->map;
  context->write_index = (volatile uint64_t*)(queue->map + (wide ? 0x40 : 0x10));
  *(uint16_t*)(queue->map + 0x08) = wide;
  *(uint32_t*)(queue->map + 0x0c) = NPU_SLOTS;
  *(uint64_t*)(queue->map + (wide ? 0x78 : 0x18)) = queue->address + header;
  context->slots = (struct npu_packet*)(queue->map + header);
  packets = queue->map + header + NPU_SLOTS * sizeof(struct npu_packet);
  for (unsigned i = 0; i < NPU_UCS * NPU_SLOTS; i++) {
    packets[i * 32 + 2] = 1;  /* EXEC_BUF */
    packets[i * 32 + 4] = 24; /* count */
    packets[i * 32 + 6] = 1;  /* distribute */
  }
}

int npu_try_context(struct npu_device* device, struct npu_context* context, enum npu_layout layout, unsigned num_tiles,
                    unsigned priority) {
  struct amdxdna_qos_info qos = {.priority = priority};
  struct amdxdna_drm_create_hwctx create = {.qos_p = (uintptr_t)&qos, .num_tiles = num_tiles};
  void* page;

  *context = (struct npu_context){.device = device, .layout = layout};
  queue_create(context);
  create.umq_bo = context->queue.handle;
  create.max_opc = 0x800;
  if (ioctl(device->fd, DRM_IOCTL_AMDXDNA_CREATE_HWCTX, &create)) {
    const int error = errno;

    npu_bo_destroy(&context->queue);
    return error;
  }
  context->handle = create.handle;
  page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, device->fd, (off_t)create.umq_doorbell);
  if (page == MAP_FAILED) npu_fail("%s: map of doorbell %#x: %s", device->bdf, create.umq_doorbell, strerror(errno));
  context->doorbell = page;
  return 0;
}

void npu_context_create(struct npu_device* device, struct npu_context* context, enum npu_layout layout) {
  const int error =
      npu_try_context(device, context, layout, device->columns * device->core_rows, AMDXDNA_QOS_NORMAL_PRIORITY);

  if (error) npu_fail("%s: context creation: %s", device->bdf, strerror(error));
}

void npu_context_destroy(struct npu_context* context) {
  struct amdxdna_drm_destroy_hwctx destroy = {.handle = context->handle};

  if (ioctl(context->device->fd, DRM_IOCTL_AMDXDNA_DESTROY_HWCTX, &destroy))
    npu_fail("%s: context destruction: %s", context->device->bdf, strerror(errno));
  munmap((void*)context->doorbell, 4096);
  npu_bo_destroy(&context->queue);
}

struct npu_packet* npu_slot(struct npu_context* context, uint64_t sequence) {
  return &context->slots[sequence % NPU_SLOTS];
}

static struct npu_packet* next_slot(struct npu_context* context, uint64_t completion, bool more) {
  struct npu_packet* packet = npu_slot(context, context->next++);

  *packet = (struct npu_packet){.opcode = 1, .chain_flag = more, .completion_signal = completion};
  return packet;
}

uint64_t npu_direct(struct npu_context* context, uint64_t completion, uint64_t code, bool more) {
  struct npu_packet* packet = next_slot(context, completion, more);

  packet->count = 24;
  packet->payload[1] = (uint32_t)code;
  packet->payload[2] = (uint32_t)(code >> 32);
  return context->next - 1;
}

uint64_t npu_indirect(struct npu_context* context, uint64_t completion, const struct npu_part* parts, unsigned count,
                      bool more) {
  const unsigned slot = (unsigned)(context->next % NPU_SLOTS);
  struct npu_packet* packet = next_slot(context, completion, more);
  uint8_t* packets = (uint8_t*)(context->slots + NPU_SLOTS);

  packet->count = (uint16_t)(8 * count);
  packet->distribute = 1;
  packet->indirect = 1;
  for (unsigned i = 0; i < count; i++) {
    const uint32_t offset = (parts[i].uc * NPU_SLOTS + slot) * 32;
    const uint64_t address = context->queue.address + (uint64_t)(packets + offset - context->queue.map);
    uint32_t* body = (uint32_t*)(packets + offset + 8);

    body[1] = (uint32_t)parts[i].address;
    body[2] = (uint32_t)(parts[i].address >> 32);
    packet->payload[2 * i] = (uint32_t)address;
    packet->payload[2 * i + 1] = ((uint32_t)(address >> 32) & 0x1ffffff) | parts[i].uc << 25;
  }
  return context->next - 1;
}

void npu_publish(struct npu_context* context) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  *context->write_index = context->next;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void npu_ring(struct npu_context* context) {
  *context->doorbell = 0;
}

void npu_submit(struct npu_context* context) {
  npu_publish(context);
  npu_ring(context);
}

int npu_try_wait(struct npu_context* context, uint64_t sequence, unsigned timeout_ms) {
  struct amdxdna_drm_wait_cmd wait = {.hwctx = context->handle, .timeout = timeout_ms, .seq = sequence};

  return ioctl(context->device->fd, DRM_IOCTL_AMDXDNA_WAIT_CMD, &wait) ? errno : 0;
}

/* A line reads "  27:   12   0  PCI-MSIX-0000:00:05.0   1-edge   amdxdna". */
unsigned npu_interrupts(const char* bdf, uint64_t counts[NPU_MAX_VECTORS]) {
  FILE* file = fopen("/proc/interrupts", "r");
  char line[1024], name[40];
  unsigned handlers = 0;

  if (!file) npu_fail("/proc/interrupts: %s", strerror(errno));
  memset(counts, 0, NPU_MAX_VECTORS * sizeof(*counts));
  snprintf(name, sizeof(name), "-%s ", bdf);
  while (fgets(line, sizeof(line), file)) {
    char *numbers = strchr(line, ':'), *chip = strstr(line, name);
    unsigned long vector;

    if (!numbers || !chip) continue;
    vector = strtoul(chip + strlen(name), NULL, 10);
    if (vector >= NPU_MAX_VECTORS) continue;
    handlers++;
    for (char* end = ++numbers;; numbers = end) {
      const uint64_t number = strtoull(numbers, &end, 10);

      if (end == numbers || *end != ' ') break;
      counts[vector] += number;
    }
  }
  fclose(file);
  return handlers;
}
