// SPDX-License-Identifier: Apache-2.0
// A whole machine with a host around it: what the tests of the PCI boundary start from.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/host/bring_up.hpp"
#include "sim/host/driver/context.hpp"
#include "sim/host/driver/control_code.hpp"
#include "sim/host/driver/pf_driver.hpp"
#include "sim/host/driver/vf_driver.hpp"
#include "sim/host/machine_clock.hpp"
#include "sim/host/pci_bus.hpp"
#include "sim/machine/machine.hpp"
#include "sim/pci/boundary.hpp"

namespace aie4::integration {

/// What logs are compared with: a difference is printed.
inline const std::vector<std::string> kNothing;

inline constexpr std::uint64_t kMicrosecond = 1'000'000;  // In picoseconds.
inline constexpr std::uint64_t kMillisecond = 1'000 * kMicrosecond;

/// One BAR access as golden transcripts write it: "R BAR2+0 = 1".
struct Access {
  char kind = 'R';
  unsigned bar = 0;
  std::uint64_t offset = 0;
  std::uint64_t value = 0;

  bool operator==(const Access&) const = default;
};
using Accesses = std::vector<Access>;
std::ostream& operator<<(std::ostream& out, const Access& access);

[[nodiscard]] inline Access read(unsigned bar, std::uint64_t offset, std::uint64_t value) {
  return {'R', bar, offset, value};
}
[[nodiscard]] inline Access write(unsigned bar, std::uint64_t offset, std::uint64_t value) {
  return {'W', bar, offset, value};
}

/// A device write to host memory.
struct DmaWrite {
  std::uint64_t address = 0;
  std::vector<std::byte> data;
};

/// Watches one function.
class Recorder final : public pci::BoundaryObserver {
 public:
  explicit Recorder(pci::PciFunction& function) : function_(function) { function_.set_observer(this); }
  ~Recorder() override { function_.set_observer(nullptr); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void observe(const pci::BoundaryEvent& event) override;

  Accesses accesses;  ///< BAR accesses; those to the MSI-X structures are left out.
  std::vector<unsigned> interrupts;
  std::vector<DmaWrite> writes;
  std::uint64_t dma_reads = 0;
  std::uint64_t refused = 0;  ///< DMA that the host did not allow.

  void clear();

 private:
  pci::PciFunction& function_;
};

/// Machine, host, enumerated bus. The PF is bound and VFs appear when asked for.
class Rig {
 public:
  explicit Rig(const Configuration& configuration = {}, host::AddressMode mode = host::AddressMode::Iova);

  std::vector<Diagnostic> diagnostics;  ///< Everything the machine reported.
  Machine machine;
  host::MachineClock clock;
  host::Host host;
  host::PciBus bus;
  host::FirmwareImages images = host::stub_images(5);

  /// Probes the PF. Throws DriverError.
  host::PfDriver& bind_pf();
  /// Enables `count` SR-IOV VFs and probes each. Throws DriverError.
  void bind_vfs(unsigned count);
  /// Unbinds everything, VFs first.
  void unbind();

  [[nodiscard]] host::PciDevice& pf_device() { return bus.device(0); }
  [[nodiscard]] host::PfDriver& pf() { return *pf_; }
  [[nodiscard]] host::VfDriver& vf(unsigned index = 0) { return *vfs_.at(index); }
  /// Unbinds one VF.
  void unbind_vf(unsigned index) { vfs_.at(index)->remove(); }

  /// Whether the machine reported something of that category that contains `text`.
  [[nodiscard]] bool reported(FaultCategory category, std::string_view text) const;
  [[nodiscard]] std::vector<std::string> log();
  /// The same for what the machine reported.
  [[nodiscard]] std::vector<std::string> reports() const;

 private:
  std::unique_ptr<host::PfDriver> pf_;
  std::vector<std::unique_ptr<host::VfDriver>> vfs_;
};

/// An application: a queue, a context on it, and commands that do nothing.
struct Client {
  explicit Client(host::VfDriver& vf, const host::VfDriver::ContextOptions& options = {},
                  host::QueueLayout layout = host::QueueLayout::Wide);

  /// A command that runs `code` on uC 0; by default this client's NOP program.
  [[nodiscard]] host::Command command();
  [[nodiscard]] host::Command command(const host::DmaBuffer& code);

  host::VfDriver& vf;
  host::DmaBuffer nop;
  host::Queue queue;
  std::unique_ptr<host::Context> context;
};

/// The DriverError that `operation` ends with; throws std::logic_error if it succeeds.
template <class Operation>
[[nodiscard]] host::DriverError error_of(Operation operation) {
  try {
    operation();
  } catch (const host::DriverError& error) {
    return error;
  }
  throw std::logic_error("the operation succeeded");
}

}  // namespace aie4::integration
