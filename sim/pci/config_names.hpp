// SPDX-License-Identifier: Apache-2.0
// Names of configuration registers by offset, for transcripts and messages. No function is needed: every function
// places its structures alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aie4::pci {

/// The register that holds byte `offset` ("Command", "MSI-X Message Control", "SR-IOV NumVFs", ...), or empty where
/// nothing is defined.
[[nodiscard]] std::string_view config_register_name(std::uint32_t offset);

/// The registers that an access of `size` bytes touches: "Command", "Vendor ID + Device ID", "BAR0 .. BAR5" for more
/// than two, and the offset in hexadecimal ("0x200") where nothing is defined.
[[nodiscard]] std::string config_access_name(std::uint32_t offset, std::size_t size);

}  // namespace aie4::pci
