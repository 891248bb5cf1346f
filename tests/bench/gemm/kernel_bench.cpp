// SPDX-License-Identifier: Apache-2.0
// The GEMM kernel alone: rate of the calls that tiles make, and time of a whole product cut into such calls, on one
// thread and on two. Prints products per second. With --cube only the whole product, in the calls in which it is
// fastest, wall and processor seconds: the reference for its simulation (gemm.py).
#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/parameter_text.hpp"

using namespace aie4::compute;

namespace {

struct Shape {
  std::uint32_t m = 0;
  std::uint32_t k = 0;
  std::uint32_t n = 0;
  std::uint32_t block = 0;
  std::string_view type_a = "i8";
  std::string_view type_b = "i8";
  std::string_view type_c = "i32";
};

/// Any integers; floats of 0.5 to 2, because subnormal ones take a host a hundred times as long.
std::vector<std::byte> random_values(std::string_view type, std::size_t size) {
  std::mt19937_64 random(size);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  const std::size_t step = type == "bf16" ? 2 : type == "fp32" ? 4 : type == "bfp16" ? kBfpBlockBytes : size + 1;
  for (std::size_t i = step - 1; i < size; i += step) {
    bytes[i] = std::byte{0x3F};
    if (type == "bfp16") bytes[i + 1 - step] = std::byte{127};
  }
  return bytes;
}

KernelCall call_of(const Shape& shape, bool first, bool last) {
  KernelCall call = default_call(*kernel_index("gemm"));
  const Kernel& gemm = kernels()[call.kernel];
  const auto set = [&](std::string_view name, std::string_view text) {
    const std::size_t index = *parameter_index(gemm, name);
    call.parameters[index] = *parse_parameter(gemm.parameters[index], text);
  };
  set("M", std::to_string(shape.m));
  set("K", std::to_string(shape.k));
  set("N", std::to_string(shape.n));
  for (const std::string_view name : {"r", "s", "t"}) set(name, std::to_string(shape.block));
  set("transpose_b", shape.type_b == "bfp16" ? "1" : "0");
  set("type_a", shape.type_a);
  set("type_b", shape.type_b);
  set("type_c", shape.type_c);
  set("first", first ? "1" : "0");
  set("last", last ? "1" : "0");
  return call;
}

/// One core's buffers: enough of each operand that nothing stays in the first-level cache by chance.
class Core {
 public:
  explicit Core(const Shape& shape, unsigned buffers)
      : shape_(shape), calls_{call_of(shape, true, false), call_of(shape, false, false), call_of(shape, false, true)} {
    Footprint most = {};
    for (const KernelCall& call : calls_) {
      const Footprint footprint = kernels()[call.kernel].footprint(call);
      for (std::size_t i = 0; i < most.size(); ++i) most[i] = std::max(most[i], footprint[i]);
    }
    for (unsigned i = 0; i < buffers; ++i) {
      a_.push_back(random_values(shape.type_a, most[0]));
      b_.push_back(random_values(shape.type_b, most[1]));
    }
    c_.resize(most[2]);
  }
  /// `count` calls that add up one block of C.
  void run(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      KernelCall call = calls_[i == 0 ? 0 : i + 1 < count ? 1 : 2];
      const std::array<std::span<std::byte>, kMaxOperands> operands = {a_[i % a_.size()], b_[i % b_.size()], c_};
      for (std::size_t j = 0; j < 3; ++j) {
        call.operands[j] = {static_cast<std::uint32_t>(j << 28), static_cast<std::uint32_t>(operands[j].size())};
      }
      aie4::compute::run(call, operands, workspace_);
    }
  }
  [[nodiscard]] double macs() const { return static_cast<double>(shape_.m) * shape_.k * shape_.n; }

 private:
  Shape shape_;
  std::array<KernelCall, 3> calls_;
  std::vector<std::vector<std::byte>> a_;
  std::vector<std::vector<std::byte>> b_;
  std::vector<std::byte> c_;
  Workspace workspace_;
};

