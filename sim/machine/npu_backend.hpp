// SPDX-License-Identifier: Apache-2.0
// Joins one PCI function to its unit of the NPU: BAR accesses become TLM transactions, transactions of the device
// towards host memory become DMA of the function.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>
#include <tlm>

#include "models/npu/npu.hpp"
#include "sim/pci/function.hpp"

namespace aie4 {

class NpuBackend : public sc_core::sc_module, public pci::FunctionBackend {
 public:
  /// Called when the PF changes the number of enabled VFs, or whether their BARs decode.
  std::function<void(unsigned count)> on_virtual_functions;
  std::function<void(bool enabled)> on_vf_memory_space;

  /// `pf`: the function has PSP and SMU behind BAR4 and BAR5.
  NpuBackend(sc_core::sc_module_name name, Npu& npu, unsigned index, bool pf);
  /// The function exists only after its backend. `on_interrupt` is called after each interrupt that it has signalled.
  void attach(pci::PciFunction& function, std::function<void()> on_interrupt);

  void bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) override;
  void bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override;
  void interrupt_control(const pci::InterruptControl& control) override;
  void reset(pci::ResetKind kind) override;
  void virtual_functions(unsigned count) override;
  void vf_memory_space(bool enabled) override;
  [[nodiscard]] std::string_view register_name(unsigned bar, std::uint64_t offset) const override;

  [[nodiscard]] std::uint64_t mmio_reads() const { return mmio_reads_; }
  [[nodiscard]] std::uint64_t mmio_writes() const { return mmio_writes_; }

 private:
  using Initiator = tlm_utils::simple_initiator_socket<NpuBackend>;

  void access(tlm::tlm_command command, unsigned bar, std::uint64_t offset, std::byte* data, std::size_t size);
  void dma(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  Npu& npu_;
  unsigned index_;
  pci::PciFunction* function_ = nullptr;
  std::array<std::unique_ptr<Initiator>, pci::kBarCount> bars_;
  tlm_utils::simple_target_socket<NpuBackend> memory_;
  tlm::tlm_generic_payload payload_;
  std::uint64_t mmio_reads_ = 0;
  std::uint64_t mmio_writes_ = 0;
};

}  // namespace aie4
