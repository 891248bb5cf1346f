// SPDX-License-Identifier: Apache-2.0
// What crossed the PCI boundary, with both times: the device's, and the computer's clock that the server noted.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "sim/profile/guest_record.hpp"

namespace aie4::profile {

enum class MomentKind : std::uint8_t {
  Doorbell,
  CompletionWord,
  CompletionInterrupt,
  MailboxInterrupt,
  Request,
  Response,
  ClassCodeRead,  ///< Alone: by it the clocks are compared.
  Other,
};

struct Moment {
  Nanoseconds host = 0;
  std::uint64_t time_ps = 0;
  std::string function = {};  ///< "vf0"
  MomentKind kind = MomentKind::Other;
  bool by_host = false;                      ///< The host started it, the device did not.
  std::vector<std::uint32_t> contexts = {};  ///< Of doorbells and completions; several may share a vector.
  std::uint64_t number = 0;                  ///< Message id, MSI-X vector or offset in BAR2.
  std::string text = {};                     ///< For people.

  [[nodiscard]] bool concerns(std::uint32_t context) const;
};

/// All events of a transcript. `times` has eight bytes for each, as `aie4sim serve --host-times` writes them. Throws
/// ProfileError if the two do not belong together, transcript::TranscriptError for a damaged transcript.
[[nodiscard]] std::vector<Moment> read_boundary(std::istream& transcript, std::span<const std::byte> times);

}  // namespace aie4::profile
