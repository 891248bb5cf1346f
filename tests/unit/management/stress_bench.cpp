// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/management/stress_bench.hpp"

#include <fmt/format.h>

#include "firmware-stub/cert/make_cert.hpp"
#include "tests/support/catch.hpp"

namespace aie4::management::bench {
namespace {

// host-interface 6.4: compact and wide header.
constexpr std::uint64_t kMajor = 0x08;
constexpr std::uint64_t kCapacityField = 0x0C;
constexpr std::uint64_t kMirror = 0x10;
constexpr std::uint64_t write_index_at(bool wide) {
  return wide ? 0x40 : 0x10;
}
constexpr std::uint64_t data_address_at(bool wide) {
  return wide ? 0x78 : 0x18;
}
constexpr std::uint64_t slots_at(bool wide) {
  return wide ? 0x80 : 0x20;
}
constexpr std::uint32_t kNew = 0x1234'5601;
constexpr std::uint32_t kCompleted = 4;

// START_JOB 0, NOP, END_JOB, EOF: control-code notes, 9.2.
constexpr unsigned kNopPage[] = {0xff, 0xff, 0,    0, 0, 0, 0,    0, 0x24, 0, 0,    0, 0, 0, 0,    0, 0, 0,
                                 0,    0,    0x10, 0, 0, 0, 0x16, 0, 0,    0, 0x07, 0, 0, 0, 0xff, 0, 0, 0};

template <typename T>
T any(std::mt19937_64& random, std::initializer_list<T> values) {
  return *(values.begin() + static_cast<std::ptrdiff_t>(random() % values.size()));
}

}  // namespace

Configuration Stress::configuration_of(std::mt19937_64& random) {
  Configuration configuration;
  configuration.vfs = kVfs;
  Parameters& p = configuration.parameters;
  p.quantum_us = any<std::uint64_t>(random, {1, 7, 50, 1000});
  p.context_switch_us = any<std::uint64_t>(random, {0, 1, 10});
  p.register_access_ns = any<std::uint64_t>(random, {0, 10, 60, 700});
  p.noc_latency_ns = any<std::uint64_t>(random, {0, 30, 400});
  p.message_ns = any<std::uint64_t>(random, {0, 500, 5000});
  p.completion_ns = any<std::uint64_t>(random, {0, 700});
  p.doorbell_pickup_ns = any<std::uint64_t>(random, {0, 1500});
  p.vf_vectors = any<std::uint64_t>(random, {2, 4, 16});
  p.contexts_per_vf = 8;
  return configuration;
}

Stress::Stress(std::uint64_t seed) : random_(seed) {
  const Configuration configuration = configuration_of(random_);
  bench_ = std::make_unique<Bench>(
      configuration, cert::make_cert_factory(no_faults_, counters_, [](std::span<const std::byte>) { return true; }));
  for (unsigned vf = 0; vf < kVfs; ++vf) {
    Memory& host = memory(vf);
    host.keep_log = false;
    for (std::size_t i = 0; i < std::size(kNopPage); ++i) host.bytes[i] = static_cast<std::byte>(kNopPage[i]);
    host.observer = [this, vf](const Memory::Access& access, std::span<const std::byte> data) {
      watch(vf, access, data);
    };
  }
  bench_->boot_with_vfs(kVfs);
}

void Stress::mix(std::uint64_t value) {
  for (unsigned i = 0; i < 8; ++i) hash_ = (hash_ ^ (value >> (8 * i) & 0xFF)) * 0x100'0000'01B3;
}

void Stress::violate(const std::string& what) {
  if (violation_.empty()) violation_ = fmt::format("{} at {} ps", what, now().value());
}

// --- what the device may do ---------------------------------------------------------------------------------------

void Stress::watch(unsigned vf, const Memory::Access& access, std::span<const std::byte> data) {
  std::uint64_t value = 0;
  std::memcpy(&value, data.data(), std::min<std::size_t>(8, data.size()));
  const std::uint64_t parts[] = {access.time.value(), vf,   access.address, access.bytes, access.read ? 1U : 0U,
                                 access.context,      value};
  for (const std::uint64_t part : parts) {
    mix(part);
  }
  if (data.empty()) return violate(fmt::format("refused access to {:#x}", access.address));
  if (access.function != vf + 1) return violate(fmt::format("access of function {} to vf{}", access.function, vf));
  if (access.address < kRegion) return;  // Control code.
  if (access.engine == "MPNPU") return;  // Looks at a queue before anybody knows its context.
  const std::uint64_t region = access.address / kRegion;
  Queue* queue = region < kRegions ? owner_[vf][region] : nullptr;
  if (queue == nullptr) return violate(fmt::format("access to {:#x}, which is nobody's", access.address));
  if (!queue->alive) return violate(fmt::format("vf{} context {} touched after its end", vf, queue->context.id));
  if (access.context != queue->context.id) {
    return violate(fmt::format("context {} in the queue of context {}", access.context, queue->context.id));
  }
  if (!access.read) watch_write(*queue, access.address - queue->base, value);
}

void Stress::watch_write(Queue& queue, std::uint64_t offset, std::uint64_t value) {
  const std::string who = fmt::format("vf{} context {}", queue.vf, queue.context.id);
  if (offset >= kCompletions) {
    const std::uint64_t slot = (offset - kCompletions) / 4;
    std::uint64_t index = queue.read;
    while (index < queue.written && index % 256 != slot) ++index;
    if (index == queue.written) return violate(who + " completes a packet that is not in flight");
    if (static_cast<std::uint32_t>(value) != kCompleted)
      violate(fmt::format("{} packet {} ends {:#x}", who, index, value));
    if (++queue.completions[index] != 1) violate(fmt::format("{} packet {} completes again", who, index));
    ++completed_;
    return;
  }
  if (offset == 0) {
    if (value <= queue.read || value > queue.written) violate(fmt::format("{} read_index {}", who, value));
    if (std::ranges::find(queue.ends, value) == queue.ends.end()) violate(who + " read_index inside a chain");
    for (std::uint64_t index = queue.read; index < value; ++index) {
      if (queue.completions[index] != 1) violate(fmt::format("{} read_index passes open packet {}", who, index));
    }
    if (queue.wide && (value > queue.seen || queue.seen - value > kCapacity)) {
      violate(fmt::format("{} read_index {} for a driver that has read write_index {}", who, value, queue.seen));
    }
    queue.read = value;
    queue.moved = now();
    return;
  }
  if (offset == kMirror && queue.wide) {
    if (value < queue.written || value - queue.read > kCapacity) violate(fmt::format("{} mirror {}", who, value));
    return;
  }
  violate(fmt::format("{} writes at offset {:#x}", who, offset));
}

// --- what the host does -------------------------------------------------------------------------------------------

void Stress::create() {
  const auto vf = static_cast<unsigned>(pick(kVfs));
  const std::uint64_t region = 1 + next_region_[vf]++ % (kRegions - 1);
  if (owner_[vf][region] != nullptr && owner_[vf][region]->alive) return;
  Queue& queue = *queues_.emplace_back(std::make_unique<Queue>());
  queue.vf = vf;
  queue.base = region * kRegion;
  queue.wide = pick(2) == 0;
  Memory& host = memory(vf);
  std::fill_n(host.bytes.begin() + static_cast<std::ptrdiff_t>(queue.base), kRegion, std::byte{0});
  host.put<std::uint16_t>(queue.base + kMajor, queue.wide ? 1 : 0);
  host.put<std::uint32_t>(queue.base + kCapacityField, kCapacity);
  host.put<std::uint64_t>(queue.base + data_address_at(queue.wide), queue.base + slots_at(queue.wide));
  const auto band = any<std::uint32_t>(random_, {0, 0x100, 0x180, 0x200, 0x280});
  const Response response =
      bench_->vf(vf).call(op::kCreateContext, {1, 12, 0, static_cast<std::uint32_t>(queue.base), kNoPasid, band});
  mix(response.status());
  if (response.status() != kOk) return;  // All contexts of the VF exist.
  queue.context = {response.payload[1], response.payload[2], response.payload[3]};
  queue.alive = true;
  owner_[vf][region] = &queue;
}

void Stress::destroy() {
  Queue& queue = *queues_[pick(queues_.size())];
  if (!queue.alive) return;
  const std::uint32_t status = bench_->vf(queue.vf).destroy_context(queue.context.id);
  mix(status);
  if (status != kOk) violate("a context could not be destroyed");
  queue.alive = false;
}

void Stress::write_packet(Queue& queue, bool more) {
  Memory& host = memory(queue.vf);
  const std::uint64_t index = queue.written;
  const std::uint64_t slot = queue.base + slots_at(queue.wide) + index % kCapacity * 64;
  const std::uint64_t word = queue.base + kCompletions + index % 256 * 4;
  host.put<std::uint32_t>(word, kNew);
  std::fill_n(host.bytes.begin() + static_cast<std::ptrdiff_t>(slot), 64, std::byte{0});
  host.put<std::uint8_t>(slot + 2, 1);
  host.put<std::uint8_t>(slot + 3, more ? 1 : 0);
  host.put<std::uint64_t>(slot + 8, word);
  if (pick(4) != 0) {
    host.put<std::uint16_t>(slot + 4, 24);
    // The address of the code, 0, stands there.
  } else {
    const std::uint64_t ucs = 1 + pick(63);  // A set of uCs, not empty.
    std::uint16_t bytes = 0;
    for (unsigned uc = 0; uc < 6; ++uc) {
      if ((ucs >> uc & 1U) == 0) continue;
      const std::uint64_t inner = queue.base + kIndirect + (uc * kCapacity + index % kCapacity) * 32;
      host.put<std::uint32_t>(slot + 16 + bytes, static_cast<std::uint32_t>(inner));
      host.put<std::uint32_t>(slot + 20 + bytes, uc << 25);
      host.put<std::uint32_t>(inner, 1U << 16);
      host.put<std::uint32_t>(inner + 4, 24 | 1U << 16);
      bytes = static_cast<std::uint16_t>(bytes + 8);
    }
    host.put<std::uint16_t>(slot + 4, bytes);
    host.put<std::uint8_t>(slot + 6, 1);
    host.put<std::uint8_t>(slot + 7, 1);
  }
  ++queue.written;
  queue.completions.push_back(0);
  if (!more) queue.ends.push_back(queue.written);
}

void Stress::publish(Queue& queue) {
  memory(queue.vf).put<std::uint64_t>(queue.base + write_index_at(queue.wide), queue.written);
  queue.seen = memory(queue.vf).get<std::uint64_t>(queue.base + kMirror);
}

void Stress::submit(Queue& queue) {
  const std::uint64_t count = 1 + pick(5);
  if (queue.written + count - queue.read > kCapacity) return;
  const bool chain = pick(3) == 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    write_packet(queue, chain && i + 1 < count);
    if (pick(8) != 0) continue;
    // The doorbell may ring in the middle of a chain, and before or after the packet that it is for.
    if (pick(2) == 0) publish(queue);
    bench_->vf(queue.vf).ring(queue.context.doorbell);
    bench::run(ns(pick(3000)));
    if (!queue.alive) return;
  }
  publish(queue);
  if (pick(10) != 0) bench_->vf(queue.vf).ring(queue.context.doorbell);
}

