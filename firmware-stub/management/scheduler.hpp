// SPDX-License-Identifier: Apache-2.0
// Shares the array among the hardware contexts of all functions: one is resident at a time, chosen by priority band
// and then in turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <systemc>

#include "firmware-stub/management/hw_context.hpp"
#include "models/common/fault_plan.hpp"
#include "models/soc/management_controller.hpp"

namespace aie4::management {

/// Talks to CERT through the handshake blocks in the microcontrollers' memories, their Wakeup and reset registers, and
/// the interrupt of the lead (uC 0). Between contexts the lead always confirms that it has stopped: between two
/// commands, or at a PREEMPT, where it has saved the context.
class Scheduler {
 public:
  Scheduler(ManagementController& controller, FaultPlan& faults);

  /// Loads CERT into every microcontroller and lets it come up.
  void boot(std::span<const std::byte> cert_image);

  /// Adds a context; the id is unique within its function.
  void add(const HwContext& context);
  /// After this returns nothing touches the context's queue and its vector is silent. False: no such context.
  bool remove(unsigned function, std::uint32_t id);
  void remove_all_of(unsigned function);
  [[nodiscard]] const HwContext* find(unsigned function, std::uint32_t id) const;

  /// The doorbell of a context rang.
  void doorbell(unsigned function, std::uint32_t id);
  /// Takes the lead's interrupt, moves contexts in and out. Call after every interrupt and at `deadline()`.
  void service();
  /// When `service` wants to be called next although nothing happens; sc_max_time() = never.
  [[nodiscard]] sc_core::sc_time deadline() const;

 private:
  using Key = std::pair<unsigned, std::uint32_t>;

  [[nodiscard]] std::uint64_t handshake(unsigned uc, std::uint32_t offset) const;
  [[nodiscard]] std::uint64_t shim(unsigned column, std::uint32_t offset) const;
  void take_interrupt();
  void raise_completion();
  void hold_in_reset(bool hold);
  /// `zeroise`: memories of the array too.
  void reset_microcontrollers(bool zeroise);
  void zeroise_memories();
  /// Nothing of one context is left for the next.
  void clean_array();
  void wake_lead();
  void enter(HwContext& context);
  void leave(std::uint32_t idle_status);
  /// The resident has the array no more.
  void end_residence();
  void save(HwContext& context);
  [[nodiscard]] std::vector<std::uint32_t> handshake_block(const HwContext& context, unsigned uc) const;
  void mark_runnable(HwContext& context);
  [[nodiscard]] HwContext* next() const;
  [[nodiscard]] bool quantum_over() const;
  /// Whether the resident has begun a packet since it came in.
  [[nodiscard]] bool resident_has_begun();
  [[nodiscard]] unsigned columns() const;

  ManagementController& controller_;
  FaultPlan& faults_;
  std::map<Key, std::unique_ptr<HwContext>> contexts_;
  HwContext* resident_ = nullptr;
  bool resident_busy_ = false;       // Woken, and not yet seen idle.
  bool resident_completed_ = false;  // A completion since it came in.
  bool used_ = false;                // A context has been resident since the array was cleaned.
  bool switch_requested_ = false;    // ctx_switch_req is set; the lead's confirmation is awaited.
  sc_core::sc_time resident_since_ = sc_core::SC_ZERO_TIME;
  std::uint64_t arrivals_ = 0;
};

}  // namespace aie4::management
