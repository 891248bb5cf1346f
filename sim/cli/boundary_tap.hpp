// SPDX-License-Identifier: Apache-2.0
// Listens at the PCI boundary of a machine: records it and times commands.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "sim/machine/machine.hpp"
#include "sim/transcript/recorder.hpp"

namespace aie4::cli {

/// From a doorbell to the completion interrupt, in simulated time, of one function: from the first doorbell after the
/// previous completion, so that a burst counts once. Exact for one context that submits one command after the other.
class LatencyMeter {
 public:
  void observe(const pci::BoundaryEvent& event, std::uint64_t now_ps);

  struct Summary {
    std::uint64_t samples = 0;
    std::uint64_t minimum_ps = 0;
    std::uint64_t mean_ps = 0;
    std::uint64_t maximum_ps = 0;
  };
  [[nodiscard]] Summary summary() const;

 private:
  std::vector<std::optional<std::uint64_t>> rang_ps_;  ///< By function.
  std::uint64_t samples_ = 0;
  std::uint64_t total_ps_ = 0;
  std::uint64_t minimum_ps_ = ~std::uint64_t{0};
  std::uint64_t maximum_ps_ = 0;
};

/// The observer of all functions of a machine, which outlives it.
class BoundaryTap final : public pci::BoundaryObserver {
 public:
  /// Records to `file` unless that is empty; throws Failure if it cannot be written. `times`, unless empty, gets the
  /// computer's monotonic clock at each recorded event, beside the recording, which holds nothing of the computer:
  /// eight bytes each, nanoseconds, little endian.
  BoundaryTap(Machine& machine, const std::filesystem::path& file, const std::filesystem::path& times = {});
  ~BoundaryTap() override;
  BoundaryTap(const BoundaryTap&) = delete;
  BoundaryTap& operator=(const BoundaryTap&) = delete;

  void observe(const pci::BoundaryEvent& event) override;
  void host_view(std::uint8_t function, pci::HostViewOption option, bool value) override {
    if (!recorder_) return;
    recorder_->host_view(function, option, value);
    note_time();
  }
  /// Closes the recording; throws Failure if it could not be written. Nothing if there is none.
  std::optional<transcript::Footer> finish();
  [[nodiscard]] LatencyMeter::Summary latency() const { return latency_.summary(); }

 private:
  void note_time();

  Machine& machine_;
  std::filesystem::path file_;
  std::ofstream out_;
  std::ofstream times_;
  std::optional<transcript::Recorder> recorder_;
  LatencyMeter latency_;
};

}  // namespace aie4::cli