void Stress::step() {
  switch (pick(16)) {
    case 0:
    case 1:
      return create();
    case 2:
      if (!queues_.empty()) destroy();
      return;
    case 3:
      return bench::run(us(pick(200)));
    case 4:
    case 5:
      return bench::run(ns(pick(20'000)));
    case 6: {  // A doorbell for nothing.
      if (queues_.empty()) return;
      const Queue& queue = *queues_[pick(queues_.size())];
      if (queue.alive) bench_->vf(queue.vf).ring(queue.context.doorbell);
      return;
    }
    default: {
      std::vector<Queue*> alive;
      for (const auto& queue : queues_) {
        if (queue->alive) alive.push_back(queue.get());
      }
      if (!alive.empty()) submit(*alive[pick(alive.size())]);
      return bench::run(ns(pick(500)));
    }
  }
}

void Stress::check_rest() {
  for (const auto& queue : queues_) {
    if (queue->alive) bench_->vf(queue->vf).ring(queue->context.doorbell);
  }
  run_until([] { return false; });
  std::uint64_t total = 0;
  for (const auto& queue : queues_) {
    for (const unsigned times : queue->completions) total += times;
    if (!queue->alive) continue;
    const std::string who = fmt::format("vf{} context {}", queue->vf, queue->context.id);
    if (queue->read != queue->written) {
      violate(fmt::format("{} rests at read_index {} of {}", who, queue->read, queue->written));
    }
    if (memory(queue->vf).get<std::uint64_t>(queue->base) != queue->read) violate(who + " read_index in memory");
    if (queue->written == 0) continue;
    sc_core::sc_time signalled;
    for (const auto& [vector, time] : bench_->vf(queue->vf).interrupts) {
      if (vector == queue->context.vector) signalled = time;
    }
    if (signalled < queue->moved) violate(who + ": no interrupt after the last completion");
  }
  // CERT counts a command before it writes the word; a context that is destroyed right then takes the word with it.
  const std::uint64_t counted = counters_->commands_completed;
  if (total > counted || counted - total > bench_->counters.contexts_destroyed) {
    violate(fmt::format("{} completions, {} counted", total, counted));
  }
  if (counters_->commands_failed != 0 || counters_->commands_aborted != 0) violate("a good command failed");
  // The host asks for a context too many now and then, and is told; nothing else may be said.
  for (const Diagnostic& diagnostic : bench_->seen) {
    if (diagnostic.expected != "at most 8 contexts of a VF") violate(diagnostic.text());
  }
}

void Stress::run(unsigned operations) {
  for (unsigned operation = 0; operation < operations && violation_.empty(); ++operation) step();
  check_rest();
  for (unsigned vf = 0; vf < kVfs; ++vf) {
    for (const auto& [vector, time] : bench_->vf(vf).interrupts) {
      mix(vector);
      mix(time.value());
    }
  }
}

}  // namespace aie4::management::bench
