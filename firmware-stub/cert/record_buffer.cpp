// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/cert/record_buffer.hpp"

#include <fmt/format.h>
#include <utility>

namespace aie4::cert {

void RecordBuffer::append(std::span<const std::uint32_t> record) {
  if (words_.read(handshake::kDebugBufferSize) == 0) return;
  if (used_ + record.size_bytes() > shared_map::kRecordsSize) flush();
  for (const std::uint32_t word : record) {
    store32(uc_.shared_memory(), shared_map::kRecords + used_, word);
    used_ += 4;
  }
}

void RecordBuffer::flush() {
  const std::uint32_t bytes = std::exchange(used_, 0);
  if (bytes == 0) return;
  const std::uint32_t size = words_.read(handshake::kDebugBufferSize);
  const std::uint32_t filled = words_.read(handshake::kSaveDbgBufOffset);
  if (filled > size || bytes > size - filled) {
    uc_.diagnostics().report({.category = FaultCategory::GuestError,
                              .where = fmt::format("{} debug buffer", uc_.where()),
                              .expected = "room for the records of SAVE_TIMESTAMPS and SAVE_REGISTER",
                              .came = fmt::format("{} bytes more than {} of {}", bytes, filled, size),
                              .blame = "who set the size of the debug buffer"});
    return;
  }
  const std::uint64_t address =
      std::uint64_t{words_.read(handshake::kDebugBufferHigh)} << 32U | words_.read(handshake::kDebugBufferLow);
  uc_.write_host(address + filled, shared_map::kRecords, bytes);
  words_.write(handshake::kSaveDbgBufOffset, filled + bytes);
}

}  // namespace aie4::cert
