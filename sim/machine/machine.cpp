// SPDX-License-Identifier: Apache-2.0
#include "sim/machine/machine.hpp"

#include <fmt/format.h>
#include <utility>

#include "firmware-stub/cert/make_cert.hpp"
#include "firmware-stub/image/container.hpp"
#include "firmware-stub/image/payload.hpp"
#include "firmware-stub/image/verifier.hpp"
#include "firmware-stub/management/firmware.hpp"
#include "models/common/time.hpp"
#include "models/npu/npu.hpp"
#include "sim/machine/core_bindings.hpp"
#include "sim/machine/npu_backend.hpp"
#include "sim/machine/shapes.hpp"

namespace aie4 {
namespace {

/// sc_start, after which exceptions of the caller are understood by sanitizers.
void advance(const sc_core::sc_time& duration, sc_core::sc_starvation_policy policy = sc_core::SC_RUN_TO_TIME) {
  sc_core::sc_start(duration, policy);
}

constexpr image::FirmwareVersion kBuiltInVersion{.major = 1};

/// What a device without a PF powers up with.
std::vector<std::byte> built_in_image(ImageKind kind, const Configuration& configuration) {
  const auto personality = static_cast<unsigned>(configuration.parameters.protocol_major);
  const std::string payload = image::make_payload(kind, personality, kBuiltInVersion);
  return image::encode(kind, personality, kBuiltInVersion, std::as_bytes(std::span(payload)));
}

}  // namespace

class Machine::Impl {
 public:
  Impl(const Configuration& configuration_in, Diagnostics::Sink sink, Probe* probe)
      : configuration(with_cores(configuration_in)),
        faults(configuration.faults),
        diagnostics(std::move(sink), [] { return sc_core::sc_time_stamp().value(); }),
        npu("npu", configuration, faults, diagnostics, firmware_set(),
            built_in_image(ImageKind::Management, configuration), built_in_image(ImageKind::Cert, configuration),
            probe) {
    const std::vector<pci::FunctionShape> shapes = function_shapes(configuration);
    for (unsigned index = 0; index < shapes.size(); ++index) {
      const bool pf = configuration.has_pf && index == 0;
      backends.push_back(std::make_unique<NpuBackend>(("pci_" + shapes[index].name).c_str(), npu, index, pf));
      functions.push_back(std::make_unique<pci::PciFunction>(static_cast<std::uint8_t>(index), shapes[index],
                                                             *backends.back(), diagnostics));
      backends.back()->attach(*functions.back(), [this] {
        if (std::exchange(pause_at_interrupt, false)) sc_core::sc_pause();
      });
    }
    if (!configuration.has_pf) return;
    backends.front()->on_virtual_functions = [this](unsigned count) {
      vfs_enabled = count;
      update_vfs();
    };
    backends.front()->on_vf_memory_space = [this](bool enabled) {
      vf_memory = enabled;
      update_vfs();
    };
  }

  /// Digests of foreign core programs are reported whether any are bound or not.
  Configuration with_cores(Configuration wanted) {
    if (wanted.cores == nullptr) wanted.cores = &no_bindings;
    return wanted;
  }

  FirmwareSet firmware_set() {
    return {.verifier = std::make_shared<image::ContainerVerifier>(),
            .management = management::make_management_factory(configuration, faults, management_counters,
                                                              image::recognises_management),
            .cert = cert::make_cert_factory(faults, cert_counters, [](std::span<const std::byte> program_memory) {
              return image::recognises_cert(program_memory).has_value();
            })};
  }

  void update_vfs() {
    for (unsigned vf = 0; vf < configuration.vfs; ++vf) functions[1 + vf]->set_vf_enabled(vf < vfs_enabled, vf_memory);
  }

  void settle() const {
    while (sc_core::sc_pending_activity_at_current_time()) advance(sc_core::SC_ZERO_TIME);
  }

