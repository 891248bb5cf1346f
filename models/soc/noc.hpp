// SPDX-License-Identifier: Apache-2.0
// The network on chip and the DDR behind it: every access of the device to host memory goes through here.
#pragma once

#include <cstdint>
#include <string>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/common/parameters.hpp"
#include "models/common/probe.hpp"
#include "models/common/resource_use.hpp"

namespace aie4 {

/// Routes by `HostAccess::function` to that function's upstream port and charges time.
///
/// One budget of `noc.bytes_per_us` is shared by all engines in the order of their requests; each access further takes
/// `noc.latency_ns`, which is all that one that is refused costs. The time is annotated: the caller waits, the data
/// moves at once.
///
/// Streaming accesses (HostAccess) pay no latency, but for `noc.run_overhead_bytes` more than they move: contiguous
/// runs that are short use DDR badly.
class Noc : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Noc> engines;
  sc_core::sc_vector<tlm_utils::simple_initiator_socket_tagged<Noc>> upstream;  ///< One per PCI function.

  Noc(sc_core::sc_module_name name, unsigned functions, const Parameters& parameters);

  /// Accounts for its time, and draws it unless `probe` is null. `function_names`: as they are drawn.
  void observe(ResourceRegistry& resources, Probe* probe, const std::vector<std::string>& function_names);

  [[nodiscard]] std::uint64_t bytes_moved() const { return bytes_moved_; }
  [[nodiscard]] std::uint64_t accesses() const { return accesses_; }

 private:
  void b_transport(int engine, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void account(const tlm::tlm_generic_payload& payload, unsigned function, const sc_core::sc_time& time);

  const Parameters& parameters_;
  sc_core::sc_time free_at_ = sc_core::SC_ZERO_TIME;
  std::uint64_t bytes_moved_ = 0;
  std::uint64_t accesses_ = 0;
  ResourceUse* use_ = nullptr;
  Probe* probe_ = nullptr;
  TrackId track_ = 0;
  std::vector<std::string> slice_names_;  ///< Read and write of each function.
};

}  // namespace aie4
