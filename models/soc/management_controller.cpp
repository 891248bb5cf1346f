// SPDX-License-Identifier: Apache-2.0
#include "models/soc/management_controller.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "models/registers/mpnpu.hpp"

namespace aie4 {

namespace map = registers::mpnpu;

ManagementController::ManagementController(sc_core::sc_module_name name, unsigned function_count,
                                           const Parameters& parameters, WaitRegistry& waits, Diagnostics& diagnostics,
                                           ManagementProgramFactory factory)
    : sc_module(name),
      array("array"),
      functions("functions", function_count),
      noc("noc"),
      parameters_(parameters),
      process_(waits, "MPNPU"),
      diagnostics_(diagnostics),
      factory_(std::move(factory)),
      host_access_(new HostAccess) {
  noc_payload_.set_extension(host_access_);
  SC_THREAD(core);
}

void ManagementController::start(std::vector<std::byte> management_image, std::vector<std::byte> cert_image) {
  management_image_ = std::move(management_image);
  const auto size = static_cast<std::uint32_t>(cert_image.size());
  tmr_.resize(4);
  std::memcpy(tmr_.data(), &size, 4);
  tmr_.insert(tmr_.end(), cert_image.begin(), cert_image.end());
  running_ = true;
  interrupt_pending_ = false;
  started_.notify();
}

void ManagementController::stop() {
  if (!running_) return;
  running_ = false;
  stop_requested_ = true;
  stopped_.notify();
}

void ManagementController::interrupt() {
  interrupt_pending_ = true;
  interrupted_.notify();
}

void ManagementController::observe(ResourceRegistry& resources, Probe* probe) {
  use_ = &resources.add("MPNPU");
  probe_ = probe;
  if (probe_ != nullptr) track_ = probe_->track(use_->name);
}

void ManagementController::show(const sc_core::sc_time& begin, std::string_view what) const {
  if (probe_ != nullptr) probe_->slice(track_, begin, sc_core::sc_time_stamp(), what);
}

void ManagementController::account(const sc_core::sc_time& begin, const WaitLabel& label) {
  if (use_ == nullptr) return;
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (label.reason == WaitReason::Clock) {
    use_->busy += now - begin;
    ++use_->operations;
  } else {
    use_->stall(label.reason, now - begin);
  }
  if (probe_ != nullptr && label.reason != WaitReason::Host) probe_->activity(track_, begin, now, label.subject);
}

void ManagementController::core() {
  for (;;) {
    try {
      while (!running_) sc_core::wait(started_);
      stop_requested_ = false;
      program_ = factory_(*this, management_image_);
      if (program_) {
        program_->run();
      } else {
        diagnostics_.report({.category = FaultCategory::GuestError,
                             .where = "MPNPU",
                             .expected = "a management image that the simulator knows",
                             .came = "something else at START",
                             .blame = "the firmware file in the guest"});
      }
      running_ = false;
    } catch (const ControllerReset&) {
      process_.end();
    }
  }
}

void ManagementController::wait_or_reset(const sc_core::sc_time* duration) {
  if (stop_requested_) throw ControllerReset{};
  if (duration != nullptr) {
    sc_core::wait(*duration, stopped_);
  } else {
    sc_core::wait(interrupted_ | stopped_);
  }
  if (stop_requested_) throw ControllerReset{};
}

void ManagementController::consume(const sc_core::sc_time& duration, const WaitLabel& label) {
  if (duration == sc_core::SC_ZERO_TIME) return;
  const WaitRegistry::Scope scope(process_, label);
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  wait_or_reset(&duration);
  account(begin, label);
}

bool ManagementController::wait_for_interrupt(const sc_core::sc_time& deadline) {
  const WaitLabel label{WaitReason::Host, "interrupt", 0, "the host or a microcontroller"};
  const WaitRegistry::Scope scope(process_, label);
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  while (!interrupt_pending_) {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (now >= deadline) break;
    if (deadline == sc_core::sc_max_time()) {
      wait_or_reset(nullptr);
      continue;
    }
    if (stop_requested_) throw ControllerReset{};
    sc_core::wait(deadline - now, interrupted_ | stopped_);
    if (stop_requested_) throw ControllerReset{};
  }
  account(begin, label);
  return std::exchange(interrupt_pending_, false);
}

tlm_utils::simple_initiator_socket<ManagementController>* ManagementController::route(std::uint64_t& address) {
  if (address >= map::kArray) {
    address -= map::kArray;
    return &array;
  }
  const std::uint64_t index =
      address < map::kFunctions ? functions.size() : (address - map::kFunctions) / map::kFunctionStride;
  if (index >= functions.size()) return nullptr;
  address = (address - map::kFunctions) % map::kFunctionStride;
  return &functions[index];
}

void ManagementController::access(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data) {
  sc_core::sc_time delay(static_cast<double>(parameters_.register_access_ns), sc_core::SC_NS);
  std::uint64_t local = address;
  bool failed = true;
  if (command == tlm::TLM_READ_COMMAND && address < tmr_.size() && data.size() <= tmr_.size() - address) {
    std::memcpy(data.data(), tmr_.data() + address, data.size());
    failed = false;
  } else if (auto* socket = route(local); socket != nullptr) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(local);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
    payload.set_data_length(static_cast<unsigned>(data.size()));
    payload.set_streaming_width(static_cast<unsigned>(data.size()));
    (*socket)->b_transport(payload, delay);
    failed = payload.is_response_error();
  }
  if (failed) {
    if (command == tlm::TLM_READ_COMMAND) std::ranges::fill(data, std::byte{0});
    diagnostics_.report({.category = FaultCategory::SimulatorDefect,
                         .where = fmt::format("MPNPU address {:#x}", address),
                         .expected = "something at that address",
                         .came = fmt::format("an access of {} bytes", data.size()),
                         .blame = "the management firmware"});
  }
  consume(delay, {WaitReason::Memory, "access to", address, "the bus"});
}

