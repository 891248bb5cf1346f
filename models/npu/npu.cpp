// SPDX-License-Identifier: Apache-2.0
#include "models/npu/npu.hpp"

#include <fmt/format.h>
#include <utility>

#include "models/array/tile/shim_tile.hpp"

namespace aie4 {
namespace {

unsigned count_functions(const Configuration& configuration) {
  return (configuration.has_pf ? 1U : 0U) + configuration.vfs;
}

bool is_pf(const Configuration& configuration, unsigned index) {
  return configuration.has_pf && index == 0;
}

}  // namespace

std::string Npu::function_name(const Configuration& configuration, unsigned index) {
  if (is_pf(configuration, index)) return "pf";
  return fmt::format("vf{}", index - (configuration.has_pf ? 1 : 0));
}

Npu::Npu(sc_core::sc_module_name name, const Configuration& configuration, FaultPlan& faults, Diagnostics& diagnostics,
         const FirmwareSet& firmware, std::vector<std::byte> management_image, std::vector<std::byte> cert_image,
         Probe* probe)
    : sc_module(name),
      aie_clock("aie", configuration.parameters.aie_mhz),
      npu_h_clock("npu_h", configuration.parameters.npu_h_mhz),
      noc("noc", count_functions(configuration), configuration.parameters),
      mpnpu("mpnpu", count_functions(configuration), configuration.parameters, waits, diagnostics, firmware.management),
      array("array",
            {configuration.parameters, aie_clock, waits, diagnostics, resources, probe, configuration.executor,
             configuration.cores},
            npu_h_clock),
      configuration_(configuration),
      management_image_(std::move(management_image)),
      cert_image_(std::move(cert_image)) {
  const Parameters& parameters = configuration_.parameters;
  std::vector<std::string> names;
  for (unsigned index = 0; index < count_functions(configuration_); ++index) {
    const std::string owner = function_name(configuration_, index);
    const std::uint64_t vectors = is_pf(configuration_, index) ? parameters.pf_vectors : parameters.vf_vectors;
    functions.push_back(
        std::make_unique<FunctionUnit>(owner.c_str(), owner, static_cast<unsigned>(vectors), diagnostics));
    mpnpu.functions[index].bind(functions.back()->controller);
    functions.back()->controller_interrupt = [this] { mpnpu.interrupt(); };
    names.push_back(owner);
  }

  std::vector<Microcontroller*> cores;
  for (unsigned index = 0; index < 2 * parameters.columns; ++index) {
    microcontrollers.push_back(std::make_unique<Microcontroller>(fmt::format("uc{}", index).c_str(), index, parameters,
                                                                 waits, diagnostics, firmware.cert, names));
    Microcontroller& core = *microcontrollers.back();
    core.axi_mm.bind(array.masters);
    core.noc.bind(noc.engines);
    core.set_dma_clock(&npu_h_clock);
    core.observe(resources, probe);
    cores.push_back(&core);
    array::TokenCounter& counter =
        array.shim_tile(index / 2).tokens(index % 2 == 0 ? registers::Half::A : registers::Half::B);
    tokens.push_back(std::make_unique<array::UcTokens>(fmt::format("uc{}_tokens", index).c_str(), counter,
                                                       [&core] { core.attention(); }));
    core.set_tokens(tokens.back().get());
  }
  array.attach(cores);
  for (unsigned column = 0; column < parameters.columns; ++column) array.shim_tile(column).noc.bind(noc.engines);
  array.interrupt = [this] { mpnpu.interrupt(); };
  mpnpu.array.bind(array.masters);
  mpnpu.noc.bind(noc.engines);

  if (configuration_.has_pf) {
    smu = std::make_unique<Smu>("smu", parameters, faults, diagnostics, aie_clock, npu_h_clock);
    psp = std::make_unique<Psp>("psp", parameters, faults, diagnostics, waits, firmware.verifier);
    psp->noc.bind(noc.engines);
    psp->on_start = [this](std::vector<std::byte> management, std::vector<std::byte> cert) {
      mpnpu.start(std::move(management), std::move(cert));
    };
    psp->on_release = [this] { stop_firmware(); };
    SC_METHOD(power_changed);
    sensitive << smu->power_changed;
    dont_initialize();
  } else {
    SC_METHOD(boot_without_pf);
  }
  observe(probe);
}

void Npu::observe(Probe* probe) {
  std::vector<std::string> names;
  for (unsigned index = 0; index < functions.size(); ++index) {
    names.push_back(function_name(configuration_, index));
    functions[index]->observe(probe, names.back());
  }
  mpnpu.observe(resources, probe);
  for (const auto& core : microcontrollers) core->observe(resources, probe);
  noc.observe(resources, probe, names);
}

void Npu::power_changed() {
  if (smu->powered()) return;
  // Losing power takes everything with it, a PSP command in flight included: that is how a driver recovers the PSP.
  stop_firmware();
  psp->reset();
}

void Npu::boot_without_pf() {
  aie_clock.set_running(true);
  npu_h_clock.set_running(true);
  mpnpu.start(management_image_, cert_image_);
}

void Npu::stop_firmware() {
  mpnpu.stop();
  array.power_off();
  for (const auto& function : functions) function->clear_firmware_state();
}

void Npu::reset_function(unsigned index) {
  if (is_pf(configuration_, index)) {
    stop_firmware();
    psp->reset();
    smu->reset();
  }
  functions.at(index)->reset();
}

}  // namespace aie4
