/* SPDX-License-Identifier: Apache-2.0 */
/* Copies the kernel log to standard output, as dmesg prints it, from the first record on and for ever. Unlike
 * `cat /dev/kmsg` it survives a flood: where the kernel overwrote records before they were read it says so and goes
 * on. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  const int log = open("/dev/kmsg", O_RDONLY | O_CLOEXEC);
  char record[8193];

  if (log < 0) {
    perror("/dev/kmsg");
    return 1;
  }
  for (;;) {
    /* One record a read: "priority,sequence,microseconds,flags;text\n" and lines of properties. */
    const ssize_t size = read(log, record, sizeof(record) - 1);
    unsigned long long microseconds;
    char* text;

    if (size < 0 && errno == EPIPE) {
      dprintf(STDOUT_FILENO, "[ ... records were overwritten before they could be read ... ]\n");
      continue;
    }
    if (size <= 0) return 1;
    record[size] = 0;
    text = strchr(record, ';');
    if (!text || sscanf(record, "%*u,%*u,%llu", &microseconds) != 1) continue;
    text[1 + strcspn(text + 1, "\n")] = 0;
    dprintf(STDOUT_FILENO, "[%5llu.%06llu] %s\n", microseconds / 1000000, microseconds % 1000000, text + 1);
  }
}
