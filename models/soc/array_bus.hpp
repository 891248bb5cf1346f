// SPDX-License-Identifier: Apache-2.0
// The memory-mapped side of the array as far as it exists: the microcontrollers and the shim registers that run them.
// Address map: column << 25 | address row << 20 | offset (public AIE4 control code and aie-codegen).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/common/diagnostics.hpp"
#include "models/common/parameters.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4 {

/// Decodes array-relative addresses. Everything but shim row 0's microcontrollers, resets, stream ids and interrupt
/// controllers is reported as unmodelled, by name.
class ArrayBus : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<ArrayBus> masters;
  sc_core::sc_vector<tlm_utils::simple_initiator_socket<ArrayBus>> microcontrollers;  ///< Index 2 * column + half.
  std::function<void()> interrupt;  ///< One NoC interrupt line, towards the management controller.

  ArrayBus(sc_core::sc_module_name name, const Parameters& parameters, Diagnostics& diagnostics);

  /// Gives the shim registers the wires of the microcontrollers. Same order as the sockets.
  void attach(std::vector<Microcontroller*> microcontrollers);
  /// Power lost: everything to reset values, microcontrollers held in reset until released.
  void power_off();

 private:
  struct Half {
    std::uint32_t enabled = 0;
    std::uint32_t status = 0;
    std::uint32_t smid = 0;
  };

  void b_transport(int master, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  [[nodiscard]] bool access_shim(unsigned column, std::uint32_t offset, bool read, std::uint32_t& value);
  void uc_interrupt(unsigned index);

  const Parameters& parameters_;
  Diagnostics& diagnostics_;
  std::vector<Microcontroller*> cores_;
  std::vector<Half> halves_;
  std::vector<std::uint32_t> application_reset_;  // Per column.
};

}  // namespace aie4
