// SPDX-License-Identifier: Apache-2.0
// Control code for people: instructions with the registers they touch by name, and descriptors taken apart. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "models/array/geometry.hpp"
#include "sim/host/elf/program.hpp"

namespace aie4::host::elf {

/// All instances of a program. Never fails: what cannot be decoded is said where it stands.
[[nodiscard]] std::string disassemble(const Program& program, const array::Geometry& geometry);

/// One page of 8192 bytes or less. `patches`: those of its uC, with `page_start` bytes before the page.
[[nodiscard]] std::string disassemble_page(std::span<const std::byte> page, const array::Geometry& geometry,
                                           std::span<const Patch> patches = {}, std::uint64_t page_start = 0);

}  // namespace aie4::host::elf
