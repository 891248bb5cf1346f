// SPDX-License-Identifier: Apache-2.0
#include "sim/machine/npu_backend.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "models/registers/mailbox.hpp"
#include "models/registers/psp.hpp"
#include "models/registers/smu.hpp"
#include "models/soc/host_access.hpp"

namespace aie4 {

NpuBackend::NpuBackend(sc_core::sc_module_name name, Npu& npu, unsigned index, bool pf)
    : sc_module(name), npu_(npu), index_(index), memory_("memory") {
  const auto connect = [this](unsigned bar, auto& target) {
    bars_.at(bar) = std::make_unique<Initiator>(("bar" + std::to_string(bar)).c_str());
    bars_.at(bar)->bind(target);
  };
  FunctionUnit& unit = *npu_.functions.at(index);
  connect(0, unit.bar0);
  connect(2, unit.bar2);
  if (pf) {
    connect(4, npu_.psp->host);
    connect(5, npu_.smu->host);
  }
  memory_.register_b_transport(this, &NpuBackend::dma);
  npu_.noc.upstream[index].bind(memory_);
}

void NpuBackend::attach(pci::PciFunction& function, std::function<void()> on_interrupt) {
  function_ = &function;
  npu_.functions[index_]->msix.deliver = [&function, told = std::move(on_interrupt)](unsigned vector) {
    function.signal(vector);
    told();
  };
}

void NpuBackend::access(tlm::tlm_command command, unsigned bar, std::uint64_t offset, std::byte* data,
                        std::size_t size) {
  payload_.set_command(command);
  payload_.set_address(offset);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(data));
  payload_.set_data_length(static_cast<unsigned>(size));
  payload_.set_streaming_width(static_cast<unsigned>(size));
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  (*bars_[bar])->b_transport(payload_, delay);
}

void NpuBackend::bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) {
  ++mmio_reads_;
  if (bars_[bar] == nullptr) {
    std::ranges::fill(data, std::byte{0xFF});
    return;
  }
  access(tlm::TLM_READ_COMMAND, bar, offset, data.data(), data.size());
}

void NpuBackend::bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) {
  ++mmio_writes_;
  if (bars_[bar] == nullptr) return;
  // TLM's payload has one pointer for both directions; a write command does not store through it.
  access(tlm::TLM_WRITE_COMMAND, bar, offset, const_cast<std::byte*>(data.data()), data.size());
}

void NpuBackend::interrupt_control(const pci::InterruptControl& control) {
  MsixTable& msix = npu_.functions[index_]->msix;
  msix.set_masks_held_by_host(control.vector_masks_kept_by_host);
  msix.set_control(control.msix_enabled, control.function_masked, control.can_signal);
}

void NpuBackend::reset(pci::ResetKind kind) {
  if (kind == pci::ResetKind::Conventional) {
    npu_.reset_function(index_);
  } else {
    npu_.function_level_reset(index_);
  }
}

void NpuBackend::virtual_functions(unsigned count) {
  npu_.functions[index_]->set_vf_enabled(count);
  if (on_virtual_functions) on_virtual_functions(count);
}

void NpuBackend::vf_memory_space(bool enabled) {
  if (on_vf_memory_space) on_vf_memory_space(enabled);
}

std::string_view NpuBackend::register_name(unsigned bar, std::uint64_t offset) const {
  const RegisterBlock* block = nullptr;
  switch (bar) {
    case 0:
      block = &registers::mailbox::kBlock;
      break;
    case 2:
      block = &registers::mailbox::info::kBlock;
      break;
    case 4:
      block = &registers::psp::kBlock;
      break;
    case 5:
      block = &registers::smu::kBlock;
      break;
    default:
      return {};
  }
  const RegisterInfo* info = offset < block->size ? block->find(static_cast<std::uint32_t>(offset)) : nullptr;
  return info == nullptr ? std::string_view{} : info->name;
}

void NpuBackend::dma(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  auto* access = payload.get_extension<HostAccess>();
  auto* data = reinterpret_cast<std::byte*>(payload.get_data_ptr());
  const std::size_t size = payload.get_data_length();
  access->status = payload.is_read() ? function_->dma_read(payload.get_address(), {data, size}, access->attributes)
                                     : function_->dma_write(payload.get_address(), {data, size}, access->attributes);
  payload.set_response_status(access->status == DmaStatus::Ok ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

}  // namespace aie4
