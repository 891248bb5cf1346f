// SPDX-License-Identifier: Apache-2.0
// Random life of many contexts against the real CERT: real queues in host memory, and a watcher that sees every access
// of the device and knows what it may touch.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "firmware-stub/cert/counters.hpp"
#include "tests/unit/management/bench.hpp"

namespace aie4::management::bench {

class Stress {
 public:
  static constexpr unsigned kVfs = 3;

  explicit Stress(std::uint64_t seed);
  /// Does `operations` random things, then rings every doorbell, waits for rest and checks what is left.
  void run(unsigned operations);

  [[nodiscard]] const std::string& violation() const { return violation_; }
  /// Of every access, interrupt and answer, with its time.
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t packets() const { return completed_; }
  [[nodiscard]] std::uint64_t contexts() const { return bench_->counters.contexts_created; }
  [[nodiscard]] Bench& bench() { return *bench_; }

 private:
  static constexpr std::uint64_t kRegion = 0x4000;  ///< Host memory of one context's queue.
  static constexpr std::uint64_t kRegions = 256;
  static constexpr std::uint64_t kIndirect = 0x1000;
  static constexpr std::uint64_t kCompletions = 0x3000;
  static constexpr std::uint64_t kCapacity = 32;

  struct Queue {
    unsigned vf = 0;
    Context context;
    std::uint64_t base = 0;
    bool wide = true;
    bool alive = false;
    std::uint64_t written = 0;          ///< Packets in the slots.
    std::uint64_t read = 0;             ///< read_index as the device wrote it.
    std::uint64_t seen = 0;             ///< Wide: the mirror, as a waiter may have read it when it rang last.
    std::vector<unsigned> completions;  ///< Of each packet, how often its word was written.
    std::vector<std::uint64_t> ends;    ///< Indices at which read_index may stand: ends of chains.
    sc_core::sc_time moved;             ///< When read_index moved last.
  };

  [[nodiscard]] static Configuration configuration_of(std::mt19937_64& random);
  [[nodiscard]] std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  void mix(std::uint64_t value);
  void violate(const std::string& what);
  void step();
  void create();
  void destroy();
  void submit(Queue& queue);
  void write_packet(Queue& queue, bool more);
  void publish(Queue& queue);
  void check_rest();
  void watch(unsigned vf, const Memory::Access& access, std::span<const std::byte> data);
  void watch_write(Queue& queue, std::uint64_t offset, std::uint64_t value);
  [[nodiscard]] Memory& memory(unsigned vf) { return *bench_->memories.at(vf + 1); }

  std::mt19937_64 random_;
  std::shared_ptr<cert::CertCounters> counters_ = std::make_shared<cert::CertCounters>();
  FaultPlan no_faults_;
  std::unique_ptr<Bench> bench_;
  std::vector<std::unique_ptr<Queue>> queues_;              // All that ever were.
  std::array<std::array<Queue*, kRegions>, kVfs> owner_{};  // Of each region, its last queue.
  std::array<std::uint64_t, kVfs> next_region_{};
  std::string violation_;
  std::uint64_t hash_ = 0xCBF2'9CE4'8422'2325;
  std::uint64_t completed_ = 0;
};

}  // namespace aie4::management::bench
