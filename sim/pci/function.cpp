// SPDX-License-Identifier: Apache-2.0
#include "sim/pci/function.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <stdexcept>

namespace aie4::pci {

namespace {

static_assert(std::endian::native == std::endian::little, "register values are read from memory as they are");

constexpr std::size_t kLargestBarAccess = 8;

/// Returns `shape` if PCI allows it.
FunctionShape checked(FunctionShape shape) {
  const std::string problem = shape_problem(shape);
  if (!problem.empty()) throw std::invalid_argument(fmt::format("PCI function {}: {}", shape.name, problem));
  return shape;
}

/// True if the range goes past the end of the 64-bit address space.
bool wraps(std::uint64_t address, std::size_t size) {
  return size > 0 && size - 1 > std::numeric_limits<std::uint64_t>::max() - address;
}

}  // namespace

PciFunction::PciFunction(std::uint8_t index, FunctionShape shape, FunctionBackend& backend, Diagnostics& diagnostics)
    : index_(index),
      shape_(checked(std::move(shape))),
      backend_(backend),
      diagnostics_(diagnostics),
      config_(shape_),
      register_key_(shape_.name) {}

PciFunction::~PciFunction() = default;

// --- connection ---------------------------------------------------------------------------------------------------

void PciFunction::connect(InterruptSink& interrupts, DmaPort& memory) {
  observe(
      {.kind = BoundaryEventKind::Connect, .function = index_, .address = interrupts.keeps_vector_masks() ? 1U : 0U});
  interrupts_ = &interrupts;
  memory_ = &memory;
  push_config_state();
}

void PciFunction::disconnect() {
  if (!connected()) return;
  observe({.kind = BoundaryEventKind::Disconnect, .function = index_});
  interrupts_ = nullptr;
  memory_ = nullptr;
  push_config_state();  // Masks that the host kept went with it.
}

// --- configuration space ------------------------------------------------------------------------------------------

void PciFunction::config_read(std::uint32_t offset, std::span<std::byte> data) {
  config_.read(offset, data);
  if (std::uint64_t{offset} + data.size() > ConfigSpace::kSize) report_beyond_config("read", offset, data.size());
  observe({.kind = BoundaryEventKind::ConfigRead, .function = index_, .address = offset, .data = data});
}

void PciFunction::config_write(std::uint32_t offset, std::span<const std::byte> data) {
  observe({.kind = BoundaryEventKind::ConfigWrite, .function = index_, .address = offset, .data = data});
  diagnostics_.activity();
  if (std::uint64_t{offset} + data.size() > ConfigSpace::kSize) {
    report_beyond_config("write", offset, data.size());
    data = data.first(offset < ConfigSpace::kSize ? ConfigSpace::kSize - offset : 0);
  }
  while (!data.empty()) {
    const std::size_t piece = std::min<std::size_t>(data.size(), 4 - offset % 4);
    apply(config_.write(offset, data.first(piece)));
    offset += static_cast<std::uint32_t>(piece);
    data = data.subspan(piece);
  }
}

void PciFunction::set_extended_config_visible(bool visible) {
  config_.set_extended_visible(visible);
  if (observer_ != nullptr) observer_->host_view(index_, HostViewOption::ExtendedConfigVisible, visible);
}

void PciFunction::set_identity_hidden(bool hidden) {
  config_.set_identity_hidden(hidden);
  if (observer_ != nullptr) observer_->host_view(index_, HostViewOption::IdentityHidden, hidden);
}

void PciFunction::apply(const ConfigEffects& effects) {
  if (effects.vf_enable_refused) {
    diagnostics_.report({.category = FaultCategory::GuestError,
                         .where = fmt::format("{} SR-IOV Control", shape_.name),
                         .expected = fmt::format("NumVFs of 1..{} when VF Enable is set", config_.total_vfs()),
                         .came = fmt::format("NumVFs {}; VF Enable stays clear", config_.num_vfs()),
                         .blame = "the driver or the kernel's SR-IOV code"});
  }
  if (effects.function_level_reset) {
    reset_state(ResetKind::FunctionLevel);
  } else {
    push_config_state();
  }
}

void PciFunction::push_config_state() {
  // Each value is noted before the backend hears of it: the backend may come back with a call of its own.
  if (const unsigned vfs = config_.enabled_vfs(); vfs != told_vfs_) {
    told_vfs_ = vfs;
    backend_.virtual_functions(vfs);
  }
  if (const bool memory = config_.vf_memory_enabled(); memory != told_vf_memory_) {
    told_vf_memory_ = memory;
    backend_.vf_memory_space(memory);
  }
  if (const InterruptControl control = interrupt_control(); control != told_control_) {
    told_control_ = control;
    backend_.interrupt_control(control);
  }
}

// --- resets -------------------------------------------------------------------------------------------------------

void PciFunction::reset() {
  observe({.kind = BoundaryEventKind::Reset, .function = index_});
  reset_state(ResetKind::Conventional);
}

void PciFunction::reset_state(ResetKind kind) {
  diagnostics_.activity();
  config_.reset(kind);
  push_config_state();
  backend_.reset(kind);
}

void PciFunction::set_vf_enabled(bool enabled, bool memory_enabled) {
  if (!shape_.virtual_function) return;
  const bool vanishes = vf_enabled_ && !enabled;
  vf_enabled_ = enabled;
  vf_memory_enabled_ = enabled && memory_enabled;
  if (vanishes) {
    reset_state(ResetKind::FunctionLevel);
  } else {
    push_config_state();
  }
}

// --- gates --------------------------------------------------------------------------------------------------------

bool PciFunction::decodes() const {
  if (!config_.in_d0()) return false;
  return shape_.virtual_function ? vf_memory_enabled_ : config_.memory_space_enabled();
}

bool PciFunction::may_initiate() const {
  return config_.bus_master_enabled() && config_.in_d0() && exists();
}

InterruptControl PciFunction::interrupt_control() const {
  return {.msix_enabled = config_.msix_enabled(),
          .function_masked = config_.msix_function_masked(),
          .vector_masks_kept_by_host = interrupts_ != nullptr && interrupts_->keeps_vector_masks(),
          .can_signal = may_initiate()};
}

AccessStatus PciFunction::check_access(unsigned bar, std::uint64_t offset, std::size_t size) const {
  if (bar >= kBarCount || shape_.bars[bar].size == 0 || !decodes()) return AccessStatus::NotDecoded;
  if (size > kLargestBarAccess || !std::has_single_bit(size)) return AccessStatus::BadSize;
  const std::uint64_t bar_size = shape_.bars[bar].size;
  return offset > bar_size || size > bar_size - offset ? AccessStatus::OutOfRange : AccessStatus::Ok;
}

// --- BARs ---------------------------------------------------------------------------------------------------------

AccessStatus PciFunction::bar_read(unsigned bar, std::uint64_t offset, std::span<std::byte> data) {
  const AccessStatus status = check_access(bar, offset, data.size());
  if (status == AccessStatus::Ok) [[likely]] {
    backend_.bar_read(bar, offset, data);
    std::uint64_t value = 0;
    std::memcpy(&value, data.data(), data.size());
    diagnostics_.register_read(register_key_.of(bar, offset, backend_), value);
  } else {
    std::fill(data.begin(), data.end(), std::byte{0xFF});
    refuse_access(status, false, bar, offset, data.size());
  }
  observe({.kind = BoundaryEventKind::BarRead,
           .function = index_,
           .bar = static_cast<std::uint8_t>(bar),
           .address = offset,
           .data = data});
  return status;
}

AccessStatus PciFunction::bar_write(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) {
  observe({.kind = BoundaryEventKind::BarWrite,
           .function = index_,
           .bar = static_cast<std::uint8_t>(bar),
           .address = offset,
           .data = data});
  const AccessStatus status = check_access(bar, offset, data.size());
  if (status == AccessStatus::Ok) [[likely]] {
    diagnostics_.activity();
    backend_.bar_write(bar, offset, data);
  } else {
    refuse_access(status, true, bar, offset, data.size());
  }
  return status;
}

// --- towards the host ---------------------------------------------------------------------------------------------

DmaStatus PciFunction::check_dma(std::uint64_t address, std::size_t size) const {
  if (!connected()) return DmaStatus::Disconnected;
  if (!may_initiate()) return DmaStatus::BusMasterDisabled;
  return wraps(address, size) ? DmaStatus::NotMapped : DmaStatus::Ok;
}

DmaStatus PciFunction::dma_read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes) {
  DmaStatus status = check_dma(address, data.size());
  if (status == DmaStatus::Ok) status = memory_->read(address, data, attributes);
  if (status != DmaStatus::Ok) {
    std::fill(data.begin(), data.end(), std::byte{0xFF});
    if (status == DmaStatus::NotMapped) config_.record_received_master_abort();
  }
  return finish_dma(BoundaryEventKind::DmaRead, address, data, attributes, status);
}

