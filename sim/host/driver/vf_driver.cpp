// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/vf_driver.hpp"

#include <algorithm>
#include <cerrno>

namespace aie4::host {
namespace {

namespace opcode = management::opcode;

}  // namespace

VfDriver::VfDriver(PciDevice& device) : device_(device), link_(device) {
  try {
    probe();
  } catch (...) {
    link_.stop();
    device_.disable_msix();
    device_.disable();
    throw;
  }
  bound_ = true;
}

VfDriver::~VfDriver() {
  remove();
}

void VfDriver::probe() {
  set_up_function(device_, {0x17F3, 0x1B0C}, {0, 2});
  set_up_interrupts(device_);
  try {
    start_hardware();
  } catch (const DriverError& error) {
    throw device_.host().log().fail(error, "Hardware init failed, ret {}", error.code());
  }
}

void VfDriver::start_hardware() {
  link_.start();
  {
    namespace message = management::aie_tile_info;
    const std::vector<std::byte> response = link_.request(opcode::kAIE_TILE_INFO);
    const auto half = [&response](const management::Field& field) {
      return static_cast<std::uint16_t>(management::get(response, field));
    };
    tile_info_ = {.column_dump_size = static_cast<std::uint32_t>(management::get(response, message::kSize)),
                  .major = half(message::kMajor),
                  .minor = half(message::kMinor),
                  .cols = half(message::kCols),
                  .rows = half(message::kRows),
                  .core_rows = half(message::kCoreRows),
                  .mem_rows = half(message::kMemRows),
                  .shim_rows = half(message::kShimRows)};
  }
  namespace message = management::create_partition;
  try {
    const std::vector<std::byte> response =
        link_.request(opcode::kCREATE_PARTITION,
                      {{message::kStartColumn, 0},
                       {message::kColumnCount, std::max<std::uint32_t>(kPartitionColumns, tile_info_.cols)}});
    partition_id_ = static_cast<std::uint32_t>(management::get(response, message::kPartitionId));
  } catch (const DriverError& error) {
    throw device_.host().log().fail(error, "partition init failed: {}", error.code());
  }
}

std::unique_ptr<Context> VfDriver::create_context(Queue& queue, const ContextOptions& options) {
  namespace message = management::create_hw_context;
  KernelLog& log = device_.host().log();
  const std::uint32_t tiles =
      options.num_tiles != 0 ? options.num_tiles : std::uint32_t{tile_info_.cols} * tile_info_.core_rows;
  try {
    if (partition_id_ == 0) {
      throw log.fail(-EINVAL, "invalid request partition_id {}, num_tiles {}", partition_id_, tiles);
    }
    std::vector<std::byte> response;
    try {
      response = link_.request(opcode::kCREATE_HW_CONTEXT, {{message::kPartitionId, partition_id_},
                                                            {message::kRequestNumTiles, tiles},
                                                            {message::kHsaAddrHigh, queue.address() >> 32},
                                                            {message::kHsaAddrLow, queue.address()},
                                                            {message::kPasid, kNoPasid},
                                                            {message::kPriorityBand, options.priority}});
    } catch (const DriverError& error) {
      throw log.fail(error, "create ctx failed: {}", error.code());
    }
    const auto field = [&response](const management::Field& f) {
      return static_cast<std::uint32_t>(management::get(response, f));
    };
    const std::uint32_t id = field(message::kHwContextId);
    const std::uint32_t vector = field(message::kJobCompleteMsixIdx);
    try {
      acquire_completion(vector);
    } catch (const DriverError&) {
      destroy_context(id);
      throw;
    }
    return std::make_unique<Context>(*this, queue, id, field(message::kDoorbellOffset), vector);
  } catch (const DriverError& error) {
    throw log.fail(error, "Init hwctx failed, ret {}", error.code());
  }
}

void VfDriver::acquire_completion(unsigned vector) {
  KernelLog& log = device_.host().log();
  if (vector >= device_.msix_vectors()) {
    throw log.fail(-EINVAL, "MSI-X idx {} is invalid, ret:{}", vector, -EINVAL);
  }
  Completion& completion = completions_[vector];
  if (completion.users == 0) {
    if (device_.interrupts().requested(vector)) {
      completions_.erase(vector);
      throw log.fail(-EBUSY, "request irq {} failed {}", vector, -EBUSY);
    }
    device_.request_irq(vector, [&completion] { ++completion.interrupts; });
  }
  ++completion.users;
}

void VfDriver::release_completion(unsigned vector) {
  Completion& completion = completions_.at(vector);
  if (--completion.users != 0) return;
  device_.free_irq(vector);
  completions_.erase(vector);
}

void VfDriver::destroy_context(std::uint32_t id) {
  try {
    link_.request(opcode::kDESTROY_HW_CONTEXT, {{management::destroy_hw_context::kHwContextId, id}});
  } catch (const DriverError&) {  // NOLINT(bugprone-empty-catch): logged where it arose; the driver goes on
  }
}

void VfDriver::remove() {
  if (!bound_) return;
  bound_ = false;
  try {
    link_.request(opcode::kDESTROY_PARTITION, {{management::destroy_partition::kPartitionId, partition_id_}});
  } catch (const DriverError& error) {
    device_.host().log().error(fmt::format("partition fini failed: {}", error.code()));
  }
  link_.stop();
  device_.disable_msix();
  device_.disable();
}

}  // namespace aie4::host
