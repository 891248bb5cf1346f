// SPDX-License-Identifier: Apache-2.0
// The device side of one PCI function: mailbox registers, SRAM with rings and doorbell pages, the MSI-X table, and the
// event bits by which the management controller learns what the host did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/common/probe.hpp"
#include "models/common/register_file.hpp"
#include "models/registers/mailbox.hpp"
#include "models/registers/mpnpu.hpp"
#include "models/soc/msix_table.hpp"

namespace aie4 {

/// One per PCI function. Host accesses take effect at once; the controller is told through `controller_interrupt`.
class FunctionUnit : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<FunctionUnit> bar0;        ///< Mailbox registers, MSI-X table and PBA.
  tlm_utils::simple_target_socket<FunctionUnit> bar2;        ///< SRAM.
  tlm_utils::simple_target_socket<FunctionUnit> controller;  ///< Device side: registers::mpnpu layout.
  std::function<void()> controller_interrupt;
  MsixTable msix;

  FunctionUnit(sc_core::sc_module_name name, std::string owner, unsigned vectors, Diagnostics& diagnostics);

  /// Draws what the host and the device tell each other, unless `probe` is null.
  void observe(Probe* probe, const std::string& track);

  /// Reset by the host (conventional or FLR): registers, SRAM and MSI-X table to power-on; the firmware is told.
  void reset();
  /// Firmware stopped: nothing of it may be left for a later start to see.
  void clear_firmware_state();
  /// PF: VFs that SR-IOV has enabled.
  void set_vf_enabled(std::uint32_t count) { control_.set(registers::mpnpu::kVfEnabled, count); }

  [[nodiscard]] std::uint64_t doorbells() const { return doorbells_; }
  [[nodiscard]] std::uint64_t interrupts() const { return interrupts_; }

 private:
  void bar0_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void bar2_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void controller_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void access_mailbox(bool read, std::uint64_t offset, std::span<std::byte> data);
  [[nodiscard]] bool access_sram(bool read, std::uint64_t offset, std::span<std::byte> data);
  void show(std::string_view what, std::uint32_t index);
  void ring_doorbell(std::uint32_t index);
  void raise_event(const RegisterField& field);
  void access_control(bool read, std::uint32_t offset, std::span<std::byte> data);

  RegisterFile mailbox_;
  RegisterFile control_;
  std::vector<std::byte> sram_;
  std::vector<std::uint32_t> doorbell_pending_;
  std::uint64_t doorbells_ = 0;
  std::uint64_t interrupts_ = 0;
  Probe* probe_ = nullptr;
  TrackId track_ = 0;
};

}  // namespace aie4
