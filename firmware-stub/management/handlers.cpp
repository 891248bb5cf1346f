// SPDX-License-Identifier: Apache-2.0
// What each management message does. Sizes and senders have been checked; every refusal says why.
#include <algorithm>
#include <array>
#include <bit>
#include <fmt/format.h>

#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/management/firmware.hpp"
#include "models/registers/mailbox.hpp"

namespace aie4::management {
namespace {

constexpr std::uint64_t kMiB = 1U << 20;
constexpr std::uint64_t kMinWorkBuffer = 4 * kMiB;
constexpr std::uint64_t kMaxWorkBuffer = 64 * kMiB;
constexpr unsigned kPf = 0;
// Several partitions of a VF share the array in time; the driver creates one.
constexpr std::size_t kMaxPartitions = 8;
constexpr std::uint64_t kNoQueue = ~std::uint64_t{0};

// AIE version that AIE_TILE_INFO reports. Assumed: the driver only hands it on.
constexpr std::uint64_t kAieMajor = 4;
constexpr std::uint64_t kAieMinor = 0;

}  // namespace

Status ManagementFirmware::attach_work_buffer(std::span<const std::byte> request) {
  const std::uint64_t address = get(request, attach_work_buffer::kAddress);
  const std::uint64_t size = get(request, attach_work_buffer::kSize);
  // Legal sizes and alignment: firmware rule as documented by the out-of-tree driver.
  const bool legal = std::has_single_bit(size) && size >= kMinWorkBuffer && size <= kMaxWorkBuffer;
  if (!legal || address % size != 0) {
    return refuse(kPf, "ATTACH_WORK_BUFFER", "4, 8, 16, 32 or 64 MiB, aligned to the size",
                  fmt::format("{:#x} bytes at {:#x}", size, address));
  }
  work_buffer_attached_ = true;
  return Status::SUCCESS;
}

Status ManagementFirmware::suspend() {
  if (faults_.strikes(Fault::SuspendError)) return Status::ERROR;
  for (unsigned index = first_vf(); index < functions_.size(); ++index) release_function(index);
  work_buffer_attached_ = false;
  return Status::SUCCESS;
}

Status ManagementFirmware::create_vfs(std::span<const std::byte> request) {
  if (faults_.strikes(Fault::CreateVfsRefused)) return Status::ERROR;
  const std::uint64_t count = get(request, create_vfs::kCount);
  if (configuration_.vf_mode != VfMode::Sriov) {
    return refuse(kPf, "CREATE_VFS", "a device with SR-IOV", "static VFs by configuration");
  }
  if (vfs_created_ != 0) {
    return refuse(kPf, "CREATE_VFS", "no VFs yet", fmt::format("{} exist", vfs_created_));
  }
  if (count == 0 || count > configuration_.vfs) {
    return refuse(kPf, "CREATE_VFS", fmt::format("1 to {} VFs", configuration_.vfs), fmt::format("{}", count));
  }
  vfs_created_ = static_cast<unsigned>(count);
  for (unsigned vf = 0; vf < vfs_created_; ++vf) functions_[first_vf() + vf].mailbox.publish();
  return Status::SUCCESS;
}

Status ManagementFirmware::destroy_vfs() {
  if (vfs_created_ == 0) return refuse(kPf, "DESTROY_VFS", "existing VFs", "none");
  for (unsigned vf = 0; vf < vfs_created_; ++vf) {
    release_function(first_vf() + vf);
    functions_[first_vf() + vf].mailbox.withdraw();
  }
  vfs_created_ = 0;
  return faults_.strikes(Fault::DestroyVfsError) ? Status::ERROR : Status::SUCCESS;
}

Status ManagementFirmware::tile_info(std::span<std::byte> response) {
  using namespace aie_tile_info;
  const Parameters& array = configuration_.parameters;
  constexpr std::uint64_t kShimRowCount = 1;
  set(response, kSize, array.column_dump_bytes);
  set(response, kMajor, kAieMajor);
  set(response, kMinor, kAieMinor);
  set(response, kCols, array.columns);
  set(response, kRows, kShimRowCount + array.mem_rows + array.core_rows);
  set(response, kCoreRows, array.core_rows);
  set(response, kMemRows, array.mem_rows);
  set(response, kShimRows, kShimRowCount);
  set(response, kShimRowStart, 0);
  set(response, kMemRowStart, kShimRowCount);
  set(response, kCoreRowStart, kShimRowCount + array.mem_rows);
  set(response, kCoreDmaChannels, array.core_dma_channels);
  set(response, kMemDmaChannels, array.mem_dma_channels);
  set(response, kShimDmaChannels, array.shim_dma_channels);
  set(response, kCoreLocks, array.core_locks);
  set(response, kMemLocks, array.mem_locks);
  set(response, kShimLocks, array.shim_locks);
  set(response, kCoreEvents, array.core_events);
  set(response, kMemEvents, array.mem_events);
  set(response, kShimEvents, array.shim_events);
  return Status::SUCCESS;
}

Status ManagementFirmware::create_partition(Function& function, std::span<const std::byte> request,
                                            std::span<std::byte> response) {
  const std::uint64_t start = get(request, create_partition::kStartColumn);
  const std::uint64_t count = get(request, create_partition::kColumnCount);
  const std::uint64_t columns = configuration_.parameters.columns;
  const auto index = static_cast<unsigned>(&function - functions_.data());
  if (start != 0 || count == 0 || count > columns) {
    return refuse(index, "CREATE_PARTITION", fmt::format("start column 0 and 1 to {} columns", columns),
                  fmt::format("start {}, count {}", start, count));
  }
  if (function.partitions.size() == kMaxPartitions) {
    return refuse(index, "CREATE_PARTITION", fmt::format("at most {} partitions", kMaxPartitions), "one more");
  }
  std::uint32_t id = 1;
  while (std::ranges::find(function.partitions, id, &Partition::id) != function.partitions.end()) ++id;
  function.partitions.push_back({id, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(count)});
  set(response, create_partition::kPartitionId, faults_.strikes(Fault::PartitionIdZero) ? 0 : id);
  return Status::SUCCESS;
}

Status ManagementFirmware::destroy_partition(unsigned index, std::span<const std::byte> request) {
  Function& function = functions_[index];
  const auto id = static_cast<std::uint32_t>(get(request, destroy_partition::kPartitionId));
  const auto found = std::ranges::find(function.partitions, id, &Partition::id);
  if (found == function.partitions.end()) {
    return refuse(index, "DESTROY_PARTITION", "an existing partition", fmt::format("{}", id));
  }
  for (std::uint32_t slot = 0; slot < function.context_slots.size(); ++slot) {
    const HwContext* context = scheduler_.find(index, slot);
    if (context == nullptr || context->partition != id) continue;
    scheduler_.remove(index, slot);
    release_context(index, slot);
  }
  function.partitions.erase(found);
  return faults_.strikes(Fault::DestroyPartitionError) ? Status::ERROR : Status::SUCCESS;
}

Status ManagementFirmware::create_hw_context(unsigned index, std::span<const std::byte> request,
                                             std::span<std::byte> response) {
  using namespace create_hw_context;
  constexpr std::string_view kName = "CREATE_HW_CONTEXT";
  if (faults_.strikes(Fault::ContextRefused)) return Status::ERROR;
  Function& function = functions_[index];
  const Parameters& parameters = configuration_.parameters;
  const auto partition = static_cast<std::uint32_t>(get(request, kPartitionId));
  const auto found = std::ranges::find(function.partitions, partition, &Partition::id);
  if (found == function.partitions.end()) {
    return refuse(index, kName, "an existing partition", fmt::format("{}", partition));
  }
  if (configuration_.has_pf && !work_buffer_attached_) {
    return refuse(index, kName, "a work buffer attached by the PF", "none");
  }
  const std::uint64_t tiles = get(request, kRequestNumTiles);
  const bool whole_columns = tiles % parameters.core_rows == 0 && tiles / parameters.core_rows <= found->columns;
  if (tiles == 0 || (tiles > parameters.core_rows && !whole_columns)) {
    return refuse(index, kName, fmt::format("a part of a column, or 1 to {} whole columns of tiles", found->columns),
                  fmt::format("{} tiles", tiles));
  }
  const std::uint64_t hsa = hsa_address(request);
  if (hsa == kNoQueue || hsa % 8 != 0) {
    return refuse(index, kName, "a host queue, 8-byte aligned", fmt::format("{:#x}", hsa));
  }
  if (is_tagged(static_cast<std::uint32_t>(get(request, kPasid)))) {
    controller_.diagnostics().unmodelled("feature", "PASID-tagged DMA", function.mailbox.owner());
    return Status::ERROR;
  }
  const auto free = std::ranges::find(function.context_slots, false);
  if (free == function.context_slots.end()) {
    return refuse(index, kName, fmt::format("at most {} contexts of a VF", parameters.contexts_per_vf), "one more");
  }
  const auto slot = static_cast<std::uint32_t>(free - function.context_slots.begin());
  *free = true;
  const auto vectors = static_cast<std::uint32_t>(parameters.vf_vectors);
  HwContext context{.function = index,
                    .id = slot,
                    .partition = partition,
                    .hsa_address = hsa,
                    .vector = 1 + slot % (vectors - 1),
                    .band = band_of(static_cast<std::uint32_t>(get(request, kPriorityBand)))};
  mirror_write_index(context);
  scheduler_.add(context);
  ++counters_.contexts_created;

  if (faults_.strikes(Fault::CompletionVectorOutOfRange)) context.vector = vectors;
  if (faults_.strikes(Fault::CompletionVectorShared)) context.vector = kMailboxVector;
  const std::uint32_t skew = faults_.strikes(Fault::DoorbellUnaligned) ? 0x10 : 0;
  set(response, kHwContextId, slot);
  set(response, kDoorbellOffset, registers::mailbox::kDoorbellBase + slot * registers::mailbox::kDoorbellStride + skew);
  set(response, kJobCompleteMsixIdx, context.vector);
  return Status::SUCCESS;
}

/// The driver may wait for the first command while its doorbell is still on the way: the word that it reads in place of
/// write_index has to be there before it has a context to wait for. From then on CERT keeps it.
void ManagementFirmware::mirror_write_index(const HwContext& context) {
  using cert::QueueHeader;
  std::array<std::byte, QueueHeader::kCompactSize> first{};
  if (!cert::keeps_mirrors(controller_.parameters())) return;
  if (controller_.read_host(context.function, context.id, context.hsa_address, first) != DmaStatus::Ok) return;
  const std::optional<std::uint64_t> word = cert::missing_mirror(first);
  if (!word) return;
  controller_.write_host(context.function, context.id, context.hsa_address + QueueHeader::kMirror,
                         std::as_bytes(std::span(&*word, 1)));
}

Status ManagementFirmware::destroy_hw_context(unsigned index, std::span<const std::byte> request) {
  const auto id = static_cast<std::uint32_t>(get(request, destroy_hw_context::kHwContextId));
  if (!scheduler_.remove(index, id)) {
    return refuse(index, "DESTROY_HW_CONTEXT", "an existing context", fmt::format("{}", id));
  }
  release_context(index, id);
  return faults_.strikes(Fault::DestroyContextError) ? Status::ERROR : Status::SUCCESS;
}

}  // namespace aie4::management
