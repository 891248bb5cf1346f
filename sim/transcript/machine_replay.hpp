// SPDX-License-Identifier: Apache-2.0
// Replay on the simulated machine.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "models/common/diagnostics.hpp"
#include "models/npu/configuration.hpp"
#include "sim/machine/machine.hpp"
#include "sim/transcript/replay.hpp"

namespace aie4::transcript {

/// A machine as the device under replay.
class MachineTarget final : public ReplayTarget {
 public:
  explicit MachineTarget(Machine& machine) : machine_(machine), functions_(machine.functions()) {}

  [[nodiscard]] unsigned functions() const override { return static_cast<unsigned>(functions_.size()); }
  void set_observer(pci::BoundaryObserver* observer) override;
  void connect(unsigned function, pci::InterruptSink& interrupts, pci::DmaPort& memory) override;
  void disconnect(unsigned function) override;
  void reset(unsigned function) override;
  void host_view(unsigned function, HostViewOption option, bool value) override;
  void config_read(unsigned function, std::uint32_t offset, std::span<std::byte> data) override;
  void config_write(unsigned function, std::uint32_t offset, std::span<const std::byte> data) override;
  void bar_read(unsigned function, unsigned bar, std::uint64_t offset, std::span<std::byte> data) override;
  void bar_write(unsigned function, unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override;
  [[nodiscard]] std::uint64_t now_ps() const override { return machine_.now_ps(); }
  void run_until(std::uint64_t time_ps) override { machine_.run_until(time_ps); }
  void settle() override { machine_.settle(); }
  bool run_step() override;

 private:
  Machine& machine_;
  std::vector<pci::PciFunction*> functions_;
};

/// Which device a recording is played on: the recorded one, with changes applied over it.
struct DeviceOverride {
  std::optional<std::string> configuration_file;  ///< TOML, instead of what the transcript holds.
  std::vector<std::string> settings;              ///< "name=value".
  std::vector<std::string> faults;                ///< "name:times".
};

/// The configuration that a transcript is replayed with. Throws config::ConfigurationError.
[[nodiscard]] Configuration replay_configuration(const Header& header, const DeviceOverride& changes = {});

/// Loads a transcript, builds the machine and plays. One call per process: it elaborates a SystemC kernel. Throws
/// TranscriptError and config::ConfigurationError.
[[nodiscard]] ReplayResult replay_file(std::istream& in, const ReplayOptions& options = {},
                                       const DeviceOverride& changes = {}, Diagnostics::Sink sink = {});

/// What a command prints: one line when all is equal, else the report of the difference.
[[nodiscard]] std::string summary(const ReplayResult& result);

}  // namespace aie4::transcript
