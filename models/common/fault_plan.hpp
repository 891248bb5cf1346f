// SPDX-License-Identifier: Apache-2.0
// Scripted misbehaviour of the device, to see how the driver copes: a catalogue of named faults and a plan of which
// strike how often.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aie4 {

enum class Fault : std::uint8_t {
  SmuSilent,
  SmuError,
  PspNotReady,
  PspSilent,
  PspError,
  PspReleaseError,
  SmuOffError,
  FirmwareNotAlive,
  ProtocolUnsupported,
  RingSizeOdd,
  MailboxVectorOutOfRange,
  MessageLost,
  MessageStatus,
  ResponseShort,
  ResponseLong,
  ResponseIdForeign,
  ResponseIdUnknown,
  ResponseTailUnaligned,
  ResponseSizeUnaligned,
  ResponseOverrun,
  ResponseTombstone,
  PartitionIdZero,
  ContextRefused,
  CompletionVectorOutOfRange,
  CompletionVectorShared,
  DoorbellUnaligned,
  CompletionInterruptLost,
  ReadIndexBeyond,
  ReadIndexWithoutCompletion,
  CompletionError,
  JobNeverFinishes,
  DestroyContextError,
  DestroyPartitionError,
  CreateVfsRefused,
  DestroyVfsError,
  SuspendError,
  Count,
};

struct FaultInfo {
  Fault fault = Fault::Count;
  std::string_view name;         ///< What `--fault` takes: "psp-silent".
  std::string_view description;  ///< What the device does.
  std::string_view symptom;      ///< What the driver of Linux 7.3 logs or does.
};

/// The catalogue, in the order of `Fault`.
[[nodiscard]] std::span<const FaultInfo> fault_catalogue();
/// The fault of that name.
[[nodiscard]] std::optional<Fault> find_fault(std::string_view name);

/// Which faults strike, and how many times. By default none.
class FaultPlan {
 public:
  static constexpr std::uint64_t kAlways = ~std::uint64_t{0};

  void arm(Fault fault, std::uint64_t times = 1) { remaining_[static_cast<std::size_t>(fault)] = times; }
  /// True if the fault strikes now; uses up one of its times.
  [[nodiscard]] bool strikes(Fault fault) {
    std::uint64_t& remaining = remaining_[static_cast<std::size_t>(fault)];
    if (remaining == 0) return false;
    if (remaining != kAlways) --remaining;
    return true;
  }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Fault::Count)> remaining_{};
};

}  // namespace aie4
