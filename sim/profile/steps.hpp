// SPDX-License-Identifier: Apache-2.0
// The steps of a command from a thread of the guest to the device and back, as instants of the timeline that one arrow
// goes through.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace aie4::profile {

enum class Step : std::uint8_t {
  Submitted,
  Sent,
  Doorbell,
  Completed,
  Raised,
  Handled,
  Woken,
  Returned,
};
inline constexpr std::size_t kSteps = 8;
inline constexpr std::array<std::string_view, kSteps> kStepNames = {
    "submit",           "doorbell sent",     "doorbell", "completion word",
    "interrupt raised", "interrupt handled", "woken",    "returned"};

/// The first causes the second, directly or by others. A client may have seen the completion word before the interrupt
/// is raised, so that not all of them are in one line.
inline constexpr std::array<std::pair<Step, Step>, 10> kCausal = {{{Step::Submitted, Step::Sent},
                                                                   {Step::Submitted, Step::Doorbell},
                                                                   {Step::Sent, Step::Doorbell},
                                                                   {Step::Doorbell, Step::Completed},
                                                                   {Step::Completed, Step::Returned},
                                                                   {Step::Completed, Step::Raised},
                                                                   {Step::Raised, Step::Handled},
                                                                   {Step::Handled, Step::Woken},
                                                                   {Step::Raised, Step::Woken},
                                                                   {Step::Woken, Step::Returned}}};

/// Groups of the timeline's tracks.
inline constexpr std::string_view kCommandTracks = "commands (guest's clock)";
inline constexpr std::string_view kGuestTracks = "guest (its own clock)";
inline constexpr std::string_view kBoundaryTracks = "PCI boundary (guest's clock)";
inline constexpr std::string_view kDeviceTracks = "device (simulated time, stretched onto the guest's clock)";
/// Within kCommandTracks: one instant each, about the whole.
inline constexpr std::string_view kNotesTrack = "about this timeline";

/// Arrows of commands have the highest bit set, those of messages the next.
inline constexpr std::uint64_t kCommandFlow = std::uint64_t{1} << 63U;
inline constexpr std::uint64_t kMessageFlow = std::uint64_t{1} << 62U;

}  // namespace aie4::profile
