// SPDX-License-Identifier: Apache-2.0
// The DMA engines of a microcontroller: chains of descriptors, order, time, errors.
#include "models/soc/uc_dma.hpp"

#include <array>
#include <map>
#include <random>

#include "models/common/fresh_kernel.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4 {
namespace {

using namespace bench;

constexpr std::uint32_t kRunning = 1U << 0;
constexpr std::uint32_t kBdInvalid = 1U << 1;
constexpr std::uint32_t kLocalOutOfRange = 1U << 2;
constexpr std::uint32_t kSlvErr = 1U << 3;
constexpr std::uint32_t kDecErr = 1U << 4;

/// An engine between a memory and an array of words that notes what arrives when.
struct Bench : UcDmaPort {
  struct Word {
    std::uint64_t address = 0;
    std::uint32_t value = 0;
    sc_core::sc_time at;
    bool operator==(const Word&) const = default;
  };

  FreshKernel kernel;
  Parameters parameters;
  std::vector<std::byte> memory = std::vector<std::byte>(0x8000);
  std::vector<Word> words;
  std::map<std::uint64_t, std::uint32_t> array;
  std::map<std::uint64_t, std::uint32_t> host;
  std::map<std::uint64_t, tlm::tlm_response_status> errors;
  sc_core::sc_time array_latency;
  DmaStatus host_status = DmaStatus::Ok;
  unsigned finished = 0;
  UcDma engine;

  explicit Bench(UcDmaDirection direction = UcDmaDirection::Dm2mm, const Parameters& chosen = {})
      : parameters(chosen), engine("engine", direction, "uc0 DMA", memory, parameters, *this) {
    settle();
  }

  tlm::tlm_response_status access_array(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data,
                                        sc_core::sc_time& delay) override {
    delay += array_latency;
    if (const auto error = errors.find(address); error != errors.end()) return error->second;
    for (std::size_t i = 0; i < data.size(); i += 4) {
      std::uint32_t value = array[address + i];
      if (command == tlm::TLM_READ_COMMAND) {
        std::memcpy(data.data() + i, &value, 4);
        continue;
      }
      std::memcpy(&value, data.data() + i, 4);
      array[address + i] = value;
      words.push_back({address + i, value, now()});
    }
    return tlm::TLM_OK_RESPONSE;
  }
  DmaStatus access_host(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data,
                        std::string_view /*engine*/, sc_core::sc_time& delay) override {
    delay += ns(700);
    if (host_status != DmaStatus::Ok) return host_status;
    for (std::size_t i = 0; i < data.size(); i += 4) {
      if (command == tlm::TLM_WRITE_COMMAND) {
        std::memcpy(&host[address + i], data.data() + i, 4);
      } else {
        std::memcpy(data.data() + i, &host[address + i], 4);
      }
    }
    return DmaStatus::Ok;
  }
  void dma_finished() override { ++finished; }

