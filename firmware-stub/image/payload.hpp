// SPDX-License-Identifier: Apache-2.0
// What is inside a firmware stub's container: a short text that names the stub. The behaviour behind the name is
// compiled into the simulator; a controller boots it when it finds the text in its memory.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "firmware-stub/image/container.hpp"

namespace aie4::image {

/// The payload of a stub: a first line that is recognised, then lines for people. `personality` is 5 or 6.
[[nodiscard]] std::string make_payload(ImageKind kind, unsigned personality, const FirmwareVersion& version);

/// The personality of the management stub in `memory`; nothing if there is none. `memory` begins with the payload, or
/// with a whole image; what follows the payload is not looked at.
[[nodiscard]] std::optional<unsigned> recognises_management(std::span<const std::byte> memory);
/// The same for CERT, in the program memory of a microcontroller.
[[nodiscard]] std::optional<unsigned> recognises_cert(std::span<const std::byte> memory);

}  // namespace aie4::image
