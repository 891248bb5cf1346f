// SPDX-License-Identifier: Apache-2.0
// Reads a register of a PCI function and the clock before and after, again and again: whoever notes when the
// function was read can tell how its clock and this one differ.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

// Base class code, alone: the kernel reads it together with its neighbours.
enum { REGISTER = 0x0b };

static long long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: npu-clock CONFIG COUNT\nprints \"clock BEFORE AFTER\" (nanoseconds) for each of COUNT reads of a "
                    "byte of /sys/bus/pci/devices/BDF/config\n");
    return 2;
  }
  const int file = open(argv[1], O_RDONLY);
  const long count = strtol(argv[2], NULL, 10);
  if (file < 0) {
    perror(argv[1]);
    return 1;
  }
  for (long i = 0; i < count; ++i) {
    char value;
    const long long before = now_ns();
    if (pread(file, &value, 1, REGISTER) != 1) {
      perror(argv[1]);
      return 1;
    }
    const long long after = now_ns();
    printf("clock %lld %lld\n", before, after);
  }
  return 0;
}
