// SPDX-License-Identifier: Apache-2.0
// ELF files that aiebu-asm 2.25 made, and a few tools to break them.
#pragma once

#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace aie4::host::elf {

inline std::vector<std::byte> assembled(const std::string& name) {
  std::ifstream file(std::string(AIE4SIM_ELF_FOLDER) + "/" + name + ".elf", std::ios::binary);
  std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  const auto as_bytes = std::as_bytes(std::span(bytes));
  return {as_bytes.begin(), as_bytes.end()};
}

template <typename T>
T peek(std::span<const std::byte> bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.subspan(offset, sizeof(T)).data(), sizeof(T));
  return value;
}

template <typename T>
void poke(std::span<std::byte> bytes, std::size_t offset, T value) {
  std::memcpy(bytes.subspan(offset, sizeof(T)).data(), &value, sizeof(T));
}

}  // namespace aie4::host::elf
