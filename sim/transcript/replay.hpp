// SPDX-License-Identifier: Apache-2.0
// Plays a transcript against a device, without any virtual machine, and compares every answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/pci/boundary.hpp"
#include "sim/pci/ports.hpp"
#include "sim/transcript/reader.hpp"

namespace aie4::transcript {

/// The device under replay. `MachineTarget` makes one of a machine; tests use fakes.
///
/// Everything that crosses the boundary, host accesses included, has to be shown to the observer as pci::PciFunction
/// does it; `host_view` is not shown. Functions are numbered as in the transcript.
class ReplayTarget {
 public:
  virtual ~ReplayTarget() = default;
  [[nodiscard]] virtual unsigned functions() const = 0;
  virtual void set_observer(pci::BoundaryObserver* observer) = 0;

  virtual void connect(unsigned function, pci::InterruptSink& interrupts, pci::DmaPort& memory) = 0;
  virtual void disconnect(unsigned function) = 0;
  virtual void reset(unsigned function) = 0;
  virtual void host_view(unsigned function, HostViewOption option, bool value) = 0;
  virtual void config_read(unsigned function, std::uint32_t offset, std::span<std::byte> data) = 0;
  virtual void config_write(unsigned function, std::uint32_t offset, std::span<const std::byte> data) = 0;
  virtual void bar_read(unsigned function, unsigned bar, std::uint64_t offset, std::span<std::byte> data) = 0;
  virtual void bar_write(unsigned function, unsigned bar, std::uint64_t offset, std::span<const std::byte> data) = 0;

  [[nodiscard]] virtual std::uint64_t now_ps() const = 0;
  /// As Machine: run up to and including a time; complete the present instant; run the next instant, false if idle.
  virtual void run_until(std::uint64_t time_ps) = 0;
  virtual void settle() = 0;
  virtual bool run_step() = 0;
};

enum class ReplayTiming : std::uint8_t {
  /// Everything happens at the recorded picosecond and in the recorded order.
  Exact,
  /// For a device with other timing parameters: host accesses keep their order and follow the device events that came
  /// before them; device events of a function may change their order among themselves; of several reads of one register
  /// in a row only the last answer counts, and it is waited for.
  Ignore,
};

struct ReplayOptions {
  ReplayTiming timing = ReplayTiming::Exact;
  unsigned context_events = 5;  ///< Events before the difference that the report shows.
};

/// The first difference.
struct Difference {
  std::uint64_t event = 0;  ///< Number of the event of the transcript, from 0; its size if there are more.
  std::string what;         ///< "data", "time", "unexpected dma-write", "missing interrupt", ...
  std::string report;       ///< Several lines for people, ending with a line end.
};

struct ReplayResult {
  std::uint64_t events = 0;   ///< In the transcript.
  std::uint64_t matched = 0;  ///< Of them, compared and equal.
  bool complete = true;       ///< False: the recording was cut short; all that is there was played.
  std::uint64_t end_ps = 0;   ///< Simulated time at the end.
  std::string hash;           ///< Trace hash of the transcript.
  std::optional<Difference> difference;

  /// Exit status of a command: 0 = the device behaves as recorded, 1 = it does not.
  [[nodiscard]] int exit_status() const { return difference ? 1 : 0; }
};

/// Plays until the end or the first difference. `names` are the functions' names for the report. Throws TranscriptError
/// if the target has fewer functions than the transcript uses.
[[nodiscard]] ReplayResult replay(const Transcript& transcript, ReplayTarget& target,
                                  const std::vector<std::string>& names, const ReplayOptions& options = {});

}  // namespace aie4::transcript
