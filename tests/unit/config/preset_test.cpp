// SPDX-License-Identifier: Apache-2.0
// Presets: tables that name parameters, and where a value comes from.
#include "sim/config/preset.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "sim/config/config.hpp"
#include "tests/support/catch.hpp"

using aie4::Configuration;
namespace config = aie4::config;

namespace {

Configuration with_preset(std::string_view name) {
  Configuration configuration;
  config::apply_preset(configuration, name, "test");
  return configuration;
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const config::ConfigurationError& error) {
    return error.what();
  }
  return "no error";
}

const aie4::ParameterInfo& parameter(std::string_view name) {
  return *std::ranges::find(aie4::parameter_table(), name, &aie4::ParameterInfo::name);
}

}  // namespace

TEST_CASE("Each row of a preset names a parameter once, within its range, with its source") {
  for (const config::Preset& preset : config::presets()) {
    INFO(preset.name);
    const Configuration configuration = with_preset(preset.name);
    CHECK_NOTHROW(config::check(configuration));
    std::set<std::string_view> names;
    for (const config::PresetValue& row : preset.values) {
      INFO(row.name);
      CHECK(names.insert(row.name).second);
      CHECK(!row.source.empty());
      CHECK(configuration.parameters.*parameter(row.name).member == row.value);
    }
  }
}

TEST_CASE("The first preset is the machine that nobody configured") {
  CHECK(config::presets().front().name == Configuration{}.preset);
  CHECK(config::print_toml(with_preset("aie4")) == config::print_toml({}));
}

TEST_CASE("A preset puts back what an earlier one changed") {
  Configuration configuration = with_preset("xdna1");
  config::apply_preset(configuration, "aie4", "test");
  CHECK(config::print_toml(configuration) == config::print_toml({}));
}

TEST_CASE("In a file the preset comes before all other keys, wherever it stands") {
  const Configuration configuration = config::parse("compute.i8_macs = 300\npreset = \"xdna1\"\n", "file");
  CHECK(configuration.preset == "xdna1");
  CHECK(configuration.parameters.compute_i8_macs == 300);
  CHECK(configuration.parameters.stream_beat_words == 1);
}

TEST_CASE("A printed preset reads back to the same") {
  Configuration configuration = with_preset("xdna2");
  config::apply_setting(configuration, "clock.aie_mhz=1000");
  for (const bool comments : {false, true}) {
    const std::string text = config::print_toml(configuration, {.comments = comments});
    CHECK(config::print_toml(config::parse(text, "printed"), {.comments = comments}) == text);
  }
}

TEST_CASE("A value has the confidence of its preset until somebody changes it") {
  Configuration configuration = with_preset("xdna1");
  const aie4::ParameterInfo& beat = parameter("stream.beat_words");
  CHECK(config::origin_of(configuration, beat).confidence == aie4::Confidence::Measured);
  configuration.parameters.stream_beat_words = 2;
  CHECK(config::origin_of(configuration, beat).confidence == beat.confidence);
  CHECK(config::origin_of({}, beat).confidence == aie4::Confidence::Documented);
}

TEST_CASE("An unknown preset names the nearest") {
  Configuration configuration;
  CHECK(error_of([&] { config::apply_preset(configuration, "xdna3", "--preset"); }) ==
        "--preset: preset: expected one of aie4, xdna2, xdna1 (nearest: xdna2), came xdna3");
  CHECK(error_of([] { static_cast<void>(config::parse("preset = 2\n", "f")); }) ==
        "f:1: preset: expected a string such as \"xdna2\", came integer");
}
