// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/boundary_tap.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "models/registers/mailbox.hpp"
#include "sim/cli/exit_status.hpp"
#include "sim/config/config.hpp"

namespace aie4::cli {
namespace {

constexpr std::uint8_t kDoorbellBar = 2;

void open(std::ofstream& out, const std::filesystem::path& file, const char* option) {
  errno = 0;
  out.open(file, std::ios::binary | std::ios::trunc);
  if (!out) {
    const std::error_code reason(errno, std::generic_category());
    throw Failure(std::string(option) + ": cannot write " + file.string() + ": " + reason.message());
  }
}

}  // namespace

void LatencyMeter::observe(const pci::BoundaryEvent& event, std::uint64_t now_ps) {
  if (event.kind == pci::BoundaryEventKind::DmaRead || event.kind == pci::BoundaryEventKind::DmaWrite) return;
  if (event.function >= rang_ps_.size()) rang_ps_.resize(event.function + std::size_t{1});
  std::optional<std::uint64_t>& rang = rang_ps_[event.function];
  if (event.kind == pci::BoundaryEventKind::BarWrite && event.bar == kDoorbellBar &&
      event.address >= registers::mailbox::kDoorbellBase) {
    if (!rang) rang = now_ps;
  } else if (event.kind == pci::BoundaryEventKind::Interrupt && event.address != 0 && rang) {
    // Vector 0 is the mailbox's.
    const std::uint64_t latency = now_ps - *rang;
    rang.reset();
    ++samples_;
    total_ps_ += latency;
    minimum_ps_ = std::min(minimum_ps_, latency);
    maximum_ps_ = std::max(maximum_ps_, latency);
  } else if (event.kind == pci::BoundaryEventKind::Reset || event.kind == pci::BoundaryEventKind::Disconnect) {
    rang.reset();
  }
}

LatencyMeter::Summary LatencyMeter::summary() const {
  if (samples_ == 0) return {};
  return {samples_, minimum_ps_, total_ps_ / samples_, maximum_ps_};
}

BoundaryTap::BoundaryTap(Machine& machine, const std::filesystem::path& file, const std::filesystem::path& times)
    : machine_(machine), file_(file) {
  if (!times.empty()) open(times_, times, "--host-times");
  if (!file_.empty()) {
    open(out_, file_, "--record");
    const transcript::Header header{.producer = std::string("aie4sim ") + AIE4SIM_VERSION,
                                    .configuration = config::print_toml(machine.configuration(), {.comments = false})};
    recorder_.emplace(out_, header, [&machine] { return machine.now_ps(); });
  }
  for (pci::PciFunction* function : machine_.functions()) function->set_observer(this);
}

BoundaryTap::~BoundaryTap() {
  for (pci::PciFunction* function : machine_.functions()) function->set_observer(nullptr);
}

void BoundaryTap::observe(const pci::BoundaryEvent& event) {
  // First: the guest can see the effect already, and a recorder that compresses a block takes its time.
  if (recorder_) note_time();
  latency_.observe(event, machine_.now_ps());
  if (!recorder_) return;
  recorder_->observe(event);
  // What a client did stays readable if this program is killed later.
  if (event.kind == pci::BoundaryEventKind::Disconnect) recorder_->flush();
}

void BoundaryTap::note_time() {
  if (!times_.is_open()) return;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto time = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
  std::array<char, sizeof time> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(time >> (8 * i) & 0xFFU);
  times_.write(bytes.data(), bytes.size());
}

std::optional<transcript::Footer> BoundaryTap::finish() {
  if (times_.is_open() && !times_.flush()) throw Failure("--host-times: the file could not be written");
  if (!recorder_) return std::nullopt;
  try {
    return recorder_->finish();
  } catch (const transcript::TranscriptError& error) {
    throw Failure("--record: " + file_.string() + ": " + error.what());
  }
}

}  // namespace aie4::cli