  void put(std::uint32_t offset, std::initializer_list<std::uint32_t> values) {
    for (const std::uint32_t value : values) {
      std::memcpy(memory.data() + offset, &value, 4);
      offset += 4;
    }
  }
  [[nodiscard]] std::uint32_t get(std::uint32_t offset) const {
    std::uint32_t value = 0;
    std::memcpy(&value, memory.data() + offset, 4);
    return value;
  }
  /// A relative descriptor, its words typed as the specification has them.
  void descriptor(std::uint32_t at, std::uint32_t words_count, std::uint32_t data, std::uint32_t to, bool next) {
    put(at, {words_count | (next ? 0x1'0000U : 0U) | 0x4'0000U, data - at, to, 0});
  }
};

TEST_CASE("A descriptor of a published program is read as the specification says") {
  // t/move_ddr_to_memtile_ctrlpkt, page 1, body offsets 0xf0 and 0x140: 1 word to 0x8074 and on, 11 words to 0x108000.
  const auto parse = [](std::array<std::uint32_t, 4> words) {
    return parse_uc_dma_descriptor(std::as_bytes(std::span(words)));
  };
  const UcDmaDescriptor first = parse({0x0005'0001, 0xA0, 0x8074, 0});
  CHECK(first.words == 1);
  CHECK(first.next);
  CHECK_FALSE(first.external);
  CHECK(first.local_offset(0xF0) == 0x190);
  CHECK(first.remote == 0x8074);
  const UcDmaDescriptor last = parse({0x0006'7FFF, 8, 0x1234'5678, 0xFFFF'FFFF});
  CHECK(last.words == 0x7FFF);
  CHECK_FALSE(last.next);
  CHECK(last.external);
  CHECK(last.remote == 0x1FFF'FFFF'1234'5678);
  const UcDmaDescriptor absolute = parse({4, 0x40, 0, 0});
  CHECK(absolute.local_offset(0xF0) == 0x40);
}

TEST_CASE("Any descriptor survives being stored and read") {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same numbers each time
  for (int i = 0; i < 1000; ++i) {
    std::array<std::uint32_t, 4> words{static_cast<std::uint32_t>(random()) & 0x7'7FFFU,
                                       static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random()),
                                       static_cast<std::uint32_t>(random()) & 0x1FFF'FFFFU};
    std::array<std::uint32_t, 4> again{};
    store_uc_dma_descriptor(std::as_writable_bytes(std::span(again)),
                            parse_uc_dma_descriptor(std::as_bytes(std::span(words))));
    CHECK(again == words);
  }
}

TEST_CASE("A chain is done in order, each descriptor 150 ns and four bytes a cycle, the core free meanwhile") {
  Bench bench;
  bench.put(0x100, {11, 12, 13, 14, 15, 16, 17, 18});
  bench.descriptor(0x20, 1, 0x100, 0x1'8564, true);
  bench.descriptor(0x30, 6, 0x104, 0x10'0000, true);
  bench.descriptor(0x40, 1, 0x11C, 0x1'8564, false);
  const UcDma::Handle handle = bench.engine.push_chain(0x20);
  CHECK(bench.engine.state(handle) == UcDmaState::Pending);
  CHECK(bench.engine.status() == kRunning);
  CHECK(bench.words.empty());
  run(us(2));
  // A cycle at 1200 MHz takes 833 ps; a word takes one, six take 5000 ps.
  const sc_core::sc_time first = ns(150);
  const sc_core::sc_time second = first + ps(833) + ns(150);
  const sc_core::sc_time third = second + ps(5000) + ns(150);
  CHECK(bench.words == std::vector<Bench::Word>{{0x1'8564, 11, first},
                                                {0x10'0000, 12, second},
                                                {0x10'0004, 13, second},
                                                {0x10'0008, 14, second},
                                                {0x10'000C, 15, second},
                                                {0x10'0010, 16, second},
                                                {0x10'0014, 17, second},
                                                {0x1'8564, 18, third}});
  CHECK(bench.engine.state(handle) == UcDmaState::Done);
  CHECK(bench.engine.status() == 0);
  CHECK(bench.engine.bytes() == 32);
  CHECK(bench.finished == 1);
}

TEST_CASE("A slow target is waited for, a fast one is limited by the engine") {
  Bench bench;
  bench.array_latency = ns(60);
  bench.descriptor(0x20, 1, 0x100, 0x1000, true);
  bench.descriptor(0x30, 100, 0x100, 0x2000, true);
  bench.descriptor(0x40, 1, 0x100, 0x3000, false);
  bench.engine.push_chain(0x20);
  run(us(2));
  REQUIRE(bench.words.size() == 102);
  CHECK(bench.words[1].at == ns(150) + ns(60) + ns(150));
  CHECK(bench.words.back().at == bench.words[1].at + ps(83'333) + ns(150));
}

TEST_CASE("Chains wait in the queue and end in order, its depth is a parameter, its length is in the status") {
  Parameters parameters;
  parameters.uc_dma_queue_depth = 3;
  Bench bench(UcDmaDirection::Dm2mm, parameters);
  std::vector<UcDma::Handle> handles;
  for (std::uint32_t i = 0; i < 4; ++i) {
    bench.descriptor(0x100 + 0x10 * i, 1, 0x200, 0x1000 + 4 * i, false);
    REQUIRE(bench.engine.can_push());
    handles.push_back(bench.engine.push_chain(0x100 + 0x10 * i));
  }
  CHECK_FALSE(bench.engine.can_push());
  CHECK(bench.engine.status() == (kRunning | 3U << 8));
  run(ns(200));
  CHECK(bench.engine.can_push());
  CHECK(bench.engine.status() == (kRunning | 2U << 8));
  CHECK(bench.engine.state(handles[0]) == UcDmaState::Done);
  CHECK(bench.engine.state(handles[1]) == UcDmaState::Pending);
  run(us(1));
  CHECK(bench.finished == 4);
  CHECK(bench.engine.idle());
  REQUIRE(bench.words.size() == 4);
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(bench.words[i].address == 0x1000 + 4 * i);
}

TEST_CASE("A descriptor of no words moves nothing and takes its own time") {
  Bench bench;
  bench.descriptor(0x20, 0, 0x100, 0x1000, true);
  bench.descriptor(0x30, 1, 0x100, 0x2000, false);
  bench.engine.push_chain(0x20);
  run(us(1));
  REQUIRE(bench.words.size() == 1);
  CHECK(bench.words[0].at == ns(300));
}

TEST_CASE("MM2DM brings words of the array and of the host into the memory") {
  Bench bench(UcDmaDirection::Mm2dm);
  bench.array[0x1000] = 0xA1;
  bench.array[0x1004] = 0xA2;
  bench.host[0x1'2345'6780] = 0xB1;
  bench.descriptor(0x20, 2, 0x200, 0x1000, true);
  bench.put(0x30, {0x6'0001, 0x300 - 0x30, 0x2345'6780, 1});
  const UcDma::Handle handle = bench.engine.push_chain(0x20);
  run(us(2));
  CHECK(bench.engine.state(handle) == UcDmaState::Done);
  CHECK(bench.get(0x200) == 0xA1);
  CHECK(bench.get(0x204) == 0xA2);
  CHECK(bench.get(0x300) == 0xB1);
}

TEST_CASE("What cannot be done ends its chain there, says why and sets its bit, the next chain is done") {
  struct Case {
    const char* name = nullptr;
    std::uint32_t start = 0x20;
    std::array<std::uint32_t, 4> second{};
    std::uint32_t bit = 0;
    const char* reason = nullptr;
  };
  const auto bad = GENERATE(
      Case{"local range", 0x20, {0x4'0002, 0x7FFC - 0x30, 0x1000, 0}, kLocalOutOfRange, "2 words from shared offset"},
      Case{"local alignment", 0x20, {0x4'0001, 2, 0x1000, 0}, kLocalOutOfRange, "shared offset 0x32"},
      Case{"remote alignment", 0x20, {0x4'0001, 0, 0x1002, 0}, kLocalOutOfRange, "remote address 0x1002"},
      Case{"wrap", 0x20, {0x4'0001, 0xFFFF'FFC0, 0x1000, 0}, kLocalOutOfRange, "0xfffffff0"},
      Case{"nobody", 0x20, {0x4'0001, 0, 0x66'6000, 0}, kDecErr, "array address 0x666000: nobody answers"},
      Case{"refused", 0x20, {0x4'0001, 0, 0x77'7000, 0}, kSlvErr, "array address 0x777000: refused"},
      Case{"host", 0x20, {0x6'0001, 0, 0x10, 0}, kDecErr, "address not mapped"},
      Case{"descriptor alignment", 0x28, {}, kBdInvalid, "a descriptor at offset 0x28"},
      Case{"descriptor outside", 0x8000, {}, kBdInvalid, "a descriptor at offset 0x8000"});
  INFO(bad.name);
  Bench bench;
  bench.host_status = DmaStatus::NotMapped;
  bench.errors[0x66'6000] = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  bench.errors[0x77'7000] = tlm::TLM_GENERIC_ERROR_RESPONSE;
  bench.descriptor(0x20, 1, 0x100, 0x1'0000, true);
  bench.put(0x30, {bad.second[0] | 0x1'0000, bad.second[1], bad.second[2], bad.second[3]});
  bench.descriptor(0x40, 1, 0x100, 0x2'0000, false);
  bench.descriptor(0x80, 1, 0x100, 0x3'0000, false);
  const UcDma::Handle failing = bench.engine.push_chain(bad.start);
  const UcDma::Handle good = bench.engine.push_chain(0x80);
  run(us(5));
  CHECK(bench.engine.state(failing) == UcDmaState::Failed);
  CHECK(bench.engine.state(good) == UcDmaState::Done);
  CHECK(bench.engine.status() == bad.bit);
  CHECK(bench.engine.failures() == 1);
  INFO(bench.engine.reason(failing));
  CHECK(bench.engine.reason(failing).find(bad.reason) != std::string::npos);
  CHECK(bench.words.back().address == 0x3'0000);
  CHECK(std::ranges::none_of(bench.words, [](const Bench::Word& word) { return word.address == 0x2'0000; }));
  CHECK(bench.finished == 2);
  bench.engine.reset();
  CHECK(bench.engine.status() == 0);
}

TEST_CASE("A chain whose next flags never end stops at the end of the memory") {
  Bench bench;
  for (std::uint32_t at = 0; at < 0x8000; at += 16) bench.descriptor(at, 0, 0, 0, true);
  const UcDma::Handle handle = bench.engine.push_chain(0);
  run(us(1000));
  CHECK(bench.engine.state(handle) == UcDmaState::Failed);
  CHECK(bench.engine.status() == kBdInvalid);
}

TEST_CASE("A reset forgets what runs and what waits") {
  Bench bench;
  bench.descriptor(0x20, 1, 0x100, 0x1000, true);
  bench.descriptor(0x30, 1, 0x100, 0x2000, false);
  const UcDma::Handle first = bench.engine.push_chain(0x20);
  const UcDma::Handle second = bench.engine.push_chain(0x20);
  run(ns(200));
  CHECK(bench.words.size() == 1);
  bench.engine.reset();
  run(us(5));
  CHECK(bench.words.size() == 1);
  CHECK(bench.engine.status() == 0);
  CHECK(bench.engine.state(first) == UcDmaState::Failed);
  CHECK(bench.engine.state(second) == UcDmaState::Failed);
  const UcDma::Handle third = bench.engine.push_chain(0x30);
  run(us(5));
  CHECK(bench.engine.state(third) == UcDmaState::Done);
}

TEST_CASE("A pause lets the present descriptor end and goes on where it stopped") {
  Bench bench;
  bench.descriptor(0x20, 1, 0x100, 0x1000, true);
  bench.descriptor(0x30, 1, 0x100, 0x2000, false);
  bench.engine.push_chain(0x20);
  run(ns(160));
  bench.engine.set_paused(true);
  run(us(5));
  CHECK(bench.words.size() == 1);
  CHECK_FALSE(bench.engine.idle());
  CHECK_FALSE(sc_core::sc_pending_activity());
  bench.engine.set_paused(false);
  run(us(5));
  CHECK(bench.words.size() == 2);
  CHECK(bench.engine.idle());
}

TEST_CASE("The NPU-H clock sets the pace of the words") {
  Bench bench;
  ClockDomain clock("npu_h", 400);
  bench.engine.set_clock(&clock);
  bench.descriptor(0x20, 8, 0x100, 0x1000, true);
  bench.descriptor(0x30, 1, 0x100, 0x2000, false);
  bench.engine.push_chain(0x20);
  run(us(1));
  CHECK(bench.words.back().at == ns(150) + ns(20) + ns(150));
}

}  // namespace
}  // namespace aie4
