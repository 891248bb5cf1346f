// SPDX-License-Identifier: Apache-2.0
// One microcontroller ("uC") of a shim tile: three memories, sleep and wake, two uC-DMA engines, interrupts, and the
// process that runs its firmware. Source: NPU3 register lists, UC module of the shim tile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/common/diagnostics.hpp"
#include "models/common/parameters.hpp"
#include "models/common/wait_registry.hpp"
#include "models/soc/controller_program.hpp"
#include "models/soc/host_access.hpp"
#include "models/soc/poll_hint.hpp"
#include "models/soc/token_port.hpp"
#include "models/soc/uc_dma.hpp"

namespace aie4 {

/// The microcontroller. It sleeps after reset; whoever writes its program memory and then `core_control.Wakeup` boots
/// it. A Wakeup that arrives while it is awake is remembered, so that no wake-up is ever lost.
class Microcontroller : public sc_core::sc_module, private UcDmaPort {
 public:
  // --- sockets ------------------------------------------------------------------------------------------------------
  tlm_utils::simple_target_socket<Microcontroller> array;  ///< Memories and registers, by shim-tile offset (A half).
  tlm_utils::simple_initiator_socket<Microcontroller> axi_mm;  ///< To the array, by array-relative address.
  tlm_utils::simple_initiator_socket<Microcontroller> noc;     ///< To host memory, by host address.
  std::function<void()> interrupt;                             ///< Line uC_Core of the shim interrupt controller.

  SC_HAS_PROCESS(Microcontroller);
  /// `function_names`: what messages call the functions that a stream id may name, by index.
  Microcontroller(sc_core::sc_module_name name, unsigned index, const Parameters& parameters, WaitRegistry& waits,
                  Diagnostics& diagnostics, UcProgramFactory factory, std::vector<std::string> function_names = {});

  // --- wires from the shim tile -----------------------------------------------------------------------------------
  /// `application_reset_control`: while true the core is held in reset; its program is unwound at once.
  void set_reset(bool asserted);
  /// `smid_a`/`smid_b`: stream id of the uC DMAs.
  void set_smid(std::uint32_t smid) { smid_ = smid; }
  /// The event that `uc_core_interrupt_event` selects has fired.
  void event_interrupt();
  /// Something that the program may wait for has happened outside: a token arrived, an engine ended a task.
  void attention();
  /// `uc_dma_pause`.
  void set_dma_paused(bool paused);
  /// Whether an engine has work (`uc_dma_pause` waits for it).
  [[nodiscard]] bool dma_outstanding() const { return !dm2mm_.idle() || !mm2dm_.idle(); }
  /// Tokens that arrive at the uC port of the shim switch; none: none ever do. Outlives the microcontroller.
  void set_tokens(TokenPort* tokens) { tokens_ = tokens; }
  /// The NPU-H clock, which moves the words of the engines.
  void set_dma_clock(const ClockDomain* clock);
  void observe(ResourceRegistry& resources, Probe* probe);

  // --- what the program on the core sees --------------------------------------------------------------------------
  [[nodiscard]] unsigned index() const { return index_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }
  [[nodiscard]] WaitRegistry& waits() { return waits_; }
  /// "vf0 context 3 uc2": whom the core works for, for messages.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] Probe* probe() { return probe_; }
  [[nodiscard]] std::span<std::byte> private_memory() { return private_memory_; }
  [[nodiscard]] std::span<std::byte> shared_memory() { return shared_memory_; }

  /// Spends time. Throws ControllerReset.
  void consume(const sc_core::sc_time& duration, const WaitLabel& label);
  /// Goes to sleep until Wakeup, or until `deadline` (absolute). True: woken. Throws ControllerReset.
  bool sleep(const WaitLabel& label, std::optional<sc_core::sc_time> deadline = std::nullopt);
  /// The same, but whatever the program may wait for ends it too: `attention`, an event interrupt.
  void doze(const WaitLabel& label, std::optional<sc_core::sc_time> deadline = std::nullopt);

  /// Loads and stores over AXI-MM. `address` is array-relative and 4-byte aligned. Throws ControllerReset.
  [[nodiscard]] std::uint32_t axi_read32(std::uint64_t address);
  void axi_write32(std::uint64_t address, std::uint32_t value);
  /// The same without spending the time, which is added to `delay`. False: an error, noted in core_axi_mm_errors.
  [[nodiscard]] bool axi_access(tlm::tlm_command command, std::uint64_t address, std::uint32_t& value,
                                sc_core::sc_time& delay);

  /// A read of a word by somebody who polls until it is `wanted` under `mask`. `until`: not null if it is in vain and
  /// so will be others, until that event at the earliest; see `poll_on`.
  [[nodiscard]] bool axi_poll(std::uint64_t address, std::uint32_t mask, std::uint32_t wanted, std::uint32_t& value,
                              sc_core::sc_time& delay, const sc_core::sc_event*& until);
  /// From one poll to the next: the read itself, then the interval. Both take time; what the core waits for.
  struct PollRound {
    sc_core::sc_time busy;
    sc_core::sc_time idle;
    WaitLabel label;
  };
  struct PolledOn {
    std::uint64_t polls = 0;  ///< In vain, that nobody needed to make.
    bool in_middle = false;   ///< The time of the read is spent, that of the interval is not. Else: it is time to poll.
  };
  /// Right after a poll in vain: spends the time of further such rounds, up to `most`, 1 or more. Ends early, at the
  /// next middle or end of a round, after `until` or when somebody writes to the microcontroller, which may concern its
  /// program. Throws ControllerReset.
  PolledOn poll_on(const PollRound& round, std::uint64_t most, const sc_core::sc_event& until);

