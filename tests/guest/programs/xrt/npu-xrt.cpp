// SPDX-License-Identifier: Apache-2.0
// XRT on several VFs at once, which xrt-runner cannot (it takes device 0): one thread a VF, each with its own context,
// runs one after the other and runlists, and every run's state looked at. A program that moves data gets inputs that
// differ in each run, and every byte of its outputs and of what lies behind them is compared.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
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
  /// Bytes that the program copies from argument 2 * i to 2 * i + 1; 0 if it moves nothing.
  unsigned move = 0;
  unsigned pairs = 1;
};

std::atomic<unsigned> started{0};
std::atomic<unsigned> completed{0};
std::atomic<bool> failed{false};
/// From before each start to after its wait.
std::atomic<long long> waited_ns{0};

/// Adds to `waited_ns` while it lives.
class Stopwatch {
 public:
  Stopwatch() : begun_(std::chrono::steady_clock::now()) {}
  ~Stopwatch() { waited_ns += std::chrono::nanoseconds(std::chrono::steady_clock::now() - begun_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  std::chrono::steady_clock::time_point begun_;
};

/// One command, from its submission until its end is known.
void execute(xrt::run& run) {
  const Stopwatch stopwatch;
  run.start();
  ++started;
  run.wait();
}

void expect_completed(unsigned device, const xrt::run& run, const char* what) {
  if (run.state() == ERT_CMD_STATE_COMPLETED) {
    ++completed;
    return;
  }
  failed = true;
  std::fprintf(stderr, "FAIL: device %u: %s: expected state COMPLETED, got %d\n", device, what,
               static_cast<int>(run.state()));
}

/// A buffer with its content as words: no word of any run, device, buffer or place equals another but by chance.
class Buffer {
 public:
  Buffer(const xrt::device& device, std::size_t bytes)
      : bo_(xrt::ext::bo(device, bytes)), words_(bo_.map<std::uint64_t*>()), count_(bytes / sizeof(std::uint64_t)) {}

  [[nodiscard]] const xrt::bo& bo() const { return bo_; }

  static std::uint64_t word(std::uint64_t seed, std::size_t index) {
    return ((seed << 32) ^ index) * 0x9E3779B97F4A7C15U ^ (index << 7);
  }

  void fill(std::uint64_t seed) {
    for (std::size_t i = 0; i < count_; ++i) words_[i] = word(seed, i);
    bo_.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  }

  void fetch() { bo_.sync(XCL_BO_SYNC_BO_FROM_DEVICE); }

  /// Throws unless the words from `first` to before `last` are those of `seed`.
  void expect(std::uint64_t seed, std::size_t first, std::size_t last, const std::string& what) const {
    for (std::size_t i = first; i < last; ++i) {
      if (words_[i] == word(seed, i)) continue;
      char text[160];
      std::snprintf(text, sizeof text, "%s: at byte %zu expected 0x%016llx, got 0x%016llx", what.c_str(), 8 * i,
                    static_cast<unsigned long long>(word(seed, i)), static_cast<unsigned long long>(words_[i]));
      throw std::runtime_error(text);
    }
  }

  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  xrt::bo bo_;
  std::uint64_t* words_;
  std::size_t count_;
};

/// Runs of a program that copies: each with new inputs and outputs that still hold something else.
void mover(unsigned index, const Plan& plan, const xrt::device& device, const xrt::ext::kernel& kernel) {
  constexpr std::size_t guard = 4096;
  std::vector<Buffer> inputs, outputs;
  xrt::run run(kernel);
  for (unsigned pair = 0; pair < plan.pairs; ++pair) {
    run.set_arg(static_cast<int>(2 * pair), inputs.emplace_back(device, plan.move).bo());
    run.set_arg(static_cast<int>(2 * pair + 1), outputs.emplace_back(device, plan.move + guard).bo());
  }
  for (unsigned i = 0; i < plan.runs; ++i) {
    const auto seed = [&](unsigned pair, bool output) { return ((i * 64U + index) * 8U + pair) * 2U + output; };
    for (unsigned pair = 0; pair < plan.pairs; ++pair) {
      inputs[pair].fill(seed(pair, false));
      outputs[pair].fill(seed(pair, true));
    }
    execute(run);
    expect_completed(index, run, "run");
    for (unsigned pair = 0; pair < plan.pairs; ++pair) {
      const std::string what = "run " + std::to_string(i) + ", argument " + std::to_string(2 * pair + 1);
      const std::size_t moved = plan.move / sizeof(std::uint64_t);
      outputs[pair].fetch();
      outputs[pair].expect(seed(pair, false), 0, moved, what);
      outputs[pair].expect(seed(pair, true), moved, outputs[pair].count(), what + ", behind it");
    }
  }
}

void client(unsigned index, const Plan& plan) try {
  const xrt::device device(index);
  const xrt::elf elf(plan.elf);
  const xrt::hw_context context(device, elf);
  const xrt::ext::kernel kernel(context, "DPU:dpu");
  if (plan.move != 0) {
    mover(index, plan, device, kernel);
    return;
  }
  const xrt::bo buffer = xrt::ext::bo(device, 4096);  // as what it is, or set_arg takes it for a scalar
  xrt::run run(kernel);
  run.set_arg(0, buffer);
  for (unsigned i = 0; i < plan.runs; ++i) {
    execute(run);
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
    {
      const Stopwatch stopwatch;
      runlist.execute();
      started += plan.length;
      runlist.wait(std::chrono::milliseconds(10000));
    }
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
    } else if (option == "--move") {
      plan.move = number(argv[i + 1]);
    } else if (option == "--pairs") {
      plan.pairs = number(argv[i + 1]);
    } else {
      argc = 2;
    }
  }
  if (argc % 2 == 0 || plan.move % sizeof(std::uint64_t) != 0) {
    std::printf(
        "usage: npu-xrt [--elf FILE] [--runs N] [--runlists N] [--length N] [--move BYTES [--pairs N]]\n"
        "On every VF at once: N runs, then N runlists of the given length (default 200, 4, 25).\n"
        "--move: the program copies so many bytes (a multiple of 8) from argument 0 to 1, with --pairs 2 also from 2 "
        "to\n"
        "3, and so on; every byte is compared after each run. No runlists then.\n"
        "exit status: 0 every run completed, 1 not (the line FAIL says what), 2 wrong options\n");
    return 2;
  }
  if (plan.move != 0) plan.runlists = 0;
  const auto devices = static_cast<unsigned>(xrt::system::enumerate_devices());
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (unsigned index = 0; index < devices; ++index) threads.emplace_back(client, index, std::cref(plan));
  for (std::thread& thread : threads) thread.join();
  const unsigned expected = devices * (plan.runs + plan.runlists * plan.length);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  std::printf("%u XRT runs started, %u completed, on %u VFs at once in %.2f s; %.1f us from start to end of wait\n",
              started.load(), completed.load(), devices, seconds.count(), static_cast<double>(waited_ns) / 1000);
  return failed || devices == 0 || started != expected || completed != expected;
}
