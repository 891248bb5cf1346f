// SPDX-License-Identifier: Apache-2.0
// The management firmware: answers the messages of table A (amdxdna of Linux 7.2 and 7.3), keeps partitions and
// hardware contexts, and runs the scheduler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware-stub/management/mailbox.hpp"
#include "firmware-stub/management/messages.hpp"
#include "firmware-stub/management/scheduler.hpp"
#include "models/npu/configuration.hpp"
#include "models/soc/management_controller.hpp"

namespace aie4::management {

/// Totals for the end-of-run summary; outlives the firmware.
struct ManagementCounters {
  std::uint64_t messages = 0;
  std::uint64_t refused_messages = 0;
  std::uint64_t contexts_created = 0;
  std::uint64_t contexts_destroyed = 0;
  std::uint64_t boots = 0;
};

class ManagementFirmware : public ControllerProgram {
 public:
  ManagementFirmware(ManagementController& controller, const Configuration& configuration, FaultPlan& faults,
                     ManagementCounters& counters, const MessageTable& messages);

  void run() override;

 private:
  struct Partition {
    std::uint32_t id = 0;
    std::uint32_t start_column = 0;
    std::uint32_t columns = 0;
  };
  /// What the firmware keeps for one PCI function.
  struct Function {
    Mailbox mailbox;
    Sender kind;
    std::vector<Partition> partitions;
    std::vector<bool> context_slots;
  };

  void boot();
  void discard_events(unsigned index);
  void load_cert();
  void service_function(unsigned index);
  void service_doorbells(unsigned index);
  void function_was_reset(unsigned index);
  void release_function(unsigned index);
  /// What is left of a context that the scheduler has forgotten.
  void release_context(unsigned index, std::uint32_t slot);

  void handle(unsigned index, const Request& request);
  [[nodiscard]] Status dispatch(unsigned index, const Request& request, std::span<std::byte> response);
  [[nodiscard]] Status attach_work_buffer(std::span<const std::byte> request);
  [[nodiscard]] Status suspend();
  [[nodiscard]] Status create_vfs(std::span<const std::byte> request);
  [[nodiscard]] Status destroy_vfs();
  [[nodiscard]] Status tile_info(std::span<std::byte> response);
  [[nodiscard]] Status create_partition(Function& function, std::span<const std::byte> request,
                                        std::span<std::byte> response);
  [[nodiscard]] Status destroy_partition(unsigned index, std::span<const std::byte> request);
  [[nodiscard]] Status create_hw_context(unsigned index, std::span<const std::byte> request,
                                         std::span<std::byte> response);
  [[nodiscard]] Status destroy_hw_context(unsigned index, std::span<const std::byte> request);
  void mirror_write_index(const HwContext& context);

  /// Reports a request that is refused for a reason the sender can mend.
  [[nodiscard]] Status refuse(unsigned index, std::string_view message, std::string expected, std::string came);
  [[nodiscard]] unsigned first_vf() const { return configuration_.has_pf ? 1 : 0; }

  ManagementController& controller_;
  const Configuration& configuration_;
  FaultPlan& faults_;
  ManagementCounters& counters_;
  const MessageTable& messages_;
  Scheduler scheduler_;
  std::vector<Function> functions_;
  std::vector<std::byte> buffer_;
  unsigned vfs_created_ = 0;
  bool work_buffer_attached_ = false;
};

/// Which personality (protocol major) a management image holds; none = not one of ours.
using ImagePersonality = std::function<std::optional<unsigned>(std::span<const std::byte> image)>;

/// Makes the firmware that an image names. The arguments outlive the factory.
[[nodiscard]] ManagementProgramFactory make_management_factory(const Configuration& configuration, FaultPlan& faults,
                                                               ManagementCounters& counters,
                                                               ImagePersonality recognise);

}  // namespace aie4::management
