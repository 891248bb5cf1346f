// SPDX-License-Identifier: Apache-2.0
// What SAVE_TIMESTAMPS and SAVE_REGISTER write down, on its way to the debug buffer in host memory.
// Source: AIE4 control-code notes 2.3 (flushed by uC-DMA when full; the form of records is our choice).
#pragma once

#include <cstdint>
#include <span>

#include "firmware-stub/cert/memory_map.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

/// Without a debug buffer in the handshake, records are dropped.
class RecordBuffer {
 public:
  explicit RecordBuffer(Microcontroller& uc) : uc_(uc), words_(uc.private_memory()) {}

  /// Spends time when the buffer is full. Throws ControllerReset.
  void append(std::span<const std::uint32_t> record);
  void flush();

 private:
  Microcontroller& uc_;
  PrivateWords words_;
  std::uint32_t used_ = 0;
};

}  // namespace aie4::cert
