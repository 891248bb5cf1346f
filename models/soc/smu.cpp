// SPDX-License-Identifier: Apache-2.0
#include "models/soc/smu.hpp"

#include <array>
#include <fmt/format.h>

namespace aie4 {

using registers::smu::Command;
using registers::smu::Response;

namespace {

struct DpmLevel {
  std::uint64_t npu_h_mhz;
  std::uint64_t aie_mhz;
};

// Default levels of the driver's NPU3 table (npu3_regs.c of the public driver): NPU-H clock, AIE clock.
constexpr std::array<DpmLevel, 8> kDpmLevels{
    {{400, 400}, {960, 576}, {1108, 576}, {1200, 847}, {1200, 1200}, {1200, 1200}, {1200, 1200}, {1200, 1200}}};

constexpr std::uint32_t kMaxMhz = 2000;

}  // namespace

Smu::Smu(sc_core::sc_module_name name, const Parameters& parameters, FaultPlan& faults, Diagnostics& diagnostics,
         ClockDomain& aie_clock, ClockDomain& npu_h_clock)
    : sc_module(name),
      host("host"),
      registers(registers::smu::kBlock, "pf SMU", diagnostics),
      parameters_(parameters),
      faults_(faults),
      diagnostics_(diagnostics),
      aie_clock_(aie_clock),
      npu_h_clock_(npu_h_clock) {
  host.register_b_transport(this, &Smu::b_transport);
  registers.on_write(registers::smu::kMP1_C2PMSG_59_ALT_1, [this](std::uint32_t command) {
    if (busy_) {
      registers.set(registers::smu::kMP1_C2PMSG_60_ALT_1, static_cast<std::uint32_t>(Response::REJECTED_BUSY));
      return;
    }
    busy_ = true;
    command_ = command;
    done_.notify(sc_core::sc_time(static_cast<double>(parameters_.smu_command_us), sc_core::SC_US));
  });
  SC_METHOD(finish);
  sensitive << done_;
  dont_initialize();
}

void Smu::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  registers.serve(payload);
}

void Smu::reset() {
  done_.cancel();
  busy_ = false;
  registers.reset();
  set_power(false);
}

void Smu::finish() {
  busy_ = false;
  if (faults_.strikes(Fault::SmuSilent)) return;
  const Response response = execute(command_, registers.value(registers::smu::kMP1_C2PMSG_61_ALT_1));
  registers.set(registers::smu::kMP1_C2PMSG_60_ALT_1, static_cast<std::uint32_t>(response));
}

Response Smu::execute(std::uint32_t command, std::uint32_t argument) {
  if (faults_.strikes(Fault::SmuError)) return Response::FAILED;
  const auto set_out = [this](std::uint64_t value) {
    registers.set(registers::smu::kMP1_C2PMSG_61_ALT_1, static_cast<std::uint32_t>(value));
  };
  switch (static_cast<Command>(command)) {
    case Command::POWER_ON:
      set_power(true);
      return Response::OK;
    case Command::POWER_OFF:
      if (powered_ && faults_.strikes(Fault::SmuOffError)) return Response::FAILED;
      set_power(false);
      return Response::OK;
    case Command::SET_MPNPUCLK:
    case Command::SET_HCLK: {
      if (!powered_) return Response::REJECTED_PREREQ;
      if (argument == 0 || argument > kMaxMhz) return Response::FAILED;
      ClockDomain& clock = static_cast<Command>(command) == Command::SET_HCLK ? aie_clock_ : npu_h_clock_;
      clock.set_mhz(argument);
      set_out(argument);
      return Response::OK;
    }
    case Command::SET_SOFT_DPM:
    case Command::SET_HARD_DPM:
      if (!powered_) return Response::REJECTED_PREREQ;
      if (argument >= kDpmLevels.size()) return Response::FAILED;
      npu_h_clock_.set_mhz(kDpmLevels[argument].npu_h_mhz);
      aie_clock_.set_mhz(kDpmLevels[argument].aie_mhz);
      set_out(argument);
      return Response::OK;
  }
  diagnostics_.report({.category = FaultCategory::GuestError,
                       .where = "pf SMU MP1_C2PMSG_59_ALT_1",
                       .expected = "a command 3..8",
                       .came = fmt::format("{}", command),
                       .blame = "the driver"});
  return Response::UNKNOWN_COMMAND;
}

void Smu::set_power(bool on) {
  const bool changed = powered_ != on;
  powered_ = on;
  if (on && changed) {
    aie_clock_.set_mhz(parameters_.aie_mhz);
    npu_h_clock_.set_mhz(parameters_.npu_h_mhz);
  }
  aie_clock_.set_running(on);
  npu_h_clock_.set_running(on);
  if (changed) power_changed.notify();
}

}  // namespace aie4
