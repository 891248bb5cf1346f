// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/summary.hpp"

#include <array>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/cli/log.hpp"
#include "sim/vfio_user/protocol.hpp"

namespace aie4::cli {
namespace {

constexpr std::array kCategories = {FaultCategory::GuestError, FaultCategory::ConfigurationError,
                                    FaultCategory::Unmodelled, FaultCategory::SimulatorDefect};

using Json = nlohmann::ordered_json;

Json to_json(const vfio_user::ServerStatistics& server) {
  Json messages = Json::object();
  for (std::size_t command = 0; command < server.messages.size(); ++command) {
    if (server.messages[command] == 0) continue;
    messages[std::string(vfio_user::command_name(static_cast<std::uint16_t>(command)))] = server.messages[command];
  }
  return {{"clients", server.clients},
          {"clients_refused", server.clients_refused},
          {"messages", std::move(messages)},
          {"errors_answered", server.errors_answered},
          {"malformed", server.malformed},
          {"posted_writes_dropped", server.posted_writes_dropped},
          {"answered_too_late", server.answered_too_late},
          {"descriptors_lost", server.descriptors_lost},
          {"dma_without_descriptor", server.dma_without_descriptor},
          {"interrupts", server.interrupts},
          {"interrupts_out_of_range", server.interrupts_out_of_range},
          {"service_ns_total", server.service_ns_total},
          {"service_ns_max", server.service_ns_max},
          {"service_samples", server.service_samples}};
}

}  // namespace

std::string Summary::text() const {
  Diagnostics& diagnostics = machine.diagnostics();
  std::string text;
  const auto burndown = diagnostics.burndown();
  text += fmt::format("not modelled: {}\n", burndown.empty() ? "nothing was touched" : "");
  for (const Diagnostics::BurndownEntry& entry : burndown) {
    text += fmt::format("  {:10} {:40} {:>12}\n", entry.kind, entry.name, entry.count);
  }
  if (!diagnostics.spins().empty()) {
    text += "spins: registers read thousands of times with nothing changing\n";
    for (const auto& [name, count] : diagnostics.spins()) text += fmt::format("  {:51} {:>12}\n", name, count);
  }
  text += "diagnostics:";
  for (const FaultCategory category : kCategories) {
    text += fmt::format("{} {} {}", category == kCategories.front() ? "" : ",", to_string(category),
                        diagnostics.count(category));
  }
  text += '\n';
  for (const std::string& line : machine.hang_report()) text += fmt::format("still waiting: {}\n", line);
  text += fmt::format("simulated time: {}\n", microseconds(machine.now_ps()));
  if (latency.samples != 0) {
    text += fmt::format("doorbell to completion interrupt, simulated: min {}, mean {}, max {} ({} samples)\n",
                        microseconds(latency.minimum_ps), microseconds(latency.mean_ps),
                        microseconds(latency.maximum_ps), latency.samples);
  }
  text += "counters:\n";
  for (const Machine::Counter& counter : machine.counters()) {
    if (counter.value == 0) continue;
    text += fmt::format("  {:32} {:>16}{}{}\n", counter.name, counter.value, counter.unit == "1" ? "" : " ",
                        counter.unit == "1" ? "" : counter.unit);
  }
  if (server != nullptr) {
    text += "server:\n";
    for (const std::string& line : server->summary()) text += fmt::format("  {}\n", line);
  }
  if (recording) {
    text += fmt::format("recorded: {} events, trace hash {}\n", recording->events, transcript::to_hex(recording->hash));
  }
  return text;
}

std::string Summary::json() const {
  Diagnostics& diagnostics = machine.diagnostics();
  Json json = {{"version", AIE4SIM_VERSION}, {"simulated_ps", machine.now_ps()}};
  std::uint64_t touched = 0;
  Json entries = Json::array();
  for (const Diagnostics::BurndownEntry& entry : diagnostics.burndown()) {
    touched += entry.count;
    entries.push_back({{"kind", entry.kind}, {"name", entry.name}, {"count", entry.count}});
  }
  json["unmodelled"] = {{"total", touched}, {"entries", std::move(entries)}};
  json["spins"] = diagnostics.spins();
  for (const FaultCategory category : kCategories) {
    json["diagnostics"][std::string(to_string(category))] = diagnostics.count(category);
  }
  json["waiting"] = machine.hang_report();
  json["command_latency_ps"] = {{"samples", latency.samples},
                                {"min", latency.minimum_ps},
                                {"mean", latency.mean_ps},
                                {"max", latency.maximum_ps}};
  for (const Machine::Counter& counter : machine.counters()) {
    json["counters"][counter.name] = {{"value", counter.value}, {"unit", counter.unit}};
  }
  if (server != nullptr) json["server"] = to_json(*server);
  if (recording) {
    json["recording"] = {{"events", recording->events}, {"hash", transcript::to_hex(recording->hash)}};
  }
  return json.dump(2) + "\n";
}

}  // namespace aie4::cli
