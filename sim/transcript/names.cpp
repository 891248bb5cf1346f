// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/names.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "models/registers/mailbox.hpp"
#include "models/registers/psp.hpp"
#include "models/registers/smu.hpp"
#include "sim/pci/config_names.hpp"

namespace aie4::transcript {
namespace {

namespace mailbox = registers::mailbox;

std::string with_offset(std::string_view base, std::uint64_t offset) {
  return offset == 0 ? std::string(base) : fmt::format("{}+{:#x}", base, offset);
}

std::string register_or_offset(const RegisterBlock& block, unsigned bar, std::uint64_t offset) {
  const RegisterInfo* info = offset < block.size ? block.find(static_cast<std::uint32_t>(offset)) : nullptr;
  return info != nullptr ? std::string(info->name) : fmt::format("BAR{}+{:#x}", bar, offset);
}

std::string bar0_place(std::uint64_t offset) {
  if (offset >= mailbox::kMsixTable && offset < mailbox::kMsixPba) {
    constexpr std::array<std::string_view, 4> kWords = {"address_low", "address_high", "data", "vector_control"};
    const std::uint64_t in_table = offset - mailbox::kMsixTable;
    return with_offset(fmt::format("msix_table[{}].{}", in_table / 16, kWords.at(in_table % 16 / 4)), in_table % 4);
  }
  if (offset >= mailbox::kMsixPba && offset < mailbox::kBar0Size) {
    return with_offset("msix_pba", offset - mailbox::kMsixPba);
  }
  return register_or_offset(mailbox::kBlock, 0, offset);
}

std::string bar2_place(std::uint64_t offset) {
  const auto within = [offset](std::uint64_t start, std::uint64_t size) {
    return offset >= start && offset - start < size;
  };
  if (offset < mailbox::info::kSize) {
    const RegisterInfo* info = mailbox::info::kBlock.find(static_cast<std::uint32_t>(offset & ~std::uint64_t{3}));
    return with_offset(info->name, offset % 4);
  }
  if (within(mailbox::kX2IRing, mailbox::kRingSize)) return with_offset("x2i_ring", offset - mailbox::kX2IRing);
  if (within(mailbox::kI2XRing, mailbox::kRingSize)) return with_offset("i2x_ring", offset - mailbox::kI2XRing);
  if (within(mailbox::kDoorbellBase, std::uint64_t{mailbox::kDoorbells} * mailbox::kDoorbellStride)) {
    const std::uint64_t page = offset - mailbox::kDoorbellBase;
    return with_offset(fmt::format("doorbell {}", page / mailbox::kDoorbellStride), page % mailbox::kDoorbellStride);
  }
  return fmt::format("BAR2+{:#x}", offset);
}

}  // namespace

std::vector<std::string> function_names(const Configuration& configuration) {
  std::vector<std::string> names;
  if (configuration.has_pf) names.emplace_back("pf");
  for (unsigned vf = 0; vf < configuration.vfs; ++vf) names.push_back(fmt::format("vf{}", vf));
  return names;
}

std::string function_name(const std::vector<std::string>& names, std::uint8_t function) {
  return function < names.size() ? names[function] : fmt::format("function {}", function);
}

std::string bar_place(unsigned bar, std::uint64_t offset) {
  switch (bar) {
    case 0:
      return bar0_place(offset);
    case 2:
      return bar2_place(offset);
    case 4:
      return register_or_offset(registers::psp::kBlock, bar, offset);
    case 5:
      return register_or_offset(registers::smu::kBlock, bar, offset);
    default:
      return fmt::format("BAR{}+{:#x}", bar, offset);
  }
}

std::string place(const Event& event) {
  switch (event.kind) {
    case EventKind::ConfigRead:
    case EventKind::ConfigWrite:
      return event.address < 4096
                 ? pci::config_access_name(static_cast<std::uint32_t>(event.address), event.data.size())
                 : fmt::format("{:#x}", event.address);
    case EventKind::BarRead:
    case EventKind::BarWrite:
      return bar_place(event.bar, event.address);
    case EventKind::DmaRead:
    case EventKind::DmaWrite:
      return fmt::format("{}{:#014x}", event.space == DmaSpace::GuestPhysical ? "physical " : "", event.address);
    case EventKind::Interrupt:
      return fmt::format("MSI-X {}", event.address);
    case EventKind::HostView:
      return event.address == 0 ? "extended_config_visible" : event.address == 1 ? "identity_hidden" : "unknown option";
    case EventKind::Connect:
    case EventKind::Reset:
    case EventKind::Disconnect:
      return "";
  }
  return "";
}

std::uint64_t value_of(std::span<const std::byte> data) {
  std::uint64_t value = 0;
  for (std::size_t i = std::min<std::size_t>(data.size(), 8); i-- > 0;) {
    value = (value << 8) | std::to_integer<std::uint64_t>(data[i]);
  }
  return value;
}

std::string time_text(std::uint64_t time_ps) {
  return fmt::format("{}.{:06} us", time_ps / 1'000'000, time_ps % 1'000'000);
}

}  // namespace aie4::transcript
