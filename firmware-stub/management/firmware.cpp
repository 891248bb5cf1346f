// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/management/firmware.hpp"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <utility>

#include "models/common/time.hpp"
#include "models/npu/npu.hpp"
#include "models/registers/mailbox.hpp"
#include "models/registers/mpnpu.hpp"

namespace aie4::management {
namespace {

namespace map = registers::mpnpu;

std::uint64_t control(unsigned function, std::uint32_t offset) {
  return map::kFunctions + function * map::kFunctionStride + map::kControl + offset;
}

constexpr std::uint32_t bit(const RegisterField& field) {
  return 1U << field.lsb;
}

}  // namespace

ManagementFirmware::ManagementFirmware(ManagementController& controller, const Configuration& configuration,
                                       FaultPlan& faults, ManagementCounters& counters, const MessageTable& messages)
    : controller_(controller),
      configuration_(configuration),
      faults_(faults),
      counters_(counters),
      messages_(messages),
      scheduler_(controller, faults) {
  const auto contexts = static_cast<std::size_t>(configuration.parameters.contexts_per_vf);
  functions_.reserve(controller.function_count());
  for (unsigned index = 0; index < controller.function_count(); ++index) {
    const bool pf = configuration.has_pf && index == 0;
    functions_.push_back({.mailbox = Mailbox(controller, index, Npu::function_name(configuration, index), faults),
                          .kind = pf ? Sender::Pf : Sender::Vf,
                          .partitions = {},
                          .context_slots = std::vector<bool>(pf ? 0 : contexts)});
  }
}

void ManagementFirmware::run() {
  boot();
  for (;;) {
    for (unsigned index = 0; index < functions_.size(); ++index) service_function(index);
    scheduler_.service();
    controller_.wait_for_interrupt(scheduler_.deadline());
  }
}

void ManagementFirmware::boot() {
  ++counters_.boots;
  controller_.consume(sc_core::sc_time(static_cast<double>(controller_.parameters().firmware_boot_us), sc_core::SC_US),
                      {WaitReason::Clock, "boot, us", controller_.parameters().firmware_boot_us, "time"});
  load_cert();
  // What the host did before the firmware ran is none of its business: resets at power-on above all.
  for (unsigned index = 0; index < functions_.size(); ++index) discard_events(index);
  if (configuration_.has_pf) functions_.front().mailbox.publish();
  if (configuration_.vf_mode == VfMode::Sriov && configuration_.has_pf) return;
  for (unsigned index = first_vf(); index < functions_.size(); ++index) functions_[index].mailbox.publish();
}

/// What happened before the firmware was there has nothing to do with it: a reset of then, taken for one of now, would
/// pull the rings away from a driver that has just seen `valid`.
void ManagementFirmware::discard_events(unsigned index) {
  const std::uint32_t event = controller_.read32(control(index, map::kEvent));
  if (event == 0) return;
  controller_.write32(control(index, map::kEvent), event);
  if ((event & bit(map::kEventDoorbell)) == 0) return;
  for (std::uint32_t word = 0; word < map::kDoorbellWords; ++word) {
    controller_.write32(control(index, map::kDoorbellPending + 4 * word), ~0U);
  }
}

void ManagementFirmware::load_cert() {
  const std::uint32_t size = controller_.read32(map::kTmr);
  buffer_.resize(size);
  if (size != 0) controller_.read(map::kTmr + 4, buffer_);
  scheduler_.boot(buffer_);
}

void ManagementFirmware::service_function(unsigned index) {
  const std::uint32_t event = controller_.read32(control(index, map::kEvent));
  if (event == 0) return;
  controller_.write32(control(index, map::kEvent), event);
  if ((event & bit(map::kEventReset)) != 0) function_was_reset(index);
  if ((event & bit(map::kEventMailbox)) != 0) {
    while (const std::optional<Request> request = functions_[index].mailbox.receive()) handle(index, *request);
  }
  if ((event & bit(map::kEventDoorbell)) != 0) service_doorbells(index);
}

void ManagementFirmware::service_doorbells(unsigned index) {
  for (std::uint32_t word = 0; word < map::kDoorbellWords; ++word) {
    std::uint32_t pending = controller_.read32(control(index, map::kDoorbellPending + 4 * word));
    if (pending == 0) continue;
    controller_.write32(control(index, map::kDoorbellPending + 4 * word), pending);
    for (; pending != 0; pending &= pending - 1) {
      const std::uint32_t page = 32 * word + static_cast<std::uint32_t>(std::countr_zero(pending));
      if (scheduler_.find(index, page) != nullptr) {
        scheduler_.doorbell(index, page);
        continue;
      }
      controller_.diagnostics().report({.category = FaultCategory::GuestError,
                                        .where = fmt::format("{} doorbell {}", functions_[index].mailbox.owner(), page),
                                        .expected = "the doorbell of a hardware context",
                                        .came = "a write to a page that belongs to none",
                                        .blame = "the application (a mapping kept after its context was destroyed)"});
    }
  }
}

void ManagementFirmware::release_function(unsigned index) {
  Function& function = functions_[index];
  scheduler_.remove_all_of(index);
  function.partitions.clear();
  for (std::uint32_t slot = 0; slot < function.context_slots.size(); ++slot) {
    if (function.context_slots[slot]) release_context(index, slot);
  }
}

void ManagementFirmware::release_context(unsigned index, std::uint32_t slot) {
  functions_[index].context_slots[slot] = false;
  ++counters_.contexts_destroyed;
  // A doorbell that rang while the context lived is void, not a mistake; one that rings from now on is.
  controller_.write32(control(index, map::kDoorbellPending + 4 * (slot / 32)), 1U << (slot % 32));
}

void ManagementFirmware::function_was_reset(unsigned index) {
  Function& function = functions_[index];
  const bool was_published = function.mailbox.published();
  release_function(index);
  if (function.kind == Sender::Pf) {
    // After an FLR of the PF the firmware comes back by itself, without its VFs (the driver creates them again).
    work_buffer_attached_ = false;
    for (unsigned vf = first_vf(); vf < functions_.size() && configuration_.vf_mode == VfMode::Sriov; ++vf) {
      if (!functions_[vf].mailbox.published()) continue;
      release_function(vf);
      functions_[vf].mailbox.withdraw();
    }
    vfs_created_ = 0;
  }
  if (was_published) function.mailbox.publish();
}

void ManagementFirmware::handle(unsigned index, const Request& request) {
  ++counters_.messages;
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  controller_.consume(nanoseconds(controller_.parameters().message_ns),
                      {WaitReason::Clock, "message", request.header.opcode, "time"});
  const MessageInfo* info = messages_.find(request.header.opcode);
  std::vector<std::byte>& response = buffer_;
  response.assign(info == nullptr ? kStatusOnlySize : info->response_size, std::byte{0});
  Status status = dispatch(index, request, response);
  if (faults_.strikes(Fault::MessageStatus)) status = Status::ERROR;
  if (status != Status::SUCCESS) {
    // The size stays: a driver treats any other size as a broken channel.
    ++counters_.refused_messages;
    std::ranges::fill(response, std::byte{0});
  }
  set(response, kStatus, static_cast<std::uint32_t>(status));
  functions_[index].mailbox.respond(request.header, response);
  if (controller_.probe() == nullptr) return;
  const std::string name =
      info == nullptr ? fmt::format("opcode {:#x}", request.header.opcode) : std::string(info->name);
  controller_.show(begin, fmt::format("{} {}", functions_[index].mailbox.owner(), name));
}

Status ManagementFirmware::refuse(unsigned index, std::string_view message, std::string expected, std::string came) {
  controller_.diagnostics().report({.category = FaultCategory::GuestError,
                                    .where = fmt::format("{} {}", functions_[index].mailbox.owner(), message),
                                    .expected = std::move(expected),
                                    .came = std::move(came),
                                    .blame = "the driver, or the application behind it"});
  return Status::ERROR;
}

Status ManagementFirmware::dispatch(unsigned index, const Request& request, std::span<std::byte> response) {
  Function& function = functions_[index];
  const MessageInfo* info = messages_.find(request.header.opcode);
  if (info == nullptr) {
    controller_.diagnostics().unmodelled("message", fmt::format("opcode {:#x}", request.header.opcode),
                                         function.mailbox.owner());
    return Status::NOT_SUPPORTED;
  }
  if (!info->may_send(function.kind)) {
    (void)refuse(index, info->name, "a function that may send it", function.mailbox.owner());
    return Status::NOT_SUPPORTED;
  }
  if (request.payload.size() != info->request_size) {
    return refuse(index, info->name, fmt::format("{} bytes of payload", info->request_size),
                  fmt::format("{}", request.payload.size()));
  }
  switch (request.header.opcode) {
    case opcode::kATTACH_WORK_BUFFER:
      return attach_work_buffer(request.payload);
    case opcode::kSUSPEND:
      return suspend();
    case opcode::kCREATE_VFS:
      return create_vfs(request.payload);
    case opcode::kDESTROY_VFS:
      return destroy_vfs();
    case opcode::kAIE_TILE_INFO:
      return tile_info(response);
    case opcode::kCREATE_PARTITION:
      return create_partition(function, request.payload, response);
    case opcode::kDESTROY_PARTITION:
      return destroy_partition(index, request.payload);
    case opcode::kCREATE_HW_CONTEXT:
      return create_hw_context(index, request.payload, response);
    case opcode::kDESTROY_HW_CONTEXT:
      return destroy_hw_context(index, request.payload);
    default:
      return Status::NOT_SUPPORTED;
  }
}

ManagementProgramFactory make_management_factory(const Configuration& configuration, FaultPlan& faults,
                                                 ManagementCounters& counters, ImagePersonality recognise) {
  return [&configuration, &faults, &counters, recognise = std::move(recognise)](
             ManagementController& controller, std::span<const std::byte> image) -> std::unique_ptr<ControllerProgram> {
    const std::optional<unsigned> personality = recognise(image);
    const MessageTable* messages = personality ? find_message_table(*personality) : nullptr;
    if (messages == nullptr) return nullptr;
    return std::make_unique<ManagementFirmware>(controller, configuration, faults, counters, *messages);
  };
}

}  // namespace aie4::management
