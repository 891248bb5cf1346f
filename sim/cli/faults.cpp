// SPDX-License-Identifier: Apache-2.0
// `aie4sim faults`: the catalogue of scripted misbehaviour.
#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <memory>

#include <nlohmann/json.hpp>

#include "models/common/fault_plan.hpp"
#include "sim/cli/command.hpp"

namespace aie4::cli {
namespace {

void print_table() {
  std::size_t name_width = 0;
  std::size_t description_width = 0;
  for (const FaultInfo& info : fault_catalogue()) {
    name_width = std::max(name_width, info.name.size());
    description_width = std::max(description_width, info.description.size());
  }
  const auto row = [&](std::string_view name, std::string_view description, std::string_view symptom) {
    std::cout << fmt::format("{:{}}  {:{}}  {}\n", name, name_width, description, description_width, symptom);
  };
  row("NAME", "WHAT THE DEVICE DOES", "WHAT THE DRIVER OF LINUX 7.3 SAYS OR DOES");
  for (const FaultInfo& info : fault_catalogue()) row(info.name, info.description, info.symptom);
}

void print_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const FaultInfo& info : fault_catalogue()) {
    list.push_back({{"name", info.name}, {"description", info.description}, {"symptom", info.symptom}});
  }
  std::cout << list.dump(2) << '\n';
}

}  // namespace

void add_faults(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("faults", "List the faults that --fault can script");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print JSON");
  command->footer("NAME strikes once, NAME:N strikes N times, NAME:always each time.\n\n" +
                  examples({"aie4sim faults", "aie4sim guest --fault psp-error -- dmesg",
                            "aie4sim guest --fault message-lost:3 --no-load -- '. /lab/functions.sh; npu_up; dmesg'"}));
  command->callback([json, &action] {
    action = [json] {
      *json ? print_json() : print_table();
      return kExitOk;
    };
  });
}

}  // namespace aie4::cli
