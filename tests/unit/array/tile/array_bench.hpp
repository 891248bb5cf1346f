// SPDX-License-Identifier: Apache-2.0
// An array with host memory behind it, driven by register accesses as control code does it. Offsets and words are typed
// in from the AIE4 tile-array notes (2.2, 2.3, 4.2: executed routes), on purpose not taken from the tables.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "models/array/array.hpp"
#include "models/array/tile/shim_tile.hpp"
#include "models/registers/array/streams.hpp"
#include "models/soc/noc.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/array/environment.hpp"

namespace aie4::array {

inline constexpr std::uint64_t kColumn = 1ULL << 25;
inline constexpr std::uint64_t kMemory = 0x10'0000;
inline constexpr std::uint64_t kHalfB = 0x4'0000;
inline constexpr std::uint64_t kHost = 0x1'0000'0000;      // Where host memory is.
inline constexpr std::uint64_t kShimOffset = 0x8000'0000;  // What the host adds for shim DMAs.
inline constexpr std::uint32_t kEnable = 0x8000'0000;
inline constexpr std::uint32_t kBusy = 0x01F8'003C;

/// An array whose shim tiles reach a host memory of PCI function 1; everything by register accesses.
struct ArrayBench : Surroundings {
  Noc noc{"noc", 2, parameters};
  bench::Memory host{"host", 8 << 20, kHost};
  bench::Memory other{"other", 16};
  std::unique_ptr<Array> array;
  bench::Initiator master{"master"};

  /// `prepare`: what the array is to find in its environment.
  explicit ArrayBench(std::uint64_t columns = 3, const std::function<void(Environment&)>& prepare = {}) {
    parameters.columns = columns;
    if (prepare) prepare(environment);
    array = std::make_unique<Array>("array", environment, clock);
    master.socket.bind(array->masters);
    for (unsigned column = 0; column < columns; ++column) array->shim_tile(column).noc.bind(noc.engines);
    noc.upstream[0].bind(other.socket);
    noc.upstream[1].bind(host.socket);
    bench::settle();
    for (unsigned column = 0; column < columns; ++column) {
      write(column * kColumn + 0xE'00A0, 0);
      write(column * kColumn + 0xE'8004, 1U << 15 | 7);  // smid_a: function 1, context 7.
      write(column * kColumn + 0xE'8000, 1U << 15 | 8);
    }
  }
  [[nodiscard]] std::uint32_t read(std::uint64_t address) { return master.read(address); }
  void write(std::uint64_t address, std::uint32_t value) {
    master.write(address, value);
    REQUIRE(master.ok());
  }
  void write_words(std::uint64_t address, std::vector<std::uint32_t> words) {
    master.access(tlm::TLM_WRITE_COMMAND, address, std::as_writable_bytes(std::span(words)));
    REQUIRE(master.ok());
  }
  void enable_subordinate(std::uint64_t tile, TileKind kind, std::string_view name) {
    for (const registers::StreamPort& port :
         registers::ports(kind, registers::Switch::Wide512, registers::PortDirection::Subordinate)) {
      if (port.name != name) continue;
      write(tile +
                registers::config_offset(kind, registers::Switch::Wide512, registers::PortDirection::Subordinate, port),
            kEnable);
      return;
    }
    FAIL("no port " << name);
  }
  void shim_bd(std::uint64_t at, std::uint64_t host_address, std::uint32_t words) {
    const std::uint64_t address = host_address + kShimOffset;
    write_words(at, {static_cast<std::uint32_t>(address >> 32), static_cast<std::uint32_t>(address), words, 0x0300'0000,
                     0, 1, 1, 0x2000'0001, 0x400});
  }
  /// A linear BD of a memory tile that acquires lock `acquire` (at least one) and releases lock `release` by one.
  void memory_bd(std::uint64_t at, std::uint32_t word, std::uint32_t words, std::uint32_t acquire,
                 std::uint32_t release) {
    write_words(at, {word, 0xFE00'0000 | words, acquire << 20 | 1U << 11 | release << 1 | 1, 1, 1, 1, 1, 0, 0, 0, 0});
  }
};

}  // namespace aie4::array
