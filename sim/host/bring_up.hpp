// SPDX-License-Identifier: Apache-2.0
// Brings a machine up through its PCI functions, runs commands, takes it down, and tells what happened when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/host/driver/queue.hpp"
#include "sim/host/driver/vf_driver.hpp"
#include "sim/host/driver_stack.hpp"
#include "sim/host/memory.hpp"
#include "sim/host/pci_device.hpp"
#include "sim/machine/machine.hpp"

namespace aie4::host {

struct BringUpOptions {
  AddressMode memory = AddressMode::Iova;
  QueueLayout layout = QueueLayout::Wide;
  unsigned vfs = Configuration::kMaxVfs;  ///< At most so many of those that the machine has.
  unsigned contexts = 1;                  ///< For each VF.
  unsigned commands = 1;                  ///< In all, dealt out to the contexts in turn.
  unsigned nops = 1;                      ///< Opcodes in the job of each command.
  /// Default: stubs of this simulator's own making.
  std::optional<FirmwareImages> firmware = std::nullopt;
};

/// One step of the way. Times in picoseconds of simulated time.
struct BringUpPhase {
  std::string name;
  std::uint64_t start_ps = 0;
  std::uint64_t duration_ps = 0;
  AccessCounts accesses;
  std::uint64_t interrupts = 0;
};

struct BringUpReport {
  std::vector<BringUpPhase> phases;
  unsigned vfs = 0;
  unsigned contexts = 0;
  std::optional<TileInfo> tiles;  ///< Of the first VF.
  std::uint64_t submitted = 0;
  std::uint64_t completed = 0;              ///< With state COMPLETED.
  std::vector<std::uint64_t> latencies_ps;  ///< Doorbell to completion interrupt, one for each completed command.
  DmaDomain::Traffic dma;                   ///< All functions together.
  std::vector<KernelLog::Line> kernel_log;  ///< Empty if all went well.
  std::string failure;                      ///< What ended the run early; empty if nothing did.

  [[nodiscard]] bool succeeded() const { return failure.empty() && completed == submitted; }
};

/// Runs the whole way. Errors of the driver end it and are told in the report; whatever was up is taken down.
[[nodiscard]] BringUpReport bring_up(Machine& machine, const BringUpOptions& options);

/// For people: a table of phases, then commands and latencies.
[[nodiscard]] std::string to_text(const BringUpReport& report);
/// For machines: one JSON object, times in picoseconds.
[[nodiscard]] std::string to_json(const BringUpReport& report);

}  // namespace aie4::host
