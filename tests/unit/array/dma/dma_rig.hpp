// SPDX-License-Identifier: Apache-2.0
// A DMA engine with its surroundings: a memory of known timing, a stream that can be held up, locks, and a tile that
// notes what it hears. A cycle is a nanosecond.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/array/dma/dma_engine.hpp"
#include "models/array/memory/lock_unit.hpp"
#include "models/array/stream/stream_output.hpp"
#include "models/array/stream/stream_timing.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {

using bench::now;
using bench::ns;
using bench::run;
using bench::settle;

/// Each run takes `cycles_per_beat` a 16-word beat, begun beats included; the last word is there `latency` later.
class FakeMemory : public DmaMemory {
 public:
  struct Access {
    bool write = false;
    unsigned channel = 0;
    std::vector<MemoryRun> runs;
    sc_core::sc_time start;
  };

  explicit FakeMemory(std::uint64_t base) : base_(base), words(1U << 16U) {}

  Result read(unsigned channel, std::span<const MemoryRun> runs, std::span<std::uint32_t> data,
              sc_core::sc_time start) override {
    note(false, channel, runs, start);
    if (!available(runs)) return {failure, start, start};
    std::size_t next = 0;
    for (const MemoryRun& run : runs) {
      for (std::uint32_t i = 0; i < run.words; ++i) data[next++] = at(run.address + 4 * std::uint64_t{i});
    }
    return result(runs, start);
  }
  Result write(unsigned channel, std::span<const MemoryRun> runs, std::span<const std::uint32_t> data,
               sc_core::sc_time start) override {
    note(true, channel, runs, start);
    if (!available(runs)) return {failure, start, start};
    std::size_t next = 0;
    for (const MemoryRun& run : runs) {
      for (std::uint32_t i = 0; i < run.words; ++i) at(run.address + 4 * std::uint64_t{i}) = data[next++];
    }
    return result(runs, start);
  }

  /// By byte address.
  std::uint32_t& at(std::uint64_t address) { return words.at((address - base_) / 4); }
  void fill_with_addresses() {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::uint32_t>(base_ + 4 * i);
  }

 private:
  void note(bool is_write, unsigned channel, std::span<const MemoryRun> runs, const sc_core::sc_time& start) {
    if (keep_log) log.push_back({is_write, channel, {runs.begin(), runs.end()}, start});
  }
  [[nodiscard]] bool available(std::span<const MemoryRun> runs) const {
    return std::ranges::all_of(runs, [this](const MemoryRun& run) {
      return run.address >= base_ && run.address + 4 * std::uint64_t{run.words} <= base_ + 4 * words.size();
    });
  }
  [[nodiscard]] Result result(std::span<const MemoryRun> runs, const sc_core::sc_time& start) const {
    std::uint64_t cycles = 0;
    for (const MemoryRun& run : runs) cycles += cycles_per_beat * ((run.words + 15) / 16);
    const sc_core::sc_time next = start + ns(cycles);
    return {MemoryStatus::Ok, next + ns(latency), next};
  }

  std::uint64_t base_;

 public:
  std::vector<std::uint32_t> words;
  std::uint64_t cycles_per_beat = 1;
  std::uint64_t latency = 5;
  MemoryStatus failure = MemoryStatus::Unavailable;
  bool keep_log = true;
  std::vector<Access> log;
};

/// A stream that takes a beat a cycle, unless it is held up.
class FakeOutput : public StreamOutput {
 public:
  struct Sent {
    std::vector<std::uint32_t> words;
    sc_core::sc_time first_beat;
    sc_core::sc_time end;  ///< Of the last beat.
    bool header = false;
    bool tlast = false;
    std::uint64_t flow = 0;
  };

  StreamSource::Grant wait_ready(WaitRegistry::Process& process, const StreamSource::Request& request) override {
    cancelled_ = false;
    while (held && !cancelled_) {
      const WaitRegistry::Scope scope(process, {WaitReason::Stream, "the test"});
      sc_core::wait(changed_);
    }
    if (cancelled_) return {StreamSource::Outcome::Cancelled, 0};
    return {StreamSource::Outcome::Go, std::min(request.words, grant)};
  }
  sc_core::sc_time send(const StreamSource::Burst& burst) override {
    const auto words = burst.buffer.words(burst.offset, burst.words);
    const std::uint32_t header = burst.header ? 1 : 0;
    const std::uint32_t beats = header + (burst.words - header + width - 1) / width;
    const sc_core::sc_time first = std::max({burst.start, link_free_, now()});
    link_free_ = first + ns(beats);
    sent.push_back({{words.begin(), words.end()}, first, link_free_, burst.header, burst.tlast, burst.flow});
    return link_free_;
  }
  StreamBuffer buffer(std::uint32_t words) override { return pool_.take(words); }
  std::uint32_t beat_words() const override { return width; }
  void reset() override {
    cancelled_ = true;
    changed_.notify(sc_core::SC_ZERO_TIME);
  }
  void hold(bool value) {
    held = value;
    changed_.notify(sc_core::SC_ZERO_TIME);
  }

  [[nodiscard]] std::vector<std::uint32_t> all() const {
    std::vector<std::uint32_t> words;
    for (const Sent& burst : sent) words.insert(words.end(), burst.words.begin(), burst.words.end());
    return words;
  }

  std::vector<Sent> sent;
  std::uint32_t grant = 1024;
  std::uint32_t width = 16;
  bool held = false;

