// SPDX-License-Identifier: Apache-2.0
// Printing: what is printed reads back to the same, and the documentation is the table.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "sim/config/config.hpp"
#include "sim/config/settings.hpp"
#include "tests/support/catch.hpp"

using aie4::Configuration;
namespace config = aie4::config;

namespace {

void check_same(const Configuration& a, const Configuration& b) {
  for (const std::string_view name : config::setting_names()) {
    INFO(name);
    CHECK(config::to_text(config::get_value(a, name)) == config::to_text(config::get_value(b, name)));
  }
  CHECK(config::armed_faults(a.faults) == config::armed_faults(b.faults));
}

// Every value differs from its default.
Configuration unusual() {
  Configuration configuration;
  configuration.has_pf = false;
  configuration.vfs = 3;
  configuration.vf_mode = aie4::VfMode::Static;
  configuration.identity.pf_device_id = 0x1B0B;
  configuration.identity.vf_device_id = 0x1B0C;
  for (const aie4::ParameterInfo& info : aie4::parameter_table()) {
    configuration.parameters.*info.member = info.default_value == info.maximum ? info.minimum : info.maximum;
  }
  config::apply_fault(configuration, "psp-error");
  config::apply_fault(configuration, "message-lost:3");
  config::apply_fault(configuration, "completion-error:always");
  return configuration;
}

}  // namespace

TEST_CASE("What is printed reads back to the same configuration, with and without comments") {
  for (const Configuration& configuration : {Configuration{}, unusual()}) {
    check_same(config::parse(config::print_toml(configuration), "printed"), configuration);
    check_same(config::parse(config::print_toml(configuration, {.comments = false}), "printed"), configuration);
  }
  CHECK(config::print_toml(unusual()) != config::print_toml({}));
}

TEST_CASE("Each parameter is printed with unit, range, confidence and source") {
  const std::string text = config::print_toml({});
  CHECK(text.find("# PSP busy time of START\n# unit us, 0..10000000, default 500; assumed: no public evidence\n"
                  "start_us = 500\n") != std::string::npos);
  CHECK(config::print_toml({}, {.comments = false}).find('#') == std::string::npos);
}

TEST_CASE("The JSON form holds every value and its description") {
  const Configuration configuration = unusual();
  const auto json = nlohmann::json::parse(config::print_json(configuration));
  CHECK(json["faults"] == nlohmann::json({"psp-error", "message-lost:3", "completion-error:always"}));
  CHECK(json["settings"]["functions.vfs"]["value"] == 3);
  CHECK(json["settings"]["functions.pf"]["value"] == false);
  CHECK(json["settings"]["identity.pair"]["value"] == "1b0b");
  CHECK(json["parameters"].size() == aie4::parameter_table().size());
  for (const aie4::ParameterInfo& info : aie4::parameter_table()) {
    const auto& entry = json["parameters"][std::string(info.name)];
    CHECK(entry["value"] == configuration.parameters.*info.member);
    CHECK(entry["unit"] == std::string(info.unit));
  }
}

TEST_CASE("The configuration reference in docs is generated from the tables") {
  const std::string path = std::string(AIE4SIM_SOURCE_DIR) + "/docs/configuration.md";
  if (std::getenv("AIE4SIM_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << config::reference();
  std::ostringstream committed;
  committed << std::ifstream(path, std::ios::binary).rdbuf();
  INFO("after a change of the tables: AIE4SIM_UPDATE=1 ctest --preset release -R 'configuration reference'");
  CHECK(committed.str() == config::reference());
}
