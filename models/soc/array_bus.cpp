// SPDX-License-Identifier: Apache-2.0
#include "models/soc/array_bus.hpp"

#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "models/registers/shim.hpp"
#include "models/registers/uc.hpp"

namespace aie4 {
namespace {

namespace shim = registers::shim;
namespace uc = registers::uc;

constexpr unsigned kColumnShift = 25;
constexpr std::uint64_t kTileMask = (1U << 20) - 1;
constexpr std::uint64_t kColumnMask = (1U << kColumnShift) - 1;

bool belongs_to_uc(std::uint32_t offset) {
  const std::uint32_t in_half = offset & ~uc::kHalfB;
  return offset < 2 * uc::kHalfB && in_half >= uc::kProgramMemory && in_half < uc::kHalfB;
}

}  // namespace

ArrayBus::ArrayBus(sc_core::sc_module_name name, const Parameters& parameters, Diagnostics& diagnostics)
    : sc_module(name),
      masters("masters"),
      microcontrollers("microcontrollers", 2 * static_cast<std::size_t>(parameters.columns)),
      parameters_(parameters),
      diagnostics_(diagnostics),
      halves_(2 * static_cast<std::size_t>(parameters.columns)),
      application_reset_(static_cast<std::size_t>(parameters.columns), 3U) {
  masters.register_b_transport(this, &ArrayBus::b_transport);
}

void ArrayBus::attach(std::vector<Microcontroller*> cores) {
  cores_ = std::move(cores);
  for (unsigned index = 0; index < cores_.size(); ++index) {
    cores_[index]->interrupt = [this, index] { uc_interrupt(index); };
  }
}

void ArrayBus::power_off() {
  for (unsigned index = 0; index < cores_.size(); ++index) {
    halves_[index] = {};
    cores_[index]->set_smid(0);
    cores_[index]->set_reset(true);
    application_reset_[index / 2] |= 1U << (index % 2);
  }
}

void ArrayBus::uc_interrupt(unsigned index) {
  Half& half = halves_[index];
  half.status |= 1U << shim::kUcCore.lsb;
  if ((half.status & half.enabled) != 0 && interrupt) interrupt();
}

void ArrayBus::b_transport(int /*master*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t column = address >> kColumnShift;
  const auto offset = static_cast<std::uint32_t>(address & kTileMask);
  const bool shim_row = (address & kColumnMask) <= kTileMask;
  if (column < parameters_.columns && shim_row && belongs_to_uc(offset)) {
    const std::size_t index = 2 * static_cast<std::size_t>(column) + (offset >= uc::kHalfB ? 1 : 0);
    payload.set_address(offset & ~uc::kHalfB);
    microcontrollers[index]->b_transport(payload, delay);
    payload.set_address(address);
    return;
  }
  delay += sc_core::sc_time(static_cast<double>(parameters_.register_access_ns), sc_core::SC_NS);
  if (payload.get_data_length() == 4 && column < parameters_.columns && shim_row) {
    std::uint32_t value = 0;
    if (payload.is_write()) std::memcpy(&value, payload.get_data_ptr(), 4);
    if (access_shim(static_cast<unsigned>(column), offset, payload.is_read(), value)) {
      if (payload.is_read()) std::memcpy(payload.get_data_ptr(), &value, 4);
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      return;
    }
  }
  const auto geometry = array::Geometry{.columns = static_cast<std::uint8_t>(parameters_.columns)};
  const auto place = geometry.locate(address);
  diagnostics_.unmodelled("register",
                          place ? registers::kind_and_name(geometry.kind(place->tile), place->offset)
                                : fmt::format("array address {:#x}", address),
                          fmt::format("{} {}", place ? registers::place_of(place->tile, geometry) : "array",
                                      payload.is_read() ? "read" : "write"));
  std::memset(payload.get_data_ptr(), 0, payload.is_read() ? payload.get_data_length() : 0);
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

bool ArrayBus::access_shim(unsigned column, std::uint32_t offset, bool read, std::uint32_t& value) {
  if (offset == shim::kApplicationResetControl) {
    if (read) {
      value = application_reset_[column];
    } else {
      application_reset_[column] = value & 3U;
      cores_[std::size_t{2} * column]->set_reset((value & 1U) != 0);
      cores_[std::size_t{2} * column + 1]->set_reset((value & 2U) != 0);
    }
    return true;
  }
  if (offset == shim::kSmidA || offset == shim::kSmidB) {
    const std::size_t index = std::size_t{2} * column + (offset == shim::kSmidB ? 1 : 0);
    if (read) {
      value = halves_[index].smid;
    } else {
      halves_[index].smid = value & 0xF'FFFFU;
      cores_[index]->set_smid(halves_[index].smid);
    }
    return true;
  }
  const bool half_b = offset >= shim::kHalfB;
  Half& half = halves_[std::size_t{2} * column + (half_b ? 1 : 0)];
  switch (half_b ? offset - shim::kHalfB : offset) {
    case shim::kInterruptControllerMask:
      if (read) value = half.enabled;
      return true;
    case shim::kInterruptControllerEnable:
      if (read) return true;
      half.enabled |= value;
      if ((half.status & half.enabled) != 0 && interrupt) interrupt();
      return true;
    case shim::kInterruptControllerDisable:
      if (!read) half.enabled &= ~value;
      return true;
    case shim::kInterruptControllerStatus:
      if (read) {
        value = half.status;
      } else {
        half.status &= ~value;
      }
      return true;
    default:
      return false;
  }
}

}  // namespace aie4
