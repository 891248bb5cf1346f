// SPDX-License-Identifier: Apache-2.0
#include "models/soc/noc.hpp"

#include <algorithm>

#include "models/common/time.hpp"
#include "models/soc/host_access.hpp"

namespace aie4 {

Noc::Noc(sc_core::sc_module_name name, unsigned functions, const Parameters& parameters)
    : sc_module(name), engines("engines"), upstream("upstream", functions), parameters_(parameters) {
  engines.register_b_transport(this, &Noc::b_transport);
}

void Noc::observe(ResourceRegistry& resources, Probe* probe, const std::vector<std::string>& function_names) {
  use_ = &resources.add("NoC and DDR");
  probe_ = probe;
  if (probe_ == nullptr) return;
  track_ = probe_->track(use_->name);
  for (const std::string& name : function_names) {
    slice_names_.push_back(name + " read");
    slice_names_.push_back(name + " write");
  }
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
  const sc_core::sc_time latency = nanoseconds(parameters_.noc_latency_ns);
  if (payload.is_response_error()) {
    delay += latency;
    return;
  }

  const sc_core::sc_time now = time_now();
  const sc_core::sc_time start = now + delay;
  const std::uint64_t bytes = payload.get_data_length();
  const std::uint64_t charged = bytes + (access->streaming ? parameters_.noc_run_overhead_bytes : 0);
  const sc_core::sc_time time =
      picoseconds((charged * 1'000'000 + parameters_.noc_bytes_per_us - 1) / parameters_.noc_bytes_per_us);
  bytes_moved_ += bytes;
  // Streams are booked from the present on, not from `start`: engines ask ahead of time, which must not hold up others.
  free_at_ = std::max(free_at_, access->streaming ? now : start) + time;
  account(payload, access->function, time);
  if (access->streaming) {
    delay = std::max(free_at_, start + time) - now;
    return;
  }
  delay += free_at_ - start + latency;
}

/// The access that took the last `time` before free_at_.
void Noc::account(const tlm::tlm_generic_payload& payload, unsigned function, const sc_core::sc_time& time) {
  if (use_ == nullptr) return;
  use_->bytes += payload.get_data_length();
  ++use_->operations;
  use_->busy += time;
  if (probe_ != nullptr) {
    probe_->activity(track_, free_at_ - time, free_at_, slice_names_[2 * function + (payload.is_write() ? 1 : 0)]);
  }
}

}  // namespace aie4
