// SPDX-License-Identifier: Apache-2.0
// XRT on several VFs at once, which xrt-runner cannot (it takes device 0): one thread a VF, each with its own context,
// runs one after the other and runlists, and every run's state looked at.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "experimental/xrt_elf.h"
#include "experimental/xrt_ext.h"
#include "experimental/xrt_kernel.h"
#include "experimental/xrt_system.h"
#include "xrt/xrt_device.h"
#include "xrt/xrt_hw_context.h"
#include "xrt/xrt_kernel.h"

namespace {

struct Plan {
  std::string elf = "/lab/xrt/nop.elf";
  unsigned runs = 200;
  unsigned runlists = 4;
  unsigned length = 25;
};

std::atomic<unsigned> started{0};
std::atomic<unsigned> completed{0};
std::atomic<bool> failed{false};

void expect_completed(unsigned device, const xrt::run& run, const char* what) {
  if (run.state() == ERT_CMD_STATE_COMPLETED) {
    ++completed;
    return;
  }
  failed = true;
  std::fprintf(stderr, "FAIL: device %u: %s: expected state COMPLETED, got %d\n", device, what,
               static_cast<int>(run.state()));
}

void client(unsigned index, const Plan& plan) try {
  const xrt::device device(index);
  const xrt::elf elf(plan.elf);
  const xrt::hw_context context(device, elf);
  const xrt::ext::kernel kernel(context, "DPU:dpu");
  const xrt::bo buffer = xrt::ext::bo(device, 4096);  // as what it is, or set_arg takes it for a scalar
  xrt::run run(kernel);
  run.set_arg(0, buffer);
  for (unsigned i = 0; i < plan.runs; ++i) {
    run.start();
    ++started;
    run.wait();
    expect_completed(index, run, "run");
  }
  for (unsigned list = 0; list < plan.runlists; ++list) {
    xrt::runlist runlist(context);
    std::vector<xrt::run> members;
    for (unsigned i = 0; i < plan.length; ++i) {
      members.emplace_back(kernel);
      members.back().set_arg(0, buffer);
      runlist.add(members.back());
    }
    runlist.execute();
    started += plan.length;
    runlist.wait(std::chrono::milliseconds(10000));
    for (const xrt::run& member : members) expect_completed(index, member, "member of a runlist");
  }
} catch (const std::exception& error) {
  failed = true;
  std::fprintf(stderr, "FAIL: device %u: %s\n", index, error.what());
}

unsigned number(const char* text) {
  return static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--elf") {
      plan.elf = argv[i + 1];
    } else if (option == "--runs") {
      plan.runs = number(argv[i + 1]);
    } else if (option == "--runlists") {
      plan.runlists = number(argv[i + 1]);
    } else if (option == "--length") {
      plan.length = number(argv[i + 1]);
    } else {
      argc = 2;
    }
  }
  if (argc % 2 == 0) {
    std::printf(
        "usage: npu-xrt [--elf FILE] [--runs N] [--runlists N] [--length N]\n"
        "On every VF at once: N runs, then N runlists of the given length (default 200, 4, 25).\n"
        "exit status: 0 every run completed, 1 not (the line FAIL says what), 2 wrong options\n");
    return 2;
  }
  const auto devices = static_cast<unsigned>(xrt::system::enumerate_devices());
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (unsigned index = 0; index < devices; ++index) threads.emplace_back(client, index, std::cref(plan));
  for (std::thread& thread : threads) thread.join();
  const unsigned expected = devices * (plan.runs + plan.runlists * plan.length);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  std::printf("%u XRT runs started, %u completed, on %u VFs at once in %.2f s\n", started.load(), completed.load(),
              devices, seconds.count());
  return failed || devices == 0 || started != expected || completed != expected;
}
