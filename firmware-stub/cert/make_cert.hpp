// SPDX-License-Identifier: Apache-2.0
// What the machine needs to put CERT on its microcontrollers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "firmware-stub/cert/counters.hpp"
#include "models/common/fault_plan.hpp"
#include "models/soc/controller_program.hpp"

namespace aie4::cert {

/// Whether a program memory holds the payload of a CERT image.
using CertImageCheck = std::function<bool(std::span<const std::byte> program_memory)>;

/// `faults` must outlive the microcontrollers; `counters` is shared by all of them and by whoever prints it.
[[nodiscard]] UcProgramFactory make_cert_factory(FaultPlan& faults, std::shared_ptr<CertCounters> counters,
                                                 CertImageCheck recognises);

}  // namespace aie4::cert