struct Seconds {
  double wall = 0;
  double processor = 0;  ///< Of all threads.
};

Seconds seconds(const auto& work) {
  const std::clock_t processor = std::clock();
  const auto start = std::chrono::steady_clock::now();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC};
}

/// Billions of products per second of processor time, best of five.
double rate(const Shape& shape) {
  Core core(shape, 8);
  const auto calls = static_cast<std::uint32_t>(2e8 / core.macs() + 3);
  core.run(calls);
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const std::clock_t start = std::clock();
    core.run(calls);
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return core.macs() * calls / best / 1e9;
}

/// A cube of `extent`, rounded up to whole calls of `shape`, spread over threads.
Seconds cube(const Shape& shape, std::uint32_t extent, unsigned threads) {
  const auto parts = [extent](std::uint32_t size) { return (extent + size - 1) / size; };
  const std::uint32_t blocks = parts(shape.m) * parts(shape.n);
  std::vector<Core> cores;
  for (unsigned i = 0; i < threads; ++i) cores.emplace_back(shape, 64);
  return seconds([&] {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i) {
      workers.emplace_back([&, i] {
        for (std::uint32_t block = i; block < blocks; block += threads) cores[i].run(parts(shape.k));
      });
    }
  });
}

/// Seconds of the fastest of several, wall and processor time.
void print_fastest_cube(std::uint32_t extent, unsigned threads) {
  Seconds best{1e9, 1e9};
  for (const Shape& shape : {Shape{128, 64, 128, 16}, Shape{256, 1024, 256, 16}}) {
    const Seconds taken = cube(shape, extent, threads);
    best.wall = std::min(best.wall, taken.wall);
    best.processor = std::min(best.processor, taken.processor);
  }
  fmt::print("{:.4f} {:.4f}\n", best.wall, best.processor);
}

void print_rates() {
  fmt::print("calls as tiles make them, one thread\n");
  const std::initializer_list<Shape> shapes = {{64, 64, 64, 8},
                                               {64, 64, 64, 16},
                                               {128, 64, 128, 8},
                                               {128, 64, 128, 16},
                                               {128, 128, 128, 16},
                                               {64, 256, 64, 16},
                                               {128, 64, 128, 0},
                                               {256, 1024, 256, 16},
                                               {61, 67, 71, 0},
                                               {128, 64, 128, 16, "i8", "i4"},
                                               {64, 64, 64, 16, "i16", "i16"},
                                               {64, 64, 64, 16, "bf16", "bf16", "fp32"},
                                               {64, 64, 64, 16, "fp32", "fp32", "fp32"},
                                               {64, 64, 64, 16, "bfp16", "bfp16", "fp32"}};
  for (const Shape& shape : shapes) {
    fmt::print("  {:>4} x {:>4} x {:>4}, blocks of {:>2}, {:>4} x {:<4} {:7.1f} GMAC/s\n", shape.m, shape.k, shape.n,
               shape.block, shape.type_a, shape.type_b, rate(shape));
  }
  constexpr std::uint32_t kExtent = 4096;
  fmt::print("i8 cube of {}\n", kExtent);
  for (const Shape& shape : {Shape{128, 64, 128, 16}, Shape{256, 1024, 256, 16}}) {
    const double one = cube(shape, kExtent, 1).wall;
    const double two = cube(shape, kExtent, 2).wall;
    fmt::print("  in calls of {} x {} x {}: {:.3f} s on one thread, {:.3f} s on two ({:.2f} times as fast)\n", shape.m,
               shape.k, shape.n, one, two, one / two);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("the GEMM kernel alone");
  std::uint32_t extent = 0;
  unsigned threads = 1;
  app.add_option("--cube", extent, "Only a cube of this extent, as fast as can be")->check(CLI::Range(1U, 1U << 16));
  app.add_option("--threads", threads)->check(CLI::Range(1, 64))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (extent != 0) {
    print_fastest_cube(extent, threads);
  } else {
    print_rates();
  }
  return 0;
}
