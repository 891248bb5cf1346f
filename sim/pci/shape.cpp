// SPDX-License-Identifier: Apache-2.0
#include "sim/pci/shape.hpp"

#include <bit>
#include <fmt/format.h>
#include <string_view>

namespace aie4::pci {

namespace {

constexpr std::uint64_t kSmallestBar = 16;  // Base specification 5.0, 7.5.1.2.1.
constexpr std::uint64_t kLargest32BitBar = 1ULL << 31;
constexpr std::uint64_t kSmallestVfBar = 4096;    // 9.3.3.14: whole system pages.
constexpr std::uint32_t kMsixVectorLimit = 2048;  // 7.7.2.2.
constexpr std::uint32_t kMsixEntrySize = 16;
constexpr std::uint32_t kMsixAlignment = 8;  // The low three bits of the offset hold the BAR.

std::string bars_problem(const std::array<BarShape, kBarCount>& bars, std::string_view prefix, std::uint64_t smallest) {
  for (unsigned index = 0; index < kBarCount; ++index) {
    const BarShape& bar = bars[index];
    if (bar.size == 0) continue;
    if (!std::has_single_bit(bar.size) || bar.size < smallest)
      return fmt::format("{}{} has {:#x} bytes, not a power of two of at least {}", prefix, index, bar.size, smallest);
    if (!bar.is_64bit && bar.size > kLargest32BitBar)
      return fmt::format("{}{} has {:#x} bytes, too many for 32 bits", prefix, index, bar.size);
    if (bar.is_64bit && (index + 1 == kBarCount || bars[index + 1].size != 0))
      return fmt::format("{}{} has 64 bits and no free register above it", prefix, index);
  }
  return {};
}

std::string msix_problem(const FunctionShape& shape) {
  const MsixShape& msix = shape.msix;
  if (msix.vectors == 0 || msix.vectors > kMsixVectorLimit)
    return fmt::format("{} MSI-X vectors, not 1..{}", msix.vectors, kMsixVectorLimit);
  if (msix.bar >= kBarCount || shape.bars[msix.bar].size == 0)
    return fmt::format("the MSI-X structures are in BAR{}, which does not exist", msix.bar);
  if (msix.table_offset % kMsixAlignment != 0 || msix.pba_offset % kMsixAlignment != 0)
    return "the MSI-X structures are not aligned to 8 bytes";
  const std::uint64_t table_end = std::uint64_t{msix.table_offset} + std::uint64_t{msix.vectors} * kMsixEntrySize;
  const std::uint64_t pba_end = std::uint64_t{msix.pba_offset} + (std::uint64_t{msix.vectors} + 63) / 64 * 8;
  if (table_end > shape.bars[msix.bar].size || pba_end > shape.bars[msix.bar].size)
    return fmt::format("the MSI-X structures do not fit into BAR{}", msix.bar);
  if (msix.table_offset < pba_end && msix.pba_offset < table_end) return "the MSI-X table and PBA overlap";
  return {};
}

}  // namespace

std::string shape_problem(const FunctionShape& shape) {
  if (shape.class_code >> 24 != 0) return fmt::format("class code {:#x} has more than 24 bits", shape.class_code);
  if (std::string problem = bars_problem(shape.bars, "BAR", kSmallestBar); !problem.empty()) return problem;
  if (std::string problem = msix_problem(shape); !problem.empty()) return problem;
  if (!shape.sriov) return {};
  if (shape.virtual_function) return "a virtual function cannot have virtual functions of its own";
  if (shape.sriov->total_vfs == 0) return "an SR-IOV capability for no VFs";
  return bars_problem(shape.sriov->vf_bars, "VF BAR", kSmallestVfBar);
}

}  // namespace aie4::pci
