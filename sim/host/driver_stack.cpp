// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver_stack.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <utility>

#include "firmware-stub/image/payload.hpp"

namespace aie4::host {

DriverStack::DriverStack(Machine& machine, AddressMode memory, Step step)
    : machine_(machine),
      step_(std::move(step)),
      clock_(machine),
      host_(clock_, memory),
      bus_(host_, machine.functions()) {
  for (unsigned i = 0; i < machine.functions().size(); ++i) functions_.push_back(&bus_.device(i));
}

void DriverStack::run_step(const std::string& /*name*/, const std::function<void()>& body) {
  body();
}

void DriverStack::up(const FirmwareImages& firmware, unsigned vfs) {
  step_("enumerate", [this] { bus_.enumerate(); });
  std::vector<PciDevice*> found = bus_.devices();
  if (machine_.configuration().has_pf) {
    PciDevice& pf = *found.front();
    found.erase(found.begin());
    step_("PF probe", [&] { pf_ = std::make_unique<PfDriver>(bus_, pf, firmware); });
    const unsigned hidden = std::min(vfs, bus_.total_vfs(pf));
    if (found.empty() && hidden > 0) step_("SR-IOV enable", [&] { found = pf_->enable_vfs(hidden); });
  }
  if (found.size() > vfs) found.resize(vfs);
  for (PciDevice* vf : found) {
    step_(fmt::format("VF{} probe", vfs_.size()), [&] { vfs_.push_back(std::make_unique<VfDriver>(*vf)); });
  }
}

void DriverStack::down() {
  if (!vfs_.empty()) {
    step_("VF remove", [this] {
      for (const auto& vf : vfs_) vf->remove();
    });
  }
  if (pf_) {
    step_("PF remove", [this] { pf_->remove(); });
  }
}

void DriverStack::release() {
  vfs_.clear();
  pf_.reset();
}

FirmwareImages stub_images(unsigned protocol_major) {
  // Versions of the stubs themselves: the first release.
  constexpr image::FirmwareVersion kVersion{1, 0, 0};
  // A protocol that nobody speaks (a fault test) is announced by the same firmware.
  const unsigned personality = protocol_major == 6 ? 6 : 5;
  const auto make = [&](ImageKind kind) {
    const std::string payload = image::make_payload(kind, personality, kVersion);
    return image::encode(kind, personality, kVersion, std::as_bytes(std::span(payload)));
  };
  return {make(ImageKind::Management), make(ImageKind::Cert)};
}

}  // namespace aie4::host