  /// MM2DM: `bytes` from host memory to the shared memory; DM2MM: the other way. Both block until the transfer is done.
  /// `bytes` is a positive multiple of 4, at most 4 * 0x7FFF; local offset and host address are 4-byte aligned.
  /// Anything but DmaStatus::Ok leaves the destination untouched and has been reported. Throws ControllerReset.
  DmaStatus read_host(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes);
  DmaStatus write_host(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes);
  /// Begins what `read_host` does and returns at once. Waits only if the queue is full. Throws ControllerReset.
  [[nodiscard]] UcDma::Handle start_read(std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes);
  /// Waits for the end of a task. Throws ControllerReset.
  UcDmaState await(const UcDma& engine, UcDma::Handle handle, const WaitLabel& label);
  [[nodiscard]] UcDma& dm2mm() { return dm2mm_; }
  [[nodiscard]] UcDma& mm2dm() { return mm2dm_; }
  /// Null: no tokens ever arrive.
  [[nodiscard]] TokenPort* tokens() { return tokens_; }

  /// Pulses the interrupt line.
  void raise_interrupt();

  // --- queries ------------------------------------------------------------------------------------------------------
  [[nodiscard]] bool asleep() const { return asleep_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return mm2dm_.bytes(); }
  [[nodiscard]] std::uint64_t bytes_written() const { return dm2mm_.bytes(); }

 private:
  void core();
  void wait_or_reset(const sc_core::sc_event_or_list& events);
  /// `deadline_due_` comes at that time, absolute and not past, or before: look again.
  void arm(const sc_core::sc_time& deadline);
  void disarm();
  /// Tells statistics and timeline what the core did since `begin`.
  void account(const sc_core::sc_time& begin, const WaitLabel& label);
  [[nodiscard]] tlm::tlm_response_status transport(tlm::tlm_generic_payload& payload, tlm::tlm_command command,
                                                   std::uint64_t address, std::span<std::byte> data,
                                                   sc_core::sc_time& delay);
  [[nodiscard]] bool answered(tlm::tlm_response_status status);
  void account_polls(const sc_core::sc_time& begin, const PollRound& round, std::uint64_t busy_parts,
                     std::uint64_t idle_parts);
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  [[nodiscard]] std::uint32_t read_register(std::uint32_t offset);
  void write_register(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::span<std::byte> memory_at(std::uint32_t offset, std::size_t size);
  [[nodiscard]] bool transfer_fits(const UcDma& engine, std::uint32_t local_offset, std::uint32_t bytes);
  DmaStatus transfer(UcDma& engine, std::uint64_t host_address, std::uint32_t local_offset, std::uint32_t bytes);
  UcDma::Handle push(UcDma& engine, const UcDmaDescriptor& descriptor);
  tlm::tlm_response_status access_array(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data,
                                        sc_core::sc_time& delay) override;
  DmaStatus access_host(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data,
                        std::string_view engine, sc_core::sc_time& delay) override;
  void dma_finished() override { attention(); }

  unsigned index_;
  const Parameters& parameters_;
  WaitRegistry& waits_;
  Diagnostics& diagnostics_;
  UcProgramFactory factory_;
  std::vector<std::string> function_names_;
  WaitRegistry::Process process_;
  std::unique_ptr<ControllerProgram> program_;  // A member: locals of a process that never ends are never destroyed.

  std::vector<std::byte> program_memory_;
  std::vector<std::byte> private_memory_;
  std::vector<std::byte> shared_memory_;
  std::uint32_t smid_ = 0;
  bool asleep_ = true;
  bool in_reset_ = true;  // As application_reset_control is at power-on.
  bool unwind_ = false;   // Outlives a reset pulse that is over before the core's process runs.
  bool wakeup_latched_ = false;
  bool attention_latched_ = false;
  std::uint32_t interrupt_status_ = 0;
  std::uint32_t axi_errors_ = 0;
  TokenPort* tokens_ = nullptr;
  ResourceUse* use_ = nullptr;
  Probe* probe_ = nullptr;
  TrackId track_ = 0;
  sc_core::sc_event wakeup_;
  sc_core::sc_event attention_;
  sc_core::sc_event reset_changed_;
  sc_core::sc_event accessed_;  ///< Somebody has written to a memory or a register.
  /// One for all waits: those that end in time would each leave a timeout of seconds in the kernel's queue.
  sc_core::sc_event deadline_due_;
  sc_core::sc_time armed_until_;
  sc_core::sc_event_or_list woken_or_due_;
  sc_core::sc_event_or_list anything_;
  tlm::tlm_generic_payload array_payload_;
  tlm::tlm_generic_payload poll_payload_;
  PollHint* poll_hint_;  // Owned by the payload.
  tlm::tlm_generic_payload noc_payload_;
  HostAccess* host_access_;  // Owned by the payload, as TLM extensions are.
  UcDma dm2mm_;
  UcDma mm2dm_;
};

}  // namespace aie4
