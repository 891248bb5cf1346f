// SPDX-License-Identifier: Apache-2.0
#include "models/soc/function_unit.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <utility>

namespace aie4 {
namespace {

namespace mailbox = registers::mailbox;
namespace mpnpu = registers::mpnpu;

std::span<std::byte> data_of(tlm::tlm_generic_payload& payload) {
  return {reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length()};
}

constexpr std::uint32_t bit(const RegisterField& field) {
  return 1U << field.lsb;
}

}  // namespace

FunctionUnit::FunctionUnit(sc_core::sc_module_name name, std::string owner, unsigned vectors, Diagnostics& diagnostics)
    : sc_module(name),
      bar0("bar0"),
      bar2("bar2"),
      controller("controller"),
      msix(vectors),
      mailbox_(mailbox::kBlock, owner + " mailbox", diagnostics),
      control_(mpnpu::kBlock, owner + " control", diagnostics),
      sram_(mailbox::kSramSize),
      doorbell_pending_(mpnpu::kDoorbellWords) {
  static_assert(mailbox::kDoorbells <= mpnpu::kDoorbellWords * 32);
  bar0.register_b_transport(this, &FunctionUnit::bar0_transport);
  bar2.register_b_transport(this, &FunctionUnit::bar2_transport);
  controller.register_b_transport(this, &FunctionUnit::controller_transport);
  control_.on_write(mpnpu::kMsixTrigger, [this](std::uint32_t vector) {
    ++interrupts_;
    show("interrupt", vector);
    msix.raise(vector);
  });
  control_.set(mpnpu::kMsixSize, vectors);
}

void FunctionUnit::observe(Probe* probe, const std::string& track) {
  probe_ = probe;
  if (probe_ != nullptr) track_ = probe_->track(track);
}

void FunctionUnit::show(std::string_view what, std::uint32_t index) {
  if (probe_ != nullptr) probe_->instant(track_, sc_core::sc_time_stamp(), fmt::format("{} {}", what, index));
}

void FunctionUnit::reset() {
  clear_firmware_state();
  msix.reset();
  raise_event(mpnpu::kEventReset);
}

void FunctionUnit::clear_firmware_state() {
  mailbox_.reset();
  std::ranges::fill(sram_, std::byte{0});
  std::ranges::fill(doorbell_pending_, 0U);
  control_.set(mpnpu::kEvent, 0);
}

void FunctionUnit::raise_event(const RegisterField& field) {
  control_.set(mpnpu::kEvent, control_.value(mpnpu::kEvent) | bit(field));
  if (controller_interrupt) controller_interrupt();
}

void FunctionUnit::access_mailbox(bool read, std::uint64_t offset, std::span<std::byte> data) {
  if (read) {
    mailbox_.read(offset, data);
  } else {
    mailbox_.write(offset, data);
  }
}

bool FunctionUnit::access_sram(bool read, std::uint64_t offset, std::span<std::byte> data) {
  if (offset >= sram_.size() || data.size() > sram_.size() - offset) return false;
  if (read) {
    std::memcpy(data.data(), sram_.data() + offset, data.size());
  } else {
    std::memcpy(sram_.data() + offset, data.data(), data.size());
  }
  return true;
}

void FunctionUnit::bar0_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const std::uint64_t offset = payload.get_address();
  const std::span<std::byte> data = data_of(payload);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (offset >= mailbox::kMsixPba) {
    if (payload.is_read()) msix.read_pba(offset - mailbox::kMsixPba, data);
    return;
  }
  if (offset >= mailbox::kMsixTable) {
    if (payload.is_read()) {
      msix.read_table(offset - mailbox::kMsixTable, data);
    } else {
      msix.write_table(offset - mailbox::kMsixTable, data);
    }
    return;
  }
  access_mailbox(payload.is_read(), offset, data);
  const bool tail_written =
      payload.is_write() && offset < mailbox::kX2I_TAIL + 4 && offset + data.size() > mailbox::kX2I_TAIL;
  if (!tail_written) return;
  if (probe_ != nullptr) probe_->instant(track_, sc_core::sc_time_stamp(), "mailbox");
  raise_event(mpnpu::kEventMailbox);
}

void FunctionUnit::bar2_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const std::uint64_t offset = payload.get_address();
  const bool inside = access_sram(payload.is_read(), offset, data_of(payload));
  payload.set_response_status(inside ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
  if (inside && payload.is_write() && offset >= mailbox::kDoorbellBase) {
    ring_doorbell(static_cast<std::uint32_t>((offset - mailbox::kDoorbellBase) / mailbox::kDoorbellStride));
  }
}

void FunctionUnit::ring_doorbell(std::uint32_t index) {
  ++doorbells_;
  show("doorbell", index);
  doorbell_pending_[index / 32] |= 1U << (index % 32);
  raise_event(mpnpu::kEventDoorbell);
}

void FunctionUnit::access_control(bool read, std::uint32_t offset, std::span<std::byte> data) {
  const bool doorbells =
      offset >= mpnpu::kDoorbellPending && offset < mpnpu::kDoorbellPending + 4 * mpnpu::kDoorbellWords;
  const bool event = offset == mpnpu::kEvent;
  if (read && doorbells) {
    std::memcpy(data.data(), &doorbell_pending_[(offset - mpnpu::kDoorbellPending) / 4], 4);
  } else if (read) {
    control_.read(offset, data);
  } else if (doorbells || event) {
    std::uint32_t clear = 0;
    std::memcpy(&clear, data.data(), 4);
    if (doorbells) {
      doorbell_pending_[(offset - mpnpu::kDoorbellPending) / 4] &= ~clear;
    } else {
      control_.set(mpnpu::kEvent, control_.value(mpnpu::kEvent) & ~clear);
    }
  } else {
    control_.write(offset, data);
  }
}

void FunctionUnit::controller_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const std::uint64_t offset = payload.get_address();
  const std::span<std::byte> data = data_of(payload);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (offset >= mpnpu::kSram) {
    if (!access_sram(payload.is_read(), offset - mpnpu::kSram, data)) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
  } else if (data.size() != 4) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  } else if (offset >= mpnpu::kControl) {
    access_control(payload.is_read(), static_cast<std::uint32_t>(offset - mpnpu::kControl), data);
  } else {
    access_mailbox(payload.is_read(), offset, data);
  }
}

}  // namespace aie4
