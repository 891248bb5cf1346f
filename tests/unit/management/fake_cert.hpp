// SPDX-License-Identifier: Apache-2.0
// A CERT that does no work: it obeys the handshake, lets each packet last as long as the test says, and notes what it
// was told. Queues are counters of the test, found by the address that the handshake names.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "firmware-stub/cert/handshake.hpp"
#include "models/soc/microcontroller.hpp"
#include "tests/unit/management/bench.hpp"

namespace aie4::management::bench {

/// All that the fake CERTs of one bench share.
class FakeCerts {
 public:
  struct Queue {
    std::uint64_t written = 0;
    std::uint64_t read = 0;
    std::uint64_t chain = 1;  ///< Packets of a chain: a completion comes after the last of each.
    sc_core::sc_time packet = us(10);
  };
  struct Event {
    enum class Kind : std::uint8_t { Enter, Packet, Idle, Leave };
    Kind kind = Kind::Enter;
    sc_core::sc_time time;
    std::uint64_t queue = 0;
    std::uint32_t runlist = 0;  ///< Enter: runlist_read_idx of the handshake.
    std::uint32_t restore = 0;  ///< Enter: restore word of the handshake.
  };

  std::map<std::uint64_t, Queue> queues;
  std::vector<Event> events;
  sc_core::sc_time pickup;  ///< From a doorbell to the first look at the queue.
  unsigned boots = 0;

  [[nodiscard]] UcProgramFactory factory() {
    return [this](Microcontroller& core, std::span<const std::byte>) -> std::unique_ptr<ControllerProgram> {
      ++boots;
      return std::make_unique<Program>([this, &core] { run(core); });
    };
  }
  [[nodiscard]] std::vector<Event> of(Event::Kind kind) const {
    std::vector<Event> found;
    std::ranges::copy_if(events, std::back_inserter(found), [kind](const Event& event) { return event.kind == kind; });
    return found;
  }
  /// The queues in the order in which they were entered.
  [[nodiscard]] std::vector<std::uint64_t> order() const {
    std::vector<std::uint64_t> found;
    for (const Event& event : of(Event::Kind::Enter)) found.push_back(event.queue);
    return found;
  }
  [[nodiscard]] bool all_read() const {
    return std::ranges::all_of(queues, [](const auto& entry) { return entry.second.read == entry.second.written; });
  }

  /// Marks the restore word of a chain that is interrupted after `n` of its packets.
  [[nodiscard]] static std::uint32_t restore_word(std::uint64_t n) {
    return static_cast<std::uint32_t>(0x00AB'0000 | n);
  }

 private:
  static constexpr std::uint32_t kServing = 0x1001;

  static std::uint32_t get(Microcontroller& core, std::uint32_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, core.private_memory().data() + offset, 4);
    return value;
  }
  static void set(Microcontroller& core, std::uint32_t offset, std::uint32_t value) {
    std::memcpy(core.private_memory().data() + offset, &value, 4);
  }

  void run(Microcontroller& core) {
    namespace hs = cert::handshake;
    for (;;) {
      const bool lead = core.index() == 0 && get(core, hs::kMpaieAlive) == hs::kAlive;
      if (lead) serve(core);
      core.sleep({WaitReason::Host, "doorbell", core.index(), "the test"});
    }
  }

  void note(Event::Kind kind, std::uint64_t queue, Microcontroller& core) {
    namespace hs = cert::handshake;
    events.push_back({kind, now(), queue, get(core, hs::kRunlistReadIdx), get(core, hs::kRestore)});
  }

  void serve(Microcontroller& core) {
    namespace hs = cert::handshake;
    const std::uint64_t address = std::uint64_t{get(core, hs::kHsaAddrHigh)} << 32U | get(core, hs::kHsaAddrLow);
    Queue& queue = queues[address];
    set(core, hs::kCertIdleStatus, 0);
    if (get(core, hs::kDoorbellPending) != 0) {
      set(core, hs::kDoorbellPending, 0);
      core.consume(pickup, {WaitReason::Clock, "pick-up", 0, "time"});
    }
    if (get(core, hs::kFwState) == 0) {  // A fresh handshake block.
      set(core, hs::kFwState, kServing);
      note(Event::Kind::Enter, address, core);
    }
    for (;;) {
      const bool empty = queue.read == queue.written;
      if ((get(core, hs::kCtxSwitchReq) & 1U) != 0) {
        note(Event::Kind::Leave, address, core);
        set(core, hs::kCertIdleStatus,
            hs::kIdleCert | hs::kIdlePreemptionSaved | (empty ? 0U : hs::kIdleQueueNotEmpty));
        core.raise_interrupt();
        return;
      }
      if (empty) {
        note(Event::Kind::Idle, address, core);
        set(core, hs::kCertIdleStatus, hs::kIdleCert);
        core.raise_interrupt();
        return;
      }
      core.consume(queue.packet, {WaitReason::Clock, "packet", queue.read, "time"});
      ++queue.read;
      const std::uint64_t in_chain = queue.read % queue.chain;
      set(core, hs::kRunlistReadIdx, static_cast<std::uint32_t>(in_chain));
      set(core, hs::kRestore, in_chain == 0 ? 0 : restore_word(in_chain));
      note(Event::Kind::Packet, address, core);
      if (in_chain != 0) continue;
      set(core, hs::kCompletionStatus, 1);
      core.raise_interrupt();
    }
  }
};

/// A bench whose microcontrollers run the fake, with one partition on each VF.
struct SchedulerBench {
  FakeCerts certs;
  Bench bench;

  explicit SchedulerBench(const Configuration& configuration = {}, unsigned vfs = 2)
      : bench(configuration, certs.factory()) {
    bench.boot_with_vfs(vfs);
    certs.events.clear();
  }
  Context create(unsigned vf, std::uint64_t queue, std::uint32_t band = 0, std::uint64_t chain = 1,
                 const sc_core::sc_time& packet = us(10)) {
    certs.queues[queue] = {.chain = chain, .packet = packet};
    return bench.vf(vf).create_context(queue, band);
  }
  /// Adds packets and rings.
  void submit(unsigned vf, const Context& context, std::uint64_t queue, std::uint64_t packets) {
    certs.queues.at(queue).written += packets;
    bench.vf(vf).ring(context.doorbell);
  }
  void finish() {
    run_until([] { return false; });
  }
};

}  // namespace aie4::management::bench
