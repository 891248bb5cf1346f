// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/guest_tracks.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <vector>

#include "sim/profile/steps.hpp"

namespace aie4::profile {
namespace {

constexpr std::uint64_t kDrm = 'd';  // Linux ioctl-number.rst: bits 15:8 of an ioctl of DRM.

class GuestTracks {
 public:
  GuestTracks(Timeline& timeline, const GuestRecord& record) : timeline_(timeline), record_(record) {
    for (const auto& [function, lines] : record.interrupts) {
      for (const std::uint32_t line : lines) function_of_[line] = function;
    }
  }

  void run() {
    for (const GuestEntry& entry : record_.entries) {
      add(entry);
      last_ = entry.time;
    }
    for (auto& [pid, open] : open_) {
      while (!open.empty()) close(pid, last_, open.back());
    }
    if (handling_ != 0) timeline_.end(handlers(), last_);
    if (running_) timeline_.end(processor(), last_);
  }

 private:
  enum class Scope : std::uint8_t { Xrt, Ioctl, OtherIoctl, Function };

  Timeline::Track thread(std::uint32_t pid) {
    return timeline_.track(fmt::format("{}/{}", kGuestTracks, thread_name(record_, pid)));
  }
  Timeline::Track handlers() { return timeline_.track(fmt::format("{}/{}", kGuestTracks, kInterruptTrack)); }
  Timeline::Track processor() { return timeline_.track(fmt::format("{}/processor", kGuestTracks)); }

  void open(const GuestEntry& entry, Scope scope, std::string_view name) {
    open_[entry.pid].push_back(scope);
    if (scope != Scope::OtherIoctl) timeline_.begin(thread(entry.pid), entry.time, name);
  }

  /// Ends the innermost of its kind and all that is within, whose end got lost; what began before the trace has none.
  void close(std::uint32_t pid, Nanoseconds time, Scope scope) {
    std::vector<Scope>& scopes = open_[pid];
    if (std::ranges::find(scopes, scope) == scopes.end()) return;
    while (true) {
      const Scope inner = scopes.back();
      scopes.pop_back();
      if (inner != Scope::OtherIoctl) timeline_.end(thread(pid), time);
      if (inner == scope) return;
    }
  }

  void add(const GuestEntry& entry) {
    switch (entry.kind) {
      case EntryKind::Call:
        open(entry, Scope::Function, entry.text);
        break;
      case EntryKind::Leaf:
        timeline_.begin(thread(entry.pid), entry.time, entry.text);
        timeline_.end(thread(entry.pid), entry.time + entry.duration);
        break;
      case EntryKind::Return:
        close(entry.pid, entry.time, Scope::Function);
        break;
      case EntryKind::RunStart:
        open(entry, Scope::Xrt, entry.list ? "xrt::runlist::execute" : "xrt::run::start");
        break;
      case EntryKind::RunWait:
        open(entry, Scope::Xrt, entry.list ? "xrt::runlist::wait" : "xrt::run::wait");
        break;
      case EntryKind::RunStarted:
      case EntryKind::RunWaited:
        close(entry.pid, entry.time, Scope::Xrt);
        break;
      case EntryKind::IoctlEnter:
        open(entry, (entry.value >> 8U & 0xFFU) == kDrm ? Scope::Ioctl : Scope::OtherIoctl,
             fmt::format("ioctl {:#x}", entry.value & 0xFFU));
        break;
      case EntryKind::IoctlExit:
        close_ioctl(entry);
        break;
      default:
        event(entry);
    }
  }

  void close_ioctl(const GuestEntry& entry) {
    const std::vector<Scope>& scopes = open_[entry.pid];
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
      if (*scope != Scope::Ioctl && *scope != Scope::OtherIoctl) continue;
      close(entry.pid, entry.time, *scope);
      return;
    }
  }

  void event(const GuestEntry& entry) {
    switch (entry.kind) {
      case EntryKind::InterruptEnter: {
        const auto function = function_of_.find(static_cast<std::uint32_t>(entry.value));
        if (function == function_of_.end()) break;
        handling_ = entry.value;
        timeline_.begin(handlers(), entry.time, fmt::format("{} of {}", entry.text, function->second));
        break;
      }
      case EntryKind::InterruptExit:
        if (handling_ == 0 || handling_ != entry.value) break;
        handling_ = 0;
        timeline_.end(handlers(), entry.time);
        break;
      case EntryKind::Switch:
        if (running_) timeline_.end(processor(), entry.time);
        running_ = entry.other != 0;
        if (running_) timeline_.begin(processor(), entry.time, thread_name(record_, entry.other));
        break;
      case EntryKind::MessageSent:
      case EntryKind::MessageReceived: {
        const auto function = function_of_.find(entry.line);
        timeline_.instant(
            thread(entry.pid), entry.time,
            fmt::format("{} {:#x}", entry.kind == EntryKind::MessageSent ? "sends request" : "takes response",
                        entry.value),
            function == function_of_.end() ? 0 : message_flow(function->second, entry.value));
        break;
      }
      case EntryKind::Note:
        timeline_.instant(thread(entry.pid), entry.time, entry.text);
        break;
      default:
        break;
    }
  }

  Timeline& timeline_;
  const GuestRecord& record_;
  std::map<std::uint32_t, std::string> function_of_;
  std::map<std::uint32_t, std::vector<Scope>> open_;
  std::uint64_t handling_ = 0;
  bool running_ = false;
  Nanoseconds last_ = 0;
};

}  // namespace

std::string thread_name(const GuestRecord& record, std::uint32_t pid) {
  if (pid == 0) return "idle";
  const auto found = record.tasks.find(pid);
  std::string name = found == record.tasks.end() ? "thread" : found->second;
  std::ranges::replace(name, '/', '-');  // Slashes are between a track and what it is below.
  return fmt::format("{} {}", name, pid);
}

std::uint64_t message_flow(std::string_view function, std::uint64_t id) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;  // FNV-1a
  for (const char character : function) hash = (hash ^ static_cast<unsigned char>(character)) * 0x100'0000'01B3;
  return kMessageFlow | ((hash & 0x3FFF) << 40U) | (id & 0xFF'FFFF'FFFF);
}

void add_guest_tracks(Timeline& timeline, const GuestRecord& record) {
  GuestTracks(timeline, record).run();
}

}  // namespace aie4::profile
