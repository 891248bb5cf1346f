// SPDX-License-Identifier: Apache-2.0
// Reading configuration: every key, every way to be wrong, and an error that helps.
#include "sim/config/config.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "sim/config/names.hpp"
#include "tests/support/catch.hpp"

using aie4::Configuration;
using aie4::Fault;
using aie4::FaultPlan;
using aie4::VfMode;
namespace config = aie4::config;

namespace {

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const config::ConfigurationError& error) {
    return error.what();
  }
  return "no error";
}

std::string error_of(std::string_view toml) {
  return error_of([&] { static_cast<void>(config::parse(toml, "npu.toml")); });
}

std::string setting_error(std::string_view assignment) {
  Configuration configuration;
  return error_of([&] { config::apply_setting(configuration, assignment); });
}

std::uint64_t strikes(FaultPlan plan, Fault fault) {
  std::uint64_t count = 0;
  while (count < 5000 && plan.strikes(fault)) ++count;
  return count;
}

}  // namespace

TEST_CASE("A file sets functions, identity, parameters and faults") {
  const Configuration configuration = config::parse(R"(
faults = ["psp-silent", "message-lost:3", "smu-error:always"]
[functions]
pf = false
vfs = 16
mode = "static"
[identity]
pair = "1b0b"
[psp]
validate_us = 100
[cert]
packet_timeout_ms = 0x10
)",
                                                    "npu.toml");
  CHECK_FALSE(configuration.has_pf);
  CHECK(configuration.vfs == 16);
  CHECK(configuration.vf_mode == VfMode::Static);
  CHECK(configuration.identity.pf_device_id == 0x1B0B);
  CHECK(configuration.identity.vf_device_id == 0x1B0C);
  CHECK(configuration.parameters.psp_validate_us == 100);
  CHECK(configuration.parameters.packet_timeout_ms == 16);
  CHECK(configuration.parameters.psp_start_us == 500);
  CHECK(strikes(configuration.faults, Fault::PspSilent) == 1);
  CHECK(strikes(configuration.faults, Fault::MessageLost) == 3);
  CHECK(strikes(configuration.faults, Fault::SmuError) == 5000);
  CHECK(strikes(configuration.faults, Fault::SmuSilent) == 0);
}

TEST_CASE("An empty file is the default configuration") {
  const Configuration configuration = config::parse("", "empty");
  CHECK(configuration.has_pf);
  CHECK(configuration.vfs == 4);
  CHECK(configuration.identity.pf_device_id == 0x17F2);
}

TEST_CASE("Dotted keys and tables are the same thing") {
  CHECK(config::parse("psp.validate_us = 7", "x").parameters.psp_validate_us == 7);
  CHECK(config::parse("[psp]\nvalidate_us = 7", "x").parameters.psp_validate_us == 7);
}

TEST_CASE("An unknown key is refused with file, line and the nearest key") {
  CHECK(error_of("[psp]\nstart_us = 1\nvalidat_us = 2") ==
        "npu.toml:3: expected a known key (nearest: psp.validate_us), came psp.validat_us");
  CHECK(error_of("[function]\nvfs = 2") ==
        "npu.toml:2: expected a known key (nearest: functions.vfs), came function.vfs");
  CHECK(error_of("vfs = 2").find("nearest: ") != std::string::npos);
}

TEST_CASE("An unknown fault is refused with the nearest one") {
  CHECK(error_of("faults = [\"smu-off-error\",\n \"psp-slient\"]") ==
        "npu.toml:2: expected a known fault (nearest: psp-silent), came psp-slient");
  Configuration configuration;
  CHECK(error_of([&] { config::apply_fault(configuration, "mesage-lost:2"); }) ==
        "--fault: expected a known fault (nearest: message-lost), came mesage-lost");
}

TEST_CASE("How often a fault strikes is 1..1000 or always") {
  for (const std::string bad : {"psp-silent:0", "psp-silent:1001", "psp-silent:", "psp-silent:-1", "psp-silent:2x",
                                "psp-silent:99999999999999999999"}) {
    Configuration configuration;
    CHECK(error_of([&] { config::apply_fault(configuration, bad); }) ==
          "--fault: psp-silent: expected how often it strikes, 1..1000 or \"always\", came \"" + bad.substr(11) + "\"");
  }
  Configuration configuration;
  config::apply_fault(configuration, "psp-silent:1000");
  CHECK(strikes(configuration.faults, Fault::PspSilent) == 1000);
}

TEST_CASE("A value out of range is refused with the range and the unit") {
  CHECK(error_of("[psp]\nvalidate_us = 10000001") ==
        "npu.toml:2: psp.validate_us: expected an integer 0..10000000 (us), came 10000001");
  CHECK(error_of("[psp]\nvalidate_us = -1") ==
        "npu.toml:2: psp.validate_us: expected an integer 0..10000000 (us), came -1");
  CHECK(error_of("[array]\ncolumns = 61") == "npu.toml:2: array.columns: expected an integer 1..60, came 61");
  CHECK(error_of("[pci]\nvf_vectors = 1") == "npu.toml:2: pci.vf_vectors: expected an integer 2..64, came 1");
  CHECK(error_of("[functions]\nvfs = 17") == "npu.toml:2: functions.vfs: expected an integer 0..16, came 17");
  CHECK(error_of("[functions]\nvfs = -1") == "npu.toml:2: functions.vfs: expected an integer 0..16, came -1");
}

