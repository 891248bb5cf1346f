// SPDX-License-Identifier: Apache-2.0
// The virtual function's driver: partition and hardware contexts (host-interface, 9.3 to 9.5).
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "sim/host/driver/context.hpp"
#include "sim/host/driver/management_link.hpp"

namespace aie4::host {

/// What AIE_TILE_INFO answered.
struct TileInfo {
  std::uint32_t column_dump_size = 0;  ///< Bytes.
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::uint16_t cols = 0;
  std::uint16_t rows = 0;
  std::uint16_t core_rows = 0;
  std::uint16_t mem_rows = 0;
  std::uint16_t shim_rows = 0;
};

/// Bound to a VF from construction until `remove`. Its contexts are destroyed before.
class VfDriver {
 public:
  /// Columns that amdxdna asks for, of the only array that there is. Of a wider one this driver takes all.
  static constexpr std::uint32_t kPartitionColumns = 3;
  /// The driver always sets the valid bit; without PASID the id is "none" cut to 20 bits (host-interface, 7.1).
  static constexpr std::uint32_t kNoPasid = 0x800F'FFFF;

  /// Probes. Throws DriverError, with everything undone, as amdxdna does.
  explicit VfDriver(PciDevice& device);
  /// Removes, if nobody has.
  ~VfDriver();
  VfDriver(const VfDriver&) = delete;
  VfDriver& operator=(const VfDriver&) = delete;

  [[nodiscard]] PciDevice& device() { return device_; }
  [[nodiscard]] ManagementLink& link() { return link_; }
  [[nodiscard]] const TileInfo& tile_info() const { return tile_info_; }
  [[nodiscard]] std::uint32_t partition_id() const { return partition_id_; }

  struct ContextOptions {
    std::uint32_t num_tiles = 0;  ///< 0: all columns, columns x core_rows.
    std::uint32_t priority = 0;   ///< Raw QoS priority: 0x100 realtime, 0x180 high, 0x200 normal, 0x280 low.
  };
  /// DRM_IOCTL_AMDXDNA_CREATE_HWCTX on a queue. Throws DriverError.
  [[nodiscard]] std::unique_ptr<Context> create_context(Queue& queue, const ContextOptions& options);
  [[nodiscard]] std::unique_ptr<Context> create_context(Queue& queue) { return create_context(queue, {}); }

  /// Unbinds: DESTROY_PARTITION and the mailbox. Failures are logged and otherwise ignored.
  void remove();

 private:
  friend class Context;
  struct Completion {
    unsigned users = 0;
    std::uint64_t interrupts = 0;
  };

  void probe();
  void start_hardware();
  void acquire_completion(unsigned vector);
  void release_completion(unsigned vector);
  void destroy_context(std::uint32_t id);

  PciDevice& device_;
  ManagementLink link_;
  TileInfo tile_info_;
  std::uint32_t partition_id_ = 0;
  bool bound_ = false;
  std::map<unsigned, Completion> completions_;  ///< By vector.
};

}  // namespace aie4::host
