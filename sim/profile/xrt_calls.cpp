// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/xrt_calls.hpp"

#include <map>

namespace aie4::profile {

std::vector<XrtCall> xrt_calls(const GuestRecord& record) {
  struct Open {
    std::size_t call = 0;
    unsigned depth = 0;
  };
  std::vector<XrtCall> calls;
  std::map<std::uint32_t, Open> open;
  for (const GuestEntry& entry : record.entries) {
    const bool begin = entry.kind == EntryKind::RunStart || entry.kind == EntryKind::RunWait;
    const bool end = entry.kind == EntryKind::RunStarted || entry.kind == EntryKind::RunWaited;
    if (!begin && !end) continue;
    Open& mine = open[entry.pid];
    if (begin) {
      if (mine.depth++ != 0) continue;
      mine.call = calls.size();
      calls.push_back({.pid = entry.pid,
                       .wait = entry.kind == EntryKind::RunWait,
                       .list = entry.list,
                       .object = entry.object,
                       .begin = entry.time});
    } else if (mine.depth != 0 && --mine.depth == 0) {
      calls[mine.call].end = entry.time;
    }
  }
  return calls;
}

}  // namespace aie4::profile