TEST_CASE("A value of the wrong type is refused") {
  CHECK(error_of("[psp]\nvalidate_us = \"long\"") ==
        "npu.toml:2: psp.validate_us: expected an integer 0..10000000 (us), came \"long\"");
  CHECK(error_of("[psp]\nvalidate_us = 1.5") ==
        "npu.toml:2: psp.validate_us: expected an integer, true, false or a string, came floating-point");
  CHECK(error_of("[functions]\npf = 1") == "npu.toml:2: functions.pf: expected true or false, came 1");
  CHECK(error_of("[functions]\nmode = \"dynamic\"") ==
        "npu.toml:2: functions.mode: expected \"sriov\" or \"static\", came \"dynamic\"");
  CHECK(error_of("[identity]\npair = \"17f1\"") ==
        "npu.toml:2: identity.pair: expected \"17f2\" or \"1b0b\", came \"17f1\"");
  CHECK(error_of("faults = \"psp-silent\"").find("expected a list of strings") != std::string::npos);
  CHECK(error_of("faults = [3]").find("expected a string such as") != std::string::npos);
}

TEST_CASE("Text that is no TOML is refused with its line") {
  CHECK(error_of("[psp]\n\nvalidate_us =").starts_with("npu.toml:3: expected TOML, came "));
  CHECK(error_of("[psp]\n[psp]").starts_with("npu.toml:2: expected TOML, came "));
}

TEST_CASE("Combinations that cannot be built are refused") {
  CHECK(error_of("[functions]\npf = false\nvfs = 0") ==
        "npu.toml: functions: expected at least one function, came pf = false with vfs = 0");
  CHECK(error_of("[functions]\npf = false\nvfs = 2").find("functions.mode: expected \"static\" without a PF") !=
        std::string::npos);
  CHECK(error_of("[functions]\npf = true\nvfs = 0") == "no error");

  Configuration configuration;
  configuration.vfs = 17;
  CHECK(error_of([&] { config::check(configuration); }) ==
        "configuration: functions.vfs: expected at most 16, came 17");
  configuration = {};
  configuration.identity.vf_device_id = 0x1B0C;
  CHECK(error_of([&] { config::check(configuration); }).find("identity.pair") != std::string::npos);
  configuration = {};
  configuration.parameters.vf_vectors = 65;
  CHECK(error_of([&] { config::check(configuration); }) ==
        "configuration: pci.vf_vectors: expected an integer 2..64, came 65");
}

TEST_CASE("A setting of the command line takes integers, words and truth values") {
  Configuration configuration;
  config::apply_setting(configuration, "psp.validate_us=0x20");
  config::apply_setting(configuration, "functions.vfs=2");
  config::apply_setting(configuration, "functions.mode=static");
  config::apply_setting(configuration, "identity.pair=\"1b0b\"");
  config::apply_setting(configuration, "functions.pf=false");
  CHECK(configuration.parameters.psp_validate_us == 32);
  CHECK(configuration.vfs == 2);
  CHECK(configuration.vf_mode == VfMode::Static);
  CHECK(configuration.identity.pf_device_id == 0x1B0B);
  CHECK_FALSE(configuration.has_pf);

  CHECK(setting_error("psp.validate_us") == "--set: expected name=value, came \"psp.validate_us\"");
  CHECK(setting_error("=3") == "--set: expected name=value, came \"=3\"");
  CHECK(setting_error("psp.start=3") == "--set: expected a known key (nearest: psp.start_us), came psp.start");
  CHECK(setting_error("psp.start_us=fast") ==
        "--set: psp.start_us: expected an integer 0..10000000 (us), came \"fast\"");
  CHECK(setting_error("faults=psp-silent").find("--fault NAME") != std::string::npos);
}

TEST_CASE("Files are applied over what is there, and their errors name them") {
  const auto file = std::filesystem::temp_directory_path() / "aie4sim-config-test.toml";
  std::ofstream(file) << "[psp]\nstart_us = 9\n";
  Configuration configuration;
  configuration.parameters.psp_validate_us = 8;
  config::apply_file(configuration, file);
  CHECK(configuration.parameters.psp_start_us == 9);
  CHECK(configuration.parameters.psp_validate_us == 8);
  std::ofstream(file) << "[psp]\nstart = 9\n";
  CHECK(error_of([&] { config::apply_file(configuration, file); }).starts_with(file.string() + ":2: expected a known"));
  std::filesystem::remove(file);
  CHECK(
      error_of([&] { config::apply_file(configuration, file); }).starts_with(file.string() + ": expected a readable"));
}

TEST_CASE("The nearest name is the one with the fewest typing errors") {
  CHECK(config::edit_distance("", "abc") == 3);
  CHECK(config::edit_distance("abc", "") == 3);
  CHECK(config::edit_distance("kitten", "sitting") == 3);
  CHECK(config::edit_distance("psp-slient", "psp-silent") == 1);
  CHECK(config::edit_distance("same", "same") == 0);
  const std::string_view candidates[] = {"alpha", "beta", "gamma"};
  CHECK(config::nearest_name("bata", candidates) == "beta");
  CHECK(config::nearest_name("x", {}).empty());
}
