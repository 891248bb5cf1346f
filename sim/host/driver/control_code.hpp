// SPDX-License-Identifier: Apache-2.0
// Builds control code: pages of jobs for one microcontroller (control-code, 1.2, 2.1, 2.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/host/memory.hpp"

namespace aie4::host {

/// A small assembler. Opcodes are appended to the open page; `end_page` closes it with EOF and opens the next.
///
/// Checks nothing but the size of a page, so that wrong programs can be written too.
class ControlCode {
 public:
  static constexpr std::size_t kPageSize = 8192;
  static constexpr std::size_t kHeaderSize = 16;

  ControlCode& start_job(std::uint16_t id);
  ControlCode& end_job();
  ControlCode& nop();
  ControlCode& yield();
  ControlCode& local_barrier(std::uint8_t id, std::uint8_t participants);
  /// `party_mask`: one bit per uC.
  ControlCode& remote_barrier(std::uint8_t id, std::uint32_t party_mask);
  ControlCode& add(std::uint8_t reg, std::uint32_t value);
  ControlCode& mov(std::uint8_t reg, std::uint32_t value);
  ControlCode& write_32(std::uint32_t address, std::uint32_t value);
  /// Any bytes, as they are. A multiple of 4 keeps what follows aligned.
  ControlCode& raw(std::span<const std::uint8_t> bytes);
  /// EOF. Throws std::length_error if the page has grown beyond its size.
  ControlCode& end_page();

  /// All pages, back to back. Closes the open page if there is something in it.
  [[nodiscard]] std::vector<std::byte> pages() const;
  /// A copy in memory that the device reads; its address is what a packet names.
  [[nodiscard]] DmaBuffer load(DmaDomain& domain) const;

 private:
  void put(std::initializer_list<std::uint8_t> bytes);
  void put32(std::uint32_t value);

  std::vector<std::vector<std::byte>> closed_;  ///< Bodies.
  std::vector<std::byte> body_;
  std::size_t job_ = 0;  ///< Offset in the body of the last START_JOB, whose size END_JOB fills in.
};

/// START_JOB 0, `nops` times NOP, END_JOB: does nothing, successfully.
[[nodiscard]] ControlCode nop_program(unsigned nops = 1);

}  // namespace aie4::host
