// SPDX-License-Identifier: Apache-2.0
#include "sim/host/pci_bus.hpp"

#include <cerrno>
#include <new>

#include "sim/host/pci_registers.hpp"

namespace aie4::host {
namespace {

using namespace pci_registers;

// Where a PC puts MMIO: below the interrupt controllers at 0xFEC00000, and above memory.
constexpr std::uint64_t kLowBase = 0xC000'0000;
constexpr std::uint64_t kLowSize = 0x3000'0000;
constexpr std::uint64_t kHighBase = 0x80'0000'0000;
constexpr std::uint64_t kHighSize = 0x80'0000'0000;
constexpr std::uint64_t kVfEnableWait = 100 * kPicosecondsPerMillisecond;  // PCI Express base specification, 9.3.3.3.1.
constexpr std::uint64_t kVfDisableWait = 1000 * kPicosecondsPerMillisecond;

}  // namespace

PciBus::PciBus(Host& host, const std::vector<pci::PciFunction*>& functions)
    : host_(host),
      low_(kLowBase, kLowSize, RangeAllocator::Order::BottomUp),
      high_(kHighBase, kHighSize, RangeAllocator::Order::BottomUp) {
  slots_.reserve(functions.size());
  for (pci::PciFunction* function : functions) slots_.push_back({std::make_unique<PciDevice>(host, *function)});
}

std::uint64_t PciBus::place(const Bar& bar) {
  RangeAllocator& window = bar.is_64bit ? high_ : low_;
  const auto address = window.allocate(bar.size, bar.size);
  if (!address) throw std::bad_alloc();
  return *address;
}

void PciBus::enumerate() {
  for (Slot& slot : slots_) {
    slot.exists = slot.device->present();
    slot.virtual_function = !slot.exists;
    if (!slot.exists) continue;
    slot.device->discover();
    slot.device->assign_bars([this](const Bar& bar) { return place(bar); });
    if (const auto sriov = slot.device->extended_capability(kExtendedSriov)) size_vf_bars(*slot.device, *sriov);
  }
}

void PciBus::size_vf_bars(PciDevice& pf, std::uint32_t sriov) {
  const auto total = pf.config_read<std::uint16_t>(sriov + kSriovTotalVfs);
  pf.config_write<std::uint32_t>(sriov + kSriovSystemPageSize, 1);  // 4 KiB.
  vf_bars_.assign(pci::kBarCount, {});
  for (unsigned i = 0; i < pci::kBarCount; ++i) {
    const std::uint32_t at = sriov + kSriovBar0 + 4 * i;
    pf.config_write<std::uint32_t>(at, 0xFFFF'FFFF);
    const auto low = pf.config_read<std::uint32_t>(at);
    if (low == 0) continue;
    Bar& bar = vf_bars_.at(i);
    bar.is_64bit = (low & kBarFlags & ~kBarPrefetch) == kBar64;
    bar.prefetchable = (low & kBarPrefetch) != 0;
    std::uint64_t mask = (low & ~kBarFlags) | 0xFFFF'FFFF'0000'0000;
    if (bar.is_64bit) {
      pf.config_write<std::uint32_t>(at + 4, 0xFFFF'FFFF);
      mask = (low & ~kBarFlags) | std::uint64_t{pf.config_read<std::uint32_t>(at + 4)} << 32;
    }
    bar.size = ~mask + 1;
    // The BARs of all VFs lie side by side.
    const Bar all{bar.size * total, bar.is_64bit, bar.prefetchable, 0};
    RangeAllocator& window = all.is_64bit ? high_ : low_;
    const auto address = window.allocate(all.size, bar.size);
    if (!address) throw std::bad_alloc();
    bar.address = *address;
    pf.config_write<std::uint32_t>(at, static_cast<std::uint32_t>(bar.address));
    if (bar.is_64bit) {
      pf.config_write<std::uint32_t>(at + 4, static_cast<std::uint32_t>(bar.address >> 32));
      ++i;
    }
  }
}

std::vector<PciDevice*> PciBus::devices() {
  std::vector<PciDevice*> found;
  for (const Slot& slot : slots_) {
    if (slot.exists) found.push_back(slot.device.get());
  }
  return found;
}

unsigned PciBus::total_vfs(PciDevice& pf) {
  const auto sriov = pf.extended_capability(kExtendedSriov);
  return sriov ? pf.config_read<std::uint16_t>(*sriov + kSriovTotalVfs) : 0;
}

std::vector<PciDevice*> PciBus::enable_vfs(PciDevice& pf, unsigned count) {
  const auto sriov = pf.extended_capability(kExtendedSriov);
  if (!sriov) throw DriverError(-ENOTTY, {"no SR-IOV capability"});
  const auto initial = pf.config_read<std::uint16_t>(*sriov + kSriovInitialVfs);
  if (count == 0 || count > initial || count > total_vfs(pf)) throw DriverError(-ERANGE, {"too many VFs"});
  pf.config_write<std::uint16_t>(*sriov + kSriovNumVfs, static_cast<std::uint16_t>(count));
  // First offset and stride may depend on NumVFs; a driver reads them now. Here every VF has a slot of its own.
  static_cast<void>(pf.config_read<std::uint16_t>(*sriov + kSriovOffset));
  static_cast<void>(pf.config_read<std::uint16_t>(*sriov + kSriovStride));
  const auto control = pf.config_read<std::uint16_t>(*sriov + kSriovControl);
  pf.config_write<std::uint16_t>(*sriov + kSriovControl,
                                 static_cast<std::uint16_t>(control | kSriovVfEnable | kSriovMemoryEnable));
  host_.sleep(kVfEnableWait);
  const DeviceId id{pf.id().vendor, pf.config_read<std::uint16_t>(*sriov + kSriovVfDeviceId), 0};
  std::vector<PciDevice*> created;
  for (Slot& slot : slots_) {
    if (!slot.virtual_function || created.size() == count) continue;
    slot.exists = true;
    slot.device->discover(id);
    for (unsigned i = 0; i < pci::kBarCount; ++i) {
      Bar bar = vf_bars_.at(i);
      bar.address += bar.size * created.size();
      slot.device->set_bar(i, bar);
    }
    created.push_back(slot.device.get());
  }
  if (created.size() < count) throw DriverError(-ENODEV, {"the capability enables more VFs than the device has"});
  return created;
}

void PciBus::disable_vfs(PciDevice& pf) {
  const auto sriov = pf.extended_capability(kExtendedSriov);
  if (!sriov) return;
  for (Slot& slot : slots_) {
    if (slot.virtual_function) slot.exists = false;
  }
  const auto control = pf.config_read<std::uint16_t>(*sriov + kSriovControl);
  pf.config_write<std::uint16_t>(*sriov + kSriovControl,
                                 static_cast<std::uint16_t>(control & ~(kSriovVfEnable | kSriovMemoryEnable)));
  host_.sleep(kVfDisableWait);
  pf.config_write<std::uint16_t>(*sriov + kSriovNumVfs, 0);
}

}  // namespace aie4::host
