// SPDX-License-Identifier: Apache-2.0
// The platform security processor as the PF's BAR4 shows it: fetches, checks and starts the two firmware images.
// Source: amdxdna of Linux 7.3, PSP command sequence and firmware loading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/common/fault_plan.hpp"
#include "models/common/parameters.hpp"
#include "models/common/register_file.hpp"
#include "models/common/wait_registry.hpp"
#include "models/registers/psp.hpp"
#include "models/soc/controller_program.hpp"
#include "models/soc/host_access.hpp"

namespace aie4 {

/// Runs one command per kick. The command is C2PMSG_123[31:24] and its size argument C2PMSG_123[23:0] at that moment.
/// Order at the end: response into C2PMSG_156, then bit 31 of C2PMSG_123.
class Psp : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Psp> noc;  ///< Firmware fetches, guest-physical.
  tlm_utils::simple_target_socket<Psp> host;    ///< BAR4.
  RegisterFile registers;
  std::function<void(std::vector<std::byte> management, std::vector<std::byte> cert)> on_start;
  std::function<void()> on_release;

  SC_HAS_PROCESS(Psp);
  Psp(sc_core::sc_module_name name, const Parameters& parameters, FaultPlan& faults, Diagnostics& diagnostics,
      WaitRegistry& waits, std::shared_ptr<const ImageVerifier> verifier);

  /// Conventional reset of the PF: images forgotten, ready. A command in flight ends at once and without effect.
  void reset();

 private:
  enum class State : std::uint8_t { Empty, ManagementValid, CertValid, Started };
  /// What the registers hold at the kick.
  struct Kick {
    std::uint32_t word = 0;
    std::uint64_t address = 0;
  };
  /// Thrown out of every wait of a command that a reset overtakes.
  struct Reset {};

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void take_kick(std::uint32_t value);
  void run();
  void execute(Kick kick);
  [[nodiscard]] registers::psp::Response run_command(std::uint32_t command, std::uint64_t address, std::size_t size);
  [[nodiscard]] registers::psp::Response validate(ImageKind kind, std::uint64_t address, std::size_t size);
  [[nodiscard]] bool fetch(std::uint64_t address, std::size_t offset, std::size_t size, std::vector<std::byte>& image);
  [[nodiscard]] registers::psp::Response refuse(ImageKind kind, const ImageVerdict& verdict);
  void busy_for(std::uint64_t microseconds, std::string_view what);
  void spend(const sc_core::sc_time& duration, const WaitLabel& label);

  const Parameters& parameters_;
  FaultPlan& faults_;
  Diagnostics& diagnostics_;
  WaitRegistry::Process process_;
  std::shared_ptr<const ImageVerifier> verifier_;
  State state_ = State::Empty;
  std::vector<std::byte> management_;
  std::vector<std::byte> cert_;
  std::vector<std::byte> fetching_;
  std::optional<Kick> kick_;  // Present until the command ends: the PSP is busy.
  bool reset_ = false;        // Since the command in flight began.
  sc_core::sc_event kicked_;
  sc_core::sc_event reset_event_;
  HostAccess* host_access_;  // Owned by the payload, as TLM extensions are.
  tlm::tlm_generic_payload payload_;
};

}  // namespace aie4
