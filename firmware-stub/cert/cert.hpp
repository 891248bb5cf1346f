// SPDX-License-Identifier: Apache-2.0
// CERT: the firmware of a per-column microcontroller, front half. One and the same program runs on all uCs; the
// handshake block that the management firmware writes into each makes one of them the lead of a context.
#pragma once

#include <memory>

#include "firmware-stub/cert/counters.hpp"
#include "firmware-stub/cert/job_runner.hpp"
#include "firmware-stub/cert/lead.hpp"
#include "firmware-stub/cert/memory_map.hpp"
#include "firmware-stub/cert/worker.hpp"
#include "models/common/fault_plan.hpp"
#include "models/soc/controller_program.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

/// Reaches nothing but its uC's memories, DMA engines, AXI-MM port and interrupt line. A reset unwinds it at any wait
/// with `ControllerReset`; what outlives that stands in the uC's memories.
class Cert : public ControllerProgram {
 public:
  Cert(Microcontroller& uc, FaultPlan& faults, std::shared_ptr<CertCounters> counters);

  /// Never returns: looks at what it was woken for, does it, sleeps.
  void run() override;

 private:
  Microcontroller& uc_;
  std::shared_ptr<CertCounters> counters_;
  PrivateWords words_;
  JobRunner runner_;
  Lead lead_;
  Worker worker_;
};

}  // namespace aie4::cert