std::uint32_t ManagementController::read32(std::uint64_t address) {
  std::uint32_t value = 0;
  access(tlm::TLM_READ_COMMAND, address, std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

void ManagementController::write32(std::uint64_t address, std::uint32_t value) {
  access(tlm::TLM_WRITE_COMMAND, address, std::as_writable_bytes(std::span(&value, 1)));
}

void ManagementController::read(std::uint64_t address, std::span<std::byte> data) {
  access(tlm::TLM_READ_COMMAND, address, data);
}

void ManagementController::write(std::uint64_t address, std::span<const std::byte> data) {
  // TLM's payload has one pointer for both directions; a write command does not store through it.
  access(tlm::TLM_WRITE_COMMAND, address, {const_cast<std::byte*>(data.data()), data.size()});
}

DmaStatus ManagementController::transfer(tlm::tlm_command command, unsigned function, std::uint32_t context,
                                         std::uint64_t address, std::span<std::byte> data) {
  host_access_->function = function;
  host_access_->attributes = {.engine = "MPNPU", .context = context};
  host_access_->status = DmaStatus::Ok;
  noc_payload_.set_command(command);
  noc_payload_.set_address(address);
  noc_payload_.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  noc_payload_.set_data_length(static_cast<unsigned>(data.size()));
  noc_payload_.set_streaming_width(static_cast<unsigned>(data.size()));
  noc_payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  noc->b_transport(noc_payload_, delay);
  const DmaStatus outcome = host_access_->status;
  consume(delay, {WaitReason::Memory, "access to host memory, bytes", data.size(), "NoC and DDR"});
  return outcome;
}

DmaStatus ManagementController::read_host(unsigned function, std::uint32_t context, std::uint64_t address,
                                          std::span<std::byte> data) {
  return transfer(tlm::TLM_READ_COMMAND, function, context, address, data);
}

DmaStatus ManagementController::write_host(unsigned function, std::uint32_t context, std::uint64_t address,
                                           std::span<const std::byte> data) {
  return transfer(tlm::TLM_WRITE_COMMAND, function, context, address,
                  {const_cast<std::byte*>(data.data()), data.size()});
}

}  // namespace aie4
