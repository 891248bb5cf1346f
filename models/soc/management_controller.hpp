// SPDX-License-Identifier: Apache-2.0
// The management controller (MPNPU): boots the image that the PSP started and gives its firmware an address map, an
// interrupt and time. See models/registers/mpnpu.hpp for the map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <tlm_utils/simple_initiator_socket.h>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/common/diagnostics.hpp"
#include "models/common/parameters.hpp"
#include "models/common/probe.hpp"
#include "models/common/resource_use.hpp"
#include "models/common/wait_registry.hpp"
#include "models/soc/controller_program.hpp"
#include "models/soc/host_access.hpp"

namespace aie4 {

class ManagementController : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<ManagementController> array;
  sc_core::sc_vector<tlm_utils::simple_initiator_socket<ManagementController>> functions;
  tlm_utils::simple_initiator_socket<ManagementController> noc;  ///< To host memory, by host address.

  SC_HAS_PROCESS(ManagementController);
  ManagementController(sc_core::sc_module_name name, unsigned functions, const Parameters& parameters,
                       WaitRegistry& waits, Diagnostics& diagnostics, ManagementProgramFactory factory);

  // --- wires --------------------------------------------------------------------------------------------------------
  /// The PSP starts the firmware with both images.
  void start(std::vector<std::byte> management_image, std::vector<std::byte> cert_image);
  /// Stops it at once.
  void stop();
  /// A function unit or the array wants attention.
  void interrupt();
  /// Accounts for its time, and draws it unless `probe` is null.
  void observe(ResourceRegistry& resources, Probe* probe);

  // --- what the firmware sees -------------------------------------------------------------------------------------
  [[nodiscard]] unsigned function_count() const { return static_cast<unsigned>(functions.size()); }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }
  /// Something that the firmware did since `begin`, for the timeline.
  void show(const sc_core::sc_time& begin, std::string_view what) const;
  [[nodiscard]] Probe* probe() const { return probe_; }

  /// 32-bit accesses of the address map, timed. An address where nothing is reads 0 and is reported. Throw
  /// ControllerReset.
  [[nodiscard]] std::uint32_t read32(std::uint64_t address);
  void write32(std::uint64_t address, std::uint32_t value);
  /// Bursts, for memories.
  void read(std::uint64_t address, std::span<std::byte> data);
  void write(std::uint64_t address, std::span<const std::byte> data);

  /// Host memory as `function` sees it, on behalf of its hardware context `context`; timed. Anything but DmaStatus::Ok
  /// moved nothing and has been reported. Throw ControllerReset.
  DmaStatus read_host(unsigned function, std::uint32_t context, std::uint64_t address, std::span<std::byte> data);
  DmaStatus write_host(unsigned function, std::uint32_t context, std::uint64_t address,
                       std::span<const std::byte> data);

  void consume(const sc_core::sc_time& duration, const WaitLabel& label);
  /// Sleeps until an interrupt or `deadline` (absolute; sc_max_time() = none). An interrupt that came while the
  /// firmware ran is not lost. True: interrupted.
  bool wait_for_interrupt(const sc_core::sc_time& deadline);

  [[nodiscard]] bool running() const { return running_; }

 private:
  void core();
  void account(const sc_core::sc_time& begin, const WaitLabel& label);
  void wait_or_reset(const sc_core::sc_time* duration);
  void access(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data);
  DmaStatus transfer(tlm::tlm_command command, unsigned function, std::uint32_t context, std::uint64_t address,
                     std::span<std::byte> data);
  [[nodiscard]] tlm_utils::simple_initiator_socket<ManagementController>* route(std::uint64_t& address);

  const Parameters& parameters_;
  WaitRegistry::Process process_;
  Diagnostics& diagnostics_;
  ManagementProgramFactory factory_;
  std::unique_ptr<ControllerProgram> program_;
  std::vector<std::byte> management_image_;
  std::vector<std::byte> tmr_;  // As seen at registers::mpnpu::kTmr.
  bool running_ = false;
  bool stop_requested_ = false;
  bool interrupt_pending_ = false;
  sc_core::sc_event started_;
  sc_core::sc_event stopped_;
  sc_core::sc_event interrupted_;
  tlm::tlm_generic_payload noc_payload_;
  ResourceUse* use_ = nullptr;
  Probe* probe_ = nullptr;
  TrackId track_ = 0;
  HostAccess* host_access_;  // Owned by the payload, as TLM extensions are.
};

}  // namespace aie4
