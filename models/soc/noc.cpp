// SPDX-License-Identifier: Apache-2.0
#include "models/soc/noc.hpp"

#include <algorithm>

#include "models/soc/host_access.hpp"

namespace aie4 {

Noc::Noc(sc_core::sc_module_name name, unsigned functions, const Parameters& parameters)
    : sc_module(name), engines("engines"), upstream("upstream", functions), parameters_(parameters) {
  engines.register_b_transport(this, &Noc::b_transport);
}

void Noc::b_transport(int /*engine*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  auto* access = payload.get_extension<HostAccess>();
  if (access == nullptr || access->function >= upstream.size()) {
    if (access != nullptr) access->status = DmaStatus::NotMapped;
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  upstream[access->function]->b_transport(payload, delay);
  ++accesses_;
  const sc_core::sc_time latency(static_cast<double>(parameters_.noc_latency_ns), sc_core::SC_NS);
  if (payload.is_response_error()) {
    delay += latency;
    return;
  }

  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time start = now + delay;
  const std::uint64_t bytes = payload.get_data_length();
  const std::uint64_t charged = bytes + (access->streaming ? parameters_.noc_run_overhead_bytes : 0);
  const std::uint64_t picoseconds =
      (charged * 1'000'000 + parameters_.noc_bytes_per_us - 1) / parameters_.noc_bytes_per_us;
  const sc_core::sc_time time(static_cast<double>(picoseconds), sc_core::SC_PS);
  bytes_moved_ += bytes;
  if (access->streaming) {
    // Booked from the present on, not from `start`: engines ask ahead of time, which must not hold up others.
    free_at_ = std::max(free_at_, now) + time;
    delay = std::max(free_at_, start + time) - now;
    return;
  }
  free_at_ = std::max(free_at_, start) + time;
  delay += free_at_ - start + latency;
}

}  // namespace aie4
