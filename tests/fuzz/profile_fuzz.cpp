// SPDX-License-Identifier: Apache-2.0
// Timelines and kernel traces are handed around: whatever the bytes are, reading and reporting ends in order. The first
// byte chooses: a timeline, or what the guest's kernel traced, through to the states of its threads.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "sim/profile/error.hpp"
#include "sim/profile/guest_record.hpp"
#include "sim/profile/guest_tracks.hpp"
#include "sim/profile/report.hpp"
#include "sim/profile/thread_states.hpp"
#include "sim/profile/xrt_calls.hpp"
#include "sim/trace/perfetto_reader.hpp"

namespace {

using namespace aie4;  // NOLINT(google-build-using-namespace)

void timeline(std::string_view bytes) {
  const profile::Report found = profile::report(trace::read_trace(bytes));
  if (profile::text(found).empty() || profile::json(found).empty()) std::abort();
}

void guest(std::string_view bytes) {
  const profile::GuestRecord record = profile::parse_guest(bytes);
  for (const auto& [pid, name] : record.tasks) {
    const auto states = profile::thread_states(record, pid);
    for (std::size_t i = 1; i < states.size(); ++i) {
      if (states[i].time < states[i - 1].time) std::abort();
    }
  }
  (void)profile::xrt_calls(record);
  profile::Timeline lines;
  profile::add_guest_tracks(lines, record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT(*-reinterpret-cast)
  try {
    (data[0] % 2 == 0 ? timeline : guest)(bytes);
  } catch (const profile::ProfileError&) {
  } catch (const trace::TraceError&) {
  }
  return 0;
}
