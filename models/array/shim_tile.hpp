// SPDX-License-Identifier: Apache-2.0
// A shim tile: the way out of the array. Its microcontrollers, interrupt controllers and resets, and the host side of
// its DMA channels.
// Source: AIE4 tile-array notes 1.3, 2.8, sections 6, 8, 9.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <tlm>

#include "models/array/deferred_calls.hpp"
#include "models/array/host_dma_memory.hpp"
#include "models/array/interrupt_controller.hpp"
#include "models/array/tile.hpp"
#include "models/array/token_counter.hpp"

namespace aie4 {
class Microcontroller;
}

namespace aie4::array {

class ShimTile : public Tile {
 public:
  /// Memories and registers of the microcontrollers by half, by shim-tile offset of half A. Unbound: there is none.
  tlm_utils::simple_initiator_socket_optional<ShimTile> microcontroller_a;
  tlm_utils::simple_initiator_socket_optional<ShimTile> microcontroller_b;
  tlm_utils::simple_initiator_socket_optional<ShimTile> noc;  ///< To host memory, by host address.

  /// application_reset_control: a half of the column goes into reset.
  std::function<void(registers::Half half)> on_reset;

  ShimTile(sc_core::sc_module_name name, const Environment& environment, const Fabric& fabric,
           const ClockDomain& noc_clock, TileId id);

  [[nodiscard]] InterruptController& interrupts() { return interrupts_; }
  /// Tokens that have arrived for the microcontroller of the half.
  [[nodiscard]] TokenCounter& tokens(registers::Half half) { return *tokens_[static_cast<std::size_t>(half)]; }
  /// Gives the registers the wires of a microcontroller.
  void attach(registers::Half half, Microcontroller& microcontroller);
  void reset(registers::Half half) override;
  void power_off() override;

 private:
  /// Registers that concern the tile as a whole.
  class Control : public RegisterPart {
   public:
    explicit Control(ShimTile& tile) : tile_(tile) {}
    [[nodiscard]] std::span<const Claim> claims() const override;
    [[nodiscard]] std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) override;
    void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) override;
    /// Nothing: they are the management firmware's.
    void reset(registers::Half /*half*/) override {}

   private:
    ShimTile& tile_;
  };

  /// Broadcast lines of a half, as inputs of its interrupt controller.
  class Lines : public EventListener {
   public:
    Lines(ShimTile& tile, registers::Half half) : tile_(tile), half_(half) {}
    void event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) override;

   private:
    ShimTile& tile_;
    registers::Half half_;
  };

  /// uc_core_interrupt_event of a half: the event that interrupts its microcontroller.
  class UcInterrupt : public EventListener {
   public:
    UcInterrupt(ShimTile& tile, registers::Half half) : tile_(tile), half_(half) {}
    [[nodiscard]] std::uint8_t selected() const { return event_; }
    void select(std::uint8_t event);
    void event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) override;

   private:
    ShimTile& tile_;
    registers::Half half_;
    std::uint8_t event_ = 0;
  };

  std::optional<AccessOutcome> access_elsewhere(bool read, std::uint32_t offset, std::span<std::byte> data) override;

  void set_application_reset(std::uint32_t value);
  void set_stream_id(registers::Half half, std::uint32_t smid);
  void zero_microcontroller(std::size_t half, std::uint32_t memories);
  void pause_microcontroller(std::size_t half, std::uint32_t engines);

  Control control_;
  InterruptController interrupts_;
  DeferredCalls deferred_;
  std::array<Lines, 2> lines_;
  std::array<UcInterrupt, 2> uc_interrupts_;
  HostDmaMemory host_;
  LockSpace lock_space_;
  std::array<std::unique_ptr<TokenCounter>, 2> tokens_;
  std::array<Microcontroller*, 2> microcontrollers_{};
  std::uint32_t application_reset_ = 3;  // Both held at power-on.
  std::array<std::uint32_t, 2> smid_{};
  std::array<std::uint32_t, 2> uc_pause_{};
};

}  // namespace aie4::array
