// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/machine_replay.hpp"

#include <fmt/format.h>

#include "sim/config/config.hpp"
#include "sim/transcript/names.hpp"

namespace aie4::transcript {

void MachineTarget::set_observer(pci::BoundaryObserver* observer) {
  for (pci::PciFunction* function : functions_) function->set_observer(observer);
}

void MachineTarget::connect(unsigned function, pci::InterruptSink& interrupts, pci::DmaPort& memory) {
  // A damaged or shortened recording may connect twice.
  disconnect(function);
  functions_[function]->connect(interrupts, memory);
}

void MachineTarget::disconnect(unsigned function) {
  if (functions_[function]->connected()) functions_[function]->disconnect();
}

void MachineTarget::reset(unsigned function) {
  functions_[function]->reset();
}

void MachineTarget::host_view(unsigned function, HostViewOption option, bool value) {
  switch (option) {
    case HostViewOption::ExtendedConfigVisible:
      functions_[function]->set_extended_config_visible(value);
      break;
    case HostViewOption::IdentityHidden:
      functions_[function]->set_identity_hidden(value);
      break;
  }
}

void MachineTarget::config_read(unsigned function, std::uint32_t offset, std::span<std::byte> data) {
  functions_[function]->config_read(offset, data);
}

void MachineTarget::config_write(unsigned function, std::uint32_t offset, std::span<const std::byte> data) {
  functions_[function]->config_write(offset, data);
}

void MachineTarget::bar_read(unsigned function, unsigned bar, std::uint64_t offset, std::span<std::byte> data) {
  functions_[function]->bar_read(bar, offset, data);
}

void MachineTarget::bar_write(unsigned function, unsigned bar, std::uint64_t offset, std::span<const std::byte> data) {
  functions_[function]->bar_write(bar, offset, data);
}

bool MachineTarget::run_step() {
  if (!machine_.busy()) return false;
  machine_.run_steps(1);
  return true;
}

Configuration replay_configuration(const Header& header, const DeviceOverride& changes) {
  Configuration configuration;
  if (changes.configuration_file) {
    config::apply_file(configuration, *changes.configuration_file);
  } else {
    config::apply_toml(configuration, header.configuration, "configuration of the transcript");
  }
  for (const std::string& setting : changes.settings) config::apply_setting(configuration, setting);
  for (const std::string& fault : changes.faults) config::apply_fault(configuration, fault);
  config::check(configuration);
  return configuration;
}

ReplayResult replay_file(std::istream& in, const ReplayOptions& options, const DeviceOverride& changes,
                         Diagnostics::Sink sink) {
  const Transcript transcript = load(in);
  const Configuration configuration = replay_configuration(transcript.header, changes);
  Machine machine(configuration, std::move(sink));
  MachineTarget target(machine);
  return replay(transcript, target, function_names(configuration), options);
}

std::string summary(const ReplayResult& result) {
  if (result.difference) return result.difference->report;
  return fmt::format("{} events replayed, all as recorded, {} of simulated time, trace hash {}{}\n", result.events,
                     time_text(result.end_ps), result.hash, result.complete ? "" : " (the recording was cut short)");
}

}  // namespace aie4::transcript
