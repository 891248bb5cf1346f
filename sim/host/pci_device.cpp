// SPDX-License-Identifier: Apache-2.0
#include "sim/host/pci_device.hpp"

#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "sim/host/pci_registers.hpp"

namespace aie4::host {
namespace {

using namespace pci_registers;

constexpr std::uint64_t kResetWait = 100 * kPicosecondsPerMillisecond;  // PCI Express base specification, 6.6.2.
constexpr std::uint32_t kMessageAddress = 0xFEE0'0000;                  // x86: the local APIC of processor 0.
constexpr std::uint32_t kFirstMessage = 0x20;
constexpr unsigned kCapabilityLimit = 48;  // More would overlap: the list is a loop.

}  // namespace

AccessCounts operator-(const AccessCounts& a, const AccessCounts& b) {
  return {a.config_reads - b.config_reads, a.config_writes - b.config_writes, a.bar_reads - b.bar_reads,
          a.bar_writes - b.bar_writes};
}

PciDevice::PciDevice(Host& host, pci::PciFunction& function)
    : host_(host), function_(function), dma_(host.memory(), host.address_mode()) {
  host_.attach(interrupts_);
  function_.connect(interrupts_, dma_);
}

PciDevice::~PciDevice() {
  function_.disconnect();
  host_.detach(interrupts_);
}

void PciDevice::config_read_bytes(std::uint32_t offset, std::span<std::byte> data) {
  ++accesses_.config_reads;
  function_.config_read(offset, data);
  host_.clock().settle();
}

void PciDevice::config_write_bytes(std::uint32_t offset, std::span<const std::byte> data) {
  ++accesses_.config_writes;
  function_.config_write(offset, data);
  host_.clock().settle();
}

bool PciDevice::present() {
  return config_read<std::uint32_t>(kVendorId) != 0xFFFF'FFFF;
}

void PciDevice::discover(std::optional<DeviceId> sriov) {
  sriov_vf_ = sriov.has_value();
  if (sriov) {
    id_ = *sriov;
  } else {
    id_.vendor = config_read<std::uint16_t>(kVendorId);
    id_.device = config_read<std::uint16_t>(kDeviceId);
  }
  id_.revision = config_read<std::uint8_t>(kRevision);
  if ((config_read<std::uint8_t>(kHeaderType) & 0x7FU) != 0) throw std::runtime_error("not a type 0 header");
  walk_capabilities();
}

void PciDevice::walk_capabilities() {
  capabilities_.clear();
  extended_.clear();
  if ((config_read<std::uint16_t>(kStatus) & kStatusCapabilities) != 0) {
    std::uint32_t at = config_read<std::uint8_t>(kCapabilityPointer) & 0xFCU;
    for (unsigned n = 0; at >= 0x40 && n < kCapabilityLimit; ++n) {
      const auto header = config_read<std::uint16_t>(at);
      capabilities_.emplace(static_cast<std::uint8_t>(header & 0xFFU), at);
      at = (header >> 8) & 0xFCU;
    }
  }
  if (!capabilities_.contains(kCapabilityExpress)) return;
  std::uint32_t at = kExtended;
  for (unsigned n = 0; at >= kExtended && n < kCapabilityLimit; ++n) {
    const auto header = config_read<std::uint32_t>(at);
    if (header == 0 || header == 0xFFFF'FFFF) break;
    extended_.emplace(static_cast<std::uint16_t>(header & 0xFFFFU), at);
    at = (header >> 20) & 0xFFCU;
  }
}

std::optional<std::uint32_t> PciDevice::capability(std::uint8_t id) const {
  const auto found = capabilities_.find(id);
  if (found == capabilities_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint32_t> PciDevice::extended_capability(std::uint16_t id) const {
  const auto found = extended_.find(id);
  if (found == extended_.end()) return std::nullopt;
  return found->second;
}

void PciDevice::assign_bars(const MmioWindow& window) {
  update_command(kCommandMemory, 0);
  for (unsigned i = 0; i < pci::kBarCount; ++i) {
    const std::uint32_t at = kBar0 + 4 * i;
    const auto original = config_read<std::uint32_t>(at);
    config_write<std::uint32_t>(at, 0xFFFF'FFFF);
    const auto low = config_read<std::uint32_t>(at);
    config_write<std::uint32_t>(at, original);
    Bar& bar = bars_.at(i);
    bar = {};
    if (low == 0 || (low & kBarIo) != 0) continue;
    bar.is_64bit = (low & kBarFlags & ~kBarPrefetch) == kBar64;
    bar.prefetchable = (low & kBarPrefetch) != 0;
    std::uint64_t mask = low & ~kBarFlags;
    if (bar.is_64bit) {
      const auto high_original = config_read<std::uint32_t>(at + 4);
      config_write<std::uint32_t>(at + 4, 0xFFFF'FFFF);
      mask |= std::uint64_t{config_read<std::uint32_t>(at + 4)} << 32;
      config_write<std::uint32_t>(at + 4, high_original);
    } else {
      mask |= 0xFFFF'FFFF'0000'0000;
    }
    bar.size = ~mask + 1;
    bar.address = window(bar);
    write_bar_address(i);
    if (bar.is_64bit) bars_.at(++i) = {};
  }
}

void PciDevice::write_bar_address(unsigned index) {
  const Bar& bar = bars_.at(index);
  config_write<std::uint32_t>(kBar0 + 4 * index, static_cast<std::uint32_t>(bar.address));
  if (bar.is_64bit) config_write<std::uint32_t>(kBar0 + 4 * index + 4, static_cast<std::uint32_t>(bar.address >> 32));
}

void PciDevice::update_command(std::uint16_t clear, std::uint16_t set) {
  const auto command = config_read<std::uint16_t>(kCommand);
  const auto wanted = static_cast<std::uint16_t>((command & ~clear) | set);
  if (wanted != command) config_write<std::uint16_t>(kCommand, wanted);
}

void PciDevice::enable() {
  update_command(0, kCommandMemory);
}
void PciDevice::disable() {
  update_command(kCommandMaster, 0);
}
void PciDevice::set_bus_master() {
  update_command(0, kCommandMaster);
}

bool PciDevice::reset_function() {
  const auto express = capability(kCapabilityExpress);
  if (!express) return false;
  if ((config_read<std::uint32_t>(*express + kExpressDeviceCapabilities) & kExpressFlrCapable) == 0) return false;
  const auto command = config_read<std::uint16_t>(kCommand);
  const auto control = config_read<std::uint16_t>(*express + kExpressDeviceControl);
  config_write<std::uint16_t>(kCommand, kCommandIntxDisable);
  config_write<std::uint16_t>(*express + kExpressDeviceControl, static_cast<std::uint16_t>(control | kExpressFlr));
  host_.sleep(kResetWait);
  config_write<std::uint16_t>(*express + kExpressDeviceControl, control);
  if (!sriov_vf_) {
    for (unsigned i = 0; i < pci::kBarCount; ++i) {
      if (bars_.at(i).size != 0) write_bar_address(i);
    }
  }
  config_write<std::uint16_t>(kCommand, command);
  if (msix_enabled_) {
    msix_control(0, kMsixMaskAll | kMsixEnable);
    for (unsigned vector = 0; vector < msix_vectors(); ++vector) {
      if (interrupts_.requested(vector)) {
        write_msix_entry(vector);
      } else {
        write32(msix_bar_, msix_entry(vector) + kMsixEntryControl, kMsixEntryMasked);
      }
    }
    msix_control(kMsixMaskAll, 0);
  }
  return true;
}

pci::AccessStatus PciDevice::read_bytes(unsigned bar, std::uint64_t offset, std::span<std::byte> data) {
  ++accesses_.bar_reads;
  const pci::AccessStatus status = function_.bar_read(bar, offset, data);
  host_.clock().settle();
  return status;
}

pci::AccessStatus PciDevice::write_bytes(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) {
  ++accesses_.bar_writes;
  const pci::AccessStatus status = function_.bar_write(bar, offset, data);
  host_.clock().settle();
  return status;
}

std::uint32_t PciDevice::read32(unsigned bar, std::uint64_t offset) {
  std::uint32_t value = 0xFFFF'FFFF;
  read_bytes(bar, offset, std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

void PciDevice::write32(unsigned bar, std::uint64_t offset, std::uint32_t value) {
  write_bytes(bar, offset, std::as_bytes(std::span(&value, 1)));
}

void PciDevice::read_block(unsigned bar, std::uint64_t offset, std::span<std::byte> data) {
  for (std::size_t at = 0; at < data.size(); at += 4) read_bytes(bar, offset + at, data.subspan(at, 4));
}

void PciDevice::write_block(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) {
  for (std::size_t at = 0; at < data.size(); at += 4) write_bytes(bar, offset + at, data.subspan(at, 4));
}

unsigned PciDevice::msix_vectors() {
  const auto msix = capability(kCapabilityMsix);
  if (!msix) return 0;
  return (config_read<std::uint16_t>(*msix + kMsixControl) & kMsixSizeMask) + 1U;
}

void PciDevice::msix_control(std::uint16_t clear, std::uint16_t set) {
  const std::uint32_t at = capabilities_.at(kCapabilityMsix) + kMsixControl;
  const auto control = config_read<std::uint16_t>(at);
  config_write<std::uint16_t>(at, static_cast<std::uint16_t>((control & ~clear) | set));
}

std::uint64_t PciDevice::msix_entry(unsigned vector) const {
  return msix_table_ + std::uint64_t{vector} * kMsixEntrySize;
}

void PciDevice::enable_msix() {
  const std::uint32_t msix = capabilities_.at(kCapabilityMsix);
  const unsigned vectors = msix_vectors();
  msix_control(0, kMsixMaskAll | kMsixEnable);
  const auto table = config_read<std::uint32_t>(msix + kMsixTable);
  msix_bar_ = table & kMsixBirMask;
  msix_table_ = table & ~kMsixBirMask;
  for (unsigned vector = 0; vector < vectors; ++vector) {
    write32(msix_bar_, msix_entry(vector) + kMsixEntryControl, kMsixEntryMasked);
  }
  msix_control(kMsixMaskAll, 0);
  msix_enabled_ = true;
}

void PciDevice::disable_msix() {
  if (!msix_enabled_) return;
  const unsigned vectors = msix_vectors();
  for (unsigned vector = 0; vector < vectors; ++vector) {
    write32(msix_bar_, msix_entry(vector) + kMsixEntryControl, kMsixEntryMasked);
  }
  msix_control(kMsixEnable, 0);
  msix_enabled_ = false;
}

void PciDevice::write_msix_entry(unsigned vector) {
  const std::uint64_t entry = msix_entry(vector);
  write32(msix_bar_, entry + kMsixEntryAddressLow, kMessageAddress);
  write32(msix_bar_, entry + kMsixEntryAddressHigh, 0);
  write32(msix_bar_, entry + kMsixEntryData, kFirstMessage + vector);
  write32(msix_bar_, entry + kMsixEntryControl, 0);
}

void PciDevice::request_irq(unsigned vector, InterruptController::Handler handler) {
  interrupts_.request(vector, std::move(handler));
  write_msix_entry(vector);
}

void PciDevice::free_irq(unsigned vector) {
  write32(msix_bar_, msix_entry(vector) + kMsixEntryControl, kMsixEntryMasked);
  interrupts_.release(vector);
}

}  // namespace aie4::host
