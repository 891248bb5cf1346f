// SPDX-License-Identifier: Apache-2.0
// A bench for CERT: six real microcontrollers on an array bus, host memory with mapped windows behind a NoC with the
// configured timing, and a management firmware that writes handshakes, rings doorbells and watches the interrupt line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <utility>
#include <vector>

#include <systemc>
#include <tlm>

#include "firmware-stub/cert/make_cert.hpp"
#include "models/common/fault_plan.hpp"
#include "models/common/fresh_kernel.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert::bench {

/// One thing that CERT did to the outside world.
struct Event {
  enum class Kind : std::uint8_t { Read, Write, Interrupt };

  Kind kind = Kind::Read;
  std::uint64_t time_ps = 0;
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint64_t value = 0;  ///< Writes: the first 8 bytes or fewer.
  unsigned uc = 0;
  std::uint32_t context = 0;

  bool operator==(const Event&) const = default;
};

/// Host memory: windows that are mapped, everything else refused. Answers with the latency and bandwidth parameters of
/// the NoC, without contention.
class HostMemory : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<HostMemory> socket;

  HostMemory(sc_core::sc_module_name name, const Parameters& parameters, Diagnostics& diagnostics,
             std::vector<Event>& log);

  void map(std::uint64_t address, std::size_t size, bool writable = true);
  void unmap(std::uint64_t address) { windows_.erase(address); }
  [[nodiscard]] std::span<std::byte> at(std::uint64_t address, std::size_t size);
  void write32(std::uint64_t address, std::uint32_t value);
  void write64(std::uint64_t address, std::uint64_t value);
  [[nodiscard]] std::uint32_t read32(std::uint64_t address);
  [[nodiscard]] std::uint64_t read64(std::uint64_t address);
  void write(std::uint64_t address, std::span<const std::byte> bytes);

 private:
  struct Window {
    std::vector<std::byte> bytes;
    bool writable = true;
  };
  void b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  [[nodiscard]] Window* find(std::uint64_t address, std::size_t size, std::uint64_t& offset);

  const Parameters& parameters_;
  Diagnostics& diagnostics_;
  std::vector<Event>& log_;
  std::map<std::uint64_t, Window> windows_;
};

/// An access to the array outside of the microcontrollers: one entry for each word.
struct ArrayAccess {
  bool write = false;
  std::uint64_t address = 0;
  std::uint32_t value = 0;
  std::uint64_t time_ps = 0;
};

/// Routes array-relative addresses to the shim windows of the microcontrollers; everything else is words of a fake
/// array that are stored and noted.
class ArrayBus : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<ArrayBus> in;
  std::array<tlm_utils::simple_initiator_socket<ArrayBus>, 6> out;

  SC_HAS_PROCESS(ArrayBus);
  explicit ArrayBus(sc_core::sc_module_name name);

  /// A method of the array runs when `due` is notified, does `on_due`, and notifies `done` at once.
  sc_core::sc_event due;
  std::function<void()> on_due;
  sc_core::sc_event done;

  sc_core::sc_time latency;  ///< Of each access to the fake array.
  std::map<std::uint64_t, std::uint32_t> words;
  std::vector<ArrayAccess> log;
  std::uint64_t hole = ~std::uint64_t{0};  ///< From here on nobody answers.
  /// Value of a read, if set for its address; called once a read.
  std::map<std::uint64_t, std::function<std::uint32_t()>> readers;
  /// What PollHint says of an address, if set; called once a poll.
  std::map<std::uint64_t, std::function<const sc_core::sc_event*()>> not_before;

  /// The writes of the log, as address and value.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint32_t>> writes() const;
  [[nodiscard]] std::size_t reads_of(std::uint64_t address) const;

 private:
  void b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void access_words(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void happen();
};

class Bench {
 public:
  static constexpr unsigned kUcs = 6;

  /// `program`: what boots; CERT if empty.
  explicit Bench(const Parameters& parameters = {}, UcProgramFactory program = {});

  // --- management firmware ------------------------------------------------------------------------------------------
  /// Writes the handshake of a context into all uCs: uC 0 leads. `restore` and `runlist` are what was saved before.
  void connect(std::uint64_t queue, std::uint32_t columns = 3, std::uint32_t runlist = 0, std::uint32_t restore = 0);
  /// As for a doorbell: doorbell_pending and Wakeup on the lead.
  void doorbell();
  void wake(unsigned uc);
  void request_switch();
  [[nodiscard]] std::uint32_t handshake(std::uint32_t offset, unsigned uc = 0);
  void set_handshake(std::uint32_t offset, std::uint32_t value, unsigned uc = 0);
  void set_context(std::uint32_t function, std::uint32_t context);
  void reset(unsigned uc);
  /// All are held in reset together: none can wake another that is already out of it.
  void reset_all();
  /// Overwrites the program of a uC that has not booted.
  void forget_program(unsigned uc);

  // --- time ---------------------------------------------------------------------------------------------------------
  /// Lets `ns` of simulated time pass.
  static void run_ns(std::uint64_t ns);
  static void run_us(std::uint64_t us) { run_ns(1000 * us); }
  [[nodiscard]] static std::uint64_t now_ps();

  // --- observations -------------------------------------------------------------------------------------------------
  [[nodiscard]] std::vector<Event> writes() const;
  [[nodiscard]] std::size_t interrupts() const;
  [[nodiscard]] bool reported(FaultCategory category, const std::string& part) const;
  [[nodiscard]] std::string diagnostics_text() const;

  FreshKernel kernel;  ///< Before all modules.
  Parameters parameters;
  FaultPlan faults;
  std::shared_ptr<CertCounters> counters = std::make_shared<CertCounters>();
  WaitRegistry waits;
  std::vector<Diagnostic> reports;
  Diagnostics diagnostics;
  std::vector<Event> log;
  HostMemory host;
  ArrayBus bus;
  std::vector<std::unique_ptr<Microcontroller>> ucs;

 private:
  /// A store of the management firmware, by shim offset.
  void access(unsigned uc, std::uint32_t offset, std::span<std::byte> bytes);
};

}  // namespace aie4::cert::bench
