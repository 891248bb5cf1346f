// SPDX-License-Identifier: Apache-2.0
#include "models/common/wait_registry.hpp"

#include <fmt/format.h>
#include <utility>

namespace aie4 {

std::string_view to_string(WaitReason reason) {
  switch (reason) {
    case WaitReason::None:
      return "nothing";
    case WaitReason::Lock:
      return "lock";
    case WaitReason::Stream:
      return "stream";
    case WaitReason::Queue:
      return "queue";
    case WaitReason::Memory:
      return "memory";
    case WaitReason::Token:
      return "token";
    case WaitReason::Barrier:
      return "barrier";
    case WaitReason::Clock:
      return "clock";
    case WaitReason::Host:
      return "host";
    case WaitReason::Cascade:
      return "cascade";
  }
  return "nothing";
}

WaitRegistry::Process::Process(WaitRegistry& registry, std::string name) : registry_(registry), name_(std::move(name)) {
  registry_.processes_.push_back(this);
}

WaitRegistry::Process::~Process() {
  registry_.processes_.remove(this);
}

std::vector<std::string> WaitRegistry::hang_report(bool include_idle) const {
  std::vector<std::string> lines;
  for (const Process* process : processes_) {
    const WaitLabel& label = process->label();
    if (label.reason == WaitReason::None) continue;
    if (label.reason == WaitReason::Host && !include_idle) continue;
    lines.push_back(fmt::format("{} waits for {}: {} {}; released by: {}", process->name(), to_string(label.reason),
                                label.subject, label.index,
                                label.releaser.empty() ? std::string_view("unknown") : label.releaser));
  }
  return lines;
}

}  // namespace aie4