 private:
  StreamBufferPool pool_{1024};
  sc_core::sc_event changed_;
  sc_core::sc_time link_free_;
  bool cancelled_ = false;
};

class FakeClient : public DmaClient {
 public:
  struct Heard {
    unsigned channel = 0;
    DmaEvent event{};
    EventPhase phase{};
    sc_core::sc_time at;
  };

  void dma_event(unsigned channel, DmaEvent event, EventPhase phase, const sc_core::sc_time& at) override {
    heard.push_back({channel, event, phase, at});
  }
  bool issue_token(unsigned /*channel*/, const TaskToken& token) override {
    if (full) return false;
    tokens.push_back(token);
    token_times.push_back(now());
    return true;
  }

  [[nodiscard]] std::vector<sc_core::sc_time> times(DmaEvent event, EventPhase phase = EventPhase::Pulse) const {
    std::vector<sc_core::sc_time> result;
    for (const Heard& entry : heard) {
      if (entry.event == event && entry.phase == phase) result.push_back(entry.at);
    }
    return result;
  }

  std::vector<Heard> heard;
  std::vector<TaskToken> tokens;
  std::vector<sc_core::sc_time> token_times;
  bool full = false;
};

inline constexpr TileId kShimTile{0, 0};
inline constexpr TileId kMemoryTile{0, 1};
inline constexpr TileId kComputeTile{0, 2};

class DmaRig : public Surroundings {
 public:
  static constexpr std::uint32_t kOwnWord = 0x80'0000;  ///< Own memory of a memory tile, as its DMA sees it.
  static constexpr unsigned kOwnLock = 448;

  explicit DmaRig(TileId tile, Probe* probe = nullptr)
      : kind(watched(probe).kind(tile)),
        memory(kind == TileKind::Memory ? std::uint64_t{kOwnWord} * 4 : 0),
        locks("locks", environment, "the tile", 64),
        space(make_space()),
        engine(environment, tile, memory, space, client) {
    for (unsigned channel = 0; channel < engine.channels().size(); ++channel) {
      if (engine.channels()[channel].direction == DmaDirection::S2mm) {
        outputs.push_back(nullptr);
        continue;
      }
      auto output = std::make_unique<FakeOutput>();
      outputs.push_back(output.get());
      engine.connect(channel, std::move(output));
    }
    memory.fill_with_addresses();
    settle();
  }

  [[nodiscard]] unsigned s2mm(unsigned number = 0) const { return dma_channel_index(kind, DmaDirection::S2mm, number); }
  [[nodiscard]] unsigned mm2s(unsigned number = 0) const { return dma_channel_index(kind, DmaDirection::Mm2s, number); }

  void write_bd(unsigned channel, unsigned bd_id, const BufferDescriptor& bd) {
    const unsigned pool = engine.channels()[channel].pool;
    const BdKind bd_kind = dma_pools(kind)[pool].kind;
    const BdWords words = encode_bd(bd_kind, bd);
    REQUIRE(decode_bd(bd_kind, words) == bd);
    for (unsigned word = 0; word < bd_layout(bd_kind).words; ++word) engine.write_bd(pool, bd_id, word, words.at(word));
  }
  void push(unsigned channel, unsigned bd_id, std::uint32_t repeat = 0, bool token = false) {
    engine.push_task(channel, encode_task({token, repeat, bd_id}));
    settle();
  }
  /// A burst whose first beat is there at `first`, one beat a cycle.
  void deliver(unsigned channel, std::vector<std::uint32_t> words, const sc_core::sc_time& first, bool tlast = false,
               std::uint64_t flow = 0) {
    StreamBurst burst;
    burst.count = static_cast<std::uint32_t>(words.size());
    burst.buffer = buffers.take(burst.count);
    std::ranges::copy(words, burst.buffer.words(burst.count).begin());
    burst.tlast = tlast;
    burst.flow = flow;
    burst.first_beat = first;
    burst.last_beat = first + ns((burst.count + 15) / 16 - 1);
    engine.sink(channel).deliver(burst);
    settle();
  }
  [[nodiscard]] DmaStatusWord status(unsigned channel) const { return decode_status(engine.status(channel)); }
  [[nodiscard]] bool idle(unsigned channel) const { return (engine.status(channel) & kDmaBusyMask) == 0; }
  /// Runs to an absolute time.
  static void run_to(std::uint64_t nanoseconds) { run(ns(nanoseconds) - now()); }

  TileKind kind;
  FakeMemory memory;
  LockUnit locks;
  LockSpace space;
  FakeClient client;
  DmaEngine engine;
  std::vector<FakeOutput*> outputs;
  StreamBufferPool buffers{1024};

 private:
  [[nodiscard]] Geometry watched(Probe* probe) {
    environment.probe = probe;  // Before anything is built that asks for a track.
    return environment.geometry();
  }
  [[nodiscard]] LockSpace make_space() {
    if (kind != TileKind::Memory) return {64, {&locks}};
    std::vector<LockUnit*> units(15, nullptr);
    units[7] = &locks;
    return {64, units};
  }
};

/// 0, 1, 2, ... from `first` on.
[[nodiscard]] inline std::vector<std::uint32_t> count_up(std::uint32_t count, std::uint32_t first = 0) {
  std::vector<std::uint32_t> words(count);
  for (std::uint32_t i = 0; i < count; ++i) words[i] = first + i;
  return words;
}

}  // namespace aie4::array
