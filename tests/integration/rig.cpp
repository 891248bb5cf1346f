// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/rig.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <ostream>

namespace aie4::integration {
namespace {

constexpr std::uint64_t kMsixStart = 0x1'0000;  // Of BAR0: table, then pending bits.

}  // namespace

std::ostream& operator<<(std::ostream& out, const Access& access) {
  return out << access.kind << " BAR" << access.bar << "+" << std::hex << access.offset << " = " << access.value
             << std::dec;
}

void Recorder::observe(const pci::BoundaryEvent& event) {
  using enum pci::BoundaryEventKind;
  switch (event.kind) {
    case BarRead:
    case BarWrite: {
      if (event.bar == 0 && event.address >= kMsixStart) return;
      std::uint64_t value = 0;
      std::memcpy(&value, event.data.data(), std::min(sizeof value, event.data.size()));
      accesses.push_back({event.kind == BarRead ? 'R' : 'W', event.bar, event.address, value});
      return;
    }
    case Interrupt:
      interrupts.push_back(static_cast<unsigned>(event.address));
      return;
    case DmaRead:
      if (event.status != DmaStatus::Ok) ++refused;
      ++dma_reads;
      return;
    case DmaWrite:
      if (event.status != DmaStatus::Ok) ++refused;
      writes.push_back({event.address, {event.data.begin(), event.data.end()}});
      return;
    default:
      return;
  }
}

void Recorder::clear() {
  accesses.clear();
  interrupts.clear();
  writes.clear();
  dma_reads = 0;
  refused = 0;
}

Rig::Rig(const Configuration& configuration, host::AddressMode mode)
    : machine(configuration, [this](const Diagnostic& diagnostic) { diagnostics.push_back(diagnostic); }),
      clock(machine),
      host(clock, mode),
      bus(host, machine.functions()) {
  bus.enumerate();
}

host::PfDriver& Rig::bind_pf() {
  pf_.reset();
  pf_ = std::make_unique<host::PfDriver>(bus, pf_device(), images);
  return *pf_;
}

void Rig::bind_vfs(unsigned count) {
  vfs_.clear();
  const bool sriov = machine.configuration().has_pf && machine.configuration().vf_mode == VfMode::Sriov;
  std::vector<host::PciDevice*> devices = sriov ? pf().enable_vfs(count) : bus.devices();
  if (!sriov && machine.configuration().has_pf) devices.erase(devices.begin());
  devices.resize(count);
  for (host::PciDevice* device : devices) vfs_.push_back(std::make_unique<host::VfDriver>(*device));
}

void Rig::unbind() {
  for (const auto& vf : vfs_) vf->remove();
  vfs_.clear();
  if (pf_) pf_->remove();
  pf_.reset();
}

bool Rig::reported(FaultCategory category, std::string_view text) const {
  return std::ranges::any_of(diagnostics, [&](const Diagnostic& diagnostic) {
    return diagnostic.category == category && diagnostic.text().find(text) != std::string::npos;
  });
}

std::vector<std::string> Rig::log() {
  std::vector<std::string> lines;
  std::ranges::transform(host.log().lines(), std::back_inserter(lines), &host::KernelLog::Line::text);
  return lines;
}

std::vector<std::string> Rig::reports() const {
  std::vector<std::string> texts;
  std::ranges::transform(diagnostics, std::back_inserter(texts), &Diagnostic::text);
  return texts;
}

Client::Client(host::VfDriver& driver, const host::VfDriver::ContextOptions& options, host::QueueLayout layout)
    : vf(driver),
      nop(host::nop_program().load(driver.device().dma())),
      queue(driver.device().dma(), layout),
      context(driver.create_context(queue, options)) {}

host::Command Client::command() {
  return command(nop);
}

host::Command Client::command(const host::DmaBuffer& code) {
  return {vf.device().dma(), {{0, code.address()}}};
}

}  // namespace aie4::integration
