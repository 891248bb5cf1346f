// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/cert.hpp"

#include <utility>

#include "firmware-stub/cert/make_cert.hpp"

namespace aie4::cert {

Cert::Cert(Microcontroller& uc, FaultPlan& faults, std::shared_ptr<CertCounters> counters)
    : uc_(uc),
      counters_(std::move(counters)),
      words_(uc.private_memory()),
      runner_(uc, *counters_),
      lead_(uc, runner_, *counters_, faults),
      worker_(uc, runner_) {}

void Cert::run() {
  words_.set(handshake::FwState::HANDSHAKE);
  for (;;) {
    // The wake-up that booted the uC may be the first doorbell or the first work, so look before sleeping.
    if (lead_.appointed()) {
      if (!lead_.nothing_new()) lead_.serve();
      uc_.sleep({WaitReason::Host, "doorbell for uC", uc_.index(), "the driver, through the management firmware"});
    } else {
      worker_.serve();
      uc_.sleep({WaitReason::Host, "work for uC", uc_.index(), "the lead uC"});
    }
  }
}

UcProgramFactory make_cert_factory(FaultPlan& faults, std::shared_ptr<CertCounters> counters,
                                   CertImageCheck recognises) {
  return [&faults, counters = std::move(counters), recognises = std::move(recognises)](
             Microcontroller& uc, std::span<const std::byte> program_memory) -> std::unique_ptr<ControllerProgram> {
    if (!recognises(program_memory)) return nullptr;
    return std::make_unique<Cert>(uc, faults, counters);
  };
}

}  // namespace aie4::cert
