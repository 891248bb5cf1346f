// SPDX-License-Identifier: Apache-2.0
// Prints a transcript, one line per event: for people, or as one JSON object per line.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sim/transcript/format.hpp"

namespace aie4::transcript {

enum class PrintFormat : std::uint8_t { Text, Json };

struct PrintOptions {
  PrintFormat format = PrintFormat::Text;
  std::vector<std::string> functions;                               ///< "pf", "vf0", ...; empty: all.
  std::vector<EventKind> kinds;                                     ///< Empty: all.
  std::uint64_t from_ps = 0;                                        ///< First simulated time that is printed.
  std::uint64_t to_ps = std::numeric_limits<std::uint64_t>::max();  ///< Last one.
};

struct PrintResult {
  std::uint64_t events = 0;   ///< In the file.
  std::uint64_t printed = 0;  ///< Of them, printed.
  bool complete = true;       ///< False: the writer did not close the file.
  std::string hash;           ///< Trace hash in hexadecimal.
};

/// Prints what passes the filters, and around it, in the text form, who recorded it and the trace hash. Names a
/// function as the transcript's own configuration does. Throws TranscriptError for a damaged file (after printing what
/// came before the damage) and for a function that the transcript does not have.
PrintResult print(std::istream& in, std::ostream& out, const PrintOptions& options = {});

}  // namespace aie4::transcript