  CoreBindings no_bindings;
  Configuration configuration;
  FaultPlan faults;
  Diagnostics diagnostics;
  management::ManagementCounters management_counters;
  std::shared_ptr<cert::CertCounters> cert_counters = std::make_shared<cert::CertCounters>();
  Npu npu;
  std::vector<std::unique_ptr<NpuBackend>> backends;
  std::vector<std::unique_ptr<pci::PciFunction>> functions;
  bool pause_at_interrupt = false;  ///< The next one: it clears this.
  unsigned vfs_enabled = 0;
  bool vf_memory = false;
};

Machine::Machine(const Configuration& configuration, Diagnostics::Sink sink, Probe* probe)
    : impl_(std::make_unique<Impl>(configuration, std::move(sink), probe)) {
  // Elaborates, and lets every process reach its first wait.
  advance(sc_core::SC_ZERO_TIME);
  settle();
}

Machine::~Machine() = default;

const Configuration& Machine::configuration() const {
  return impl_->configuration;
}
Diagnostics& Machine::diagnostics() {
  return impl_->diagnostics;
}

std::vector<pci::PciFunction*> Machine::functions() {
  std::vector<pci::PciFunction*> all;
  for (const auto& function : impl_->functions) all.push_back(function.get());
  return all;
}

std::uint64_t Machine::now_ps() const {
  return sc_core::sc_time_stamp().value();
}
bool Machine::busy() const {
  return sc_core::sc_pending_activity();
}
void Machine::settle() {
  impl_->settle();
}

bool Machine::run_steps(unsigned max_steps) {
  settle();
  for (unsigned step = 0; step < max_steps && busy(); ++step) {
    advance(sc_core::sc_time_to_pending_activity(), sc_core::SC_RUN_TO_TIME);
    settle();
  }
  return busy();
}

void Machine::run_to_interrupt(std::uint64_t time_ps) {
  settle();
  const sc_core::sc_time end = picoseconds(time_ps);
  if (!busy() || sc_core::sc_time_stamp() >= end) return;
  bool interrupted = false;
  // SystemC warns, on standard output, of a start that finds nothing to do before its end.
  if (sc_core::sc_time_to_pending_activity() <= end - sc_core::sc_time_stamp()) {
    impl_->pause_at_interrupt = true;
    advance(end - sc_core::sc_time_stamp(), sc_core::SC_EXIT_ON_STARVATION);
    interrupted = !std::exchange(impl_->pause_at_interrupt, false);
    settle();
  }
  // What is left lies behind `time_ps`.
  if (!interrupted && busy() && sc_core::sc_time_stamp() < end) advance(end - sc_core::sc_time_stamp());
}

void Machine::run_until(std::uint64_t time_ps) {
  settle();
  const sc_core::sc_time end = picoseconds(time_ps);
  if (sc_core::sc_time_stamp() < end) advance(end - sc_core::sc_time_stamp(), sc_core::SC_RUN_TO_TIME);
  settle();
}

std::vector<std::string> Machine::hang_report() const {
  return impl_->npu.waits.hang_report();
}

const ResourceRegistry& Machine::resources() const {
  return impl_->npu.resources;
}

std::vector<Machine::Counter> Machine::counters() const {
  const Impl& machine = *impl_;
  std::vector<Counter> all;
  for (unsigned index = 0; index < machine.functions.size(); ++index) {
    const std::string& name = machine.functions[index]->shape().name;
    all.push_back({name + ".mmio_reads", "1", machine.backends[index]->mmio_reads()});
    all.push_back({name + ".mmio_writes", "1", machine.backends[index]->mmio_writes()});
    all.push_back({name + ".doorbells", "1", machine.npu.functions[index]->doorbells()});
    all.push_back({name + ".interrupts", "1", machine.npu.functions[index]->interrupts()});
  }
  const management::ManagementCounters& management = machine.management_counters;
  all.push_back({"management.boots", "1", management.boots});
  all.push_back({"management.messages", "1", management.messages});
  all.push_back({"management.refused_messages", "1", management.refused_messages});
  all.push_back({"management.contexts_created", "1", management.contexts_created});
  all.push_back({"management.contexts_destroyed", "1", management.contexts_destroyed});
  const cert::CertCounters& cert = *machine.cert_counters;
  all.push_back({"cert.doorbells", "1", cert.doorbells});
  all.push_back({"cert.packets", "1", cert.packets});
  all.push_back({"cert.commands_completed", "1", cert.commands_completed});
  all.push_back({"cert.commands_failed", "1", cert.commands_failed});
  all.push_back({"cert.commands_aborted", "1", cert.commands_aborted});
  all.push_back({"cert.preemptions", "1", cert.preemptions});
  all.push_back({"cert.pages", "1", cert.pages});
  all.push_back({"cert.jobs", "1", cert.jobs});
  all.push_back({"cert.opcodes", "1", cert.opcodes});
  all.push_back({"noc.accesses", "1", machine.npu.noc.accesses()});
  all.push_back({"noc.bytes", "bytes", machine.npu.noc.bytes_moved()});
  return all;
}

}  // namespace aie4