DmaStatus PciFunction::dma_write(std::uint64_t address, std::span<const std::byte> data,
                                 const DmaAttributes& attributes) {
  DmaStatus status = check_dma(address, data.size());
  if (status == DmaStatus::Ok) status = memory_->write(address, data, attributes);
  if (status == DmaStatus::Ok) diagnostics_.activity();
  return finish_dma(BoundaryEventKind::DmaWrite, address, data, attributes, status);
}

DmaStatus PciFunction::finish_dma(BoundaryEventKind kind, std::uint64_t address, std::span<const std::byte> data,
                                  const DmaAttributes& attributes, DmaStatus status) {
  // A host that went away is nobody's mistake.
  if (status != DmaStatus::Ok && status != DmaStatus::Disconnected)
    report_dma(kind, address, data.size(), attributes, status);
  observe({.kind = kind,
           .function = index_,
           .space = attributes.space,
           .status = status,
           .address = address,
           .data = data});
  return status;
}

void PciFunction::signal(unsigned vector) {
  if (!connected()) return;
  const InterruptControl control = interrupt_control();
  if (vector >= shape_.msix.vectors || !control.msix_enabled || control.function_masked || !control.can_signal) {
    diagnostics_.report(
        {.category = FaultCategory::SimulatorDefect,
         .where = fmt::format("{} MSI-X vector {}", shape_.name, vector),
         .expected = fmt::format("a vector below {} with MSI-X enabled, unmasked and the function able to signal",
                                 shape_.msix.vectors),
         .came = fmt::format("enabled {}, masked {}, able to signal {}; the interrupt is lost", control.msix_enabled,
                             control.function_masked, control.can_signal),
         .blame = "the model of the MSI-X table"});
    return;
  }
  diagnostics_.activity();
  observe({.kind = BoundaryEventKind::Interrupt, .function = index_, .address = vector});
  interrupts_->signal(vector);
}

}  // namespace aie4::pci
