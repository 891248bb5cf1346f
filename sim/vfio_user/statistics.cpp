// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/statistics.hpp"

#include <cstddef>
#include <fmt/format.h>

namespace aie4::vfio_user {

std::vector<std::string> ServerStatistics::summary() const {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("clients: {} served, {} refused because the socket was taken", clients, clients_refused));
  std::string by_command;
  for (std::size_t command = 0; command < messages.size(); ++command) {
    if (messages[command] == 0) continue;
    by_command += fmt::format("{}{} {}", by_command.empty() ? "" : ", ",
                              command_name(static_cast<std::uint16_t>(command)), messages[command]);
  }
  lines.push_back(fmt::format("messages: {}", by_command.empty() ? "none" : by_command));
  lines.push_back(fmt::format("refused: {} answered with an error, {} malformed, {} posted writes dropped, {} too late",
                              errors_answered, malformed, posted_writes_dropped, answered_too_late));
  lines.push_back(fmt::format("descriptors: {} messages carried too many; DMA to memory without descriptor: {}",
                              descriptors_lost, dma_without_descriptor));
  lines.push_back(
      fmt::format("interrupts: {} delivered, {} of vectors that do not exist", interrupts, interrupts_out_of_range));
  const std::uint64_t mean = service_samples == 0 ? 0 : service_ns_total / service_samples;
  lines.push_back(
      fmt::format("service time: mean {} ns, longest {} ns, {} messages", mean, service_ns_max, service_samples));
  return lines;
}

}  // namespace aie4::vfio_user
