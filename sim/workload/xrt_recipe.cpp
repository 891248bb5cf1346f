// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/xrt_recipe.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/workload/assembler.hpp"

namespace aie4::workload {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kVersion = "1.0";

}  // namespace

Json xrt_recipe(const std::string& name, const std::vector<Argument>& arguments) {
  Json buffers = Json::array();
  Json bindings = Json::array();
  for (const Argument& argument : arguments) {
    bindings.push_back({{"name", argument.name}, {"argidx", buffers.size()}});
    buffers.push_back(
        {{"name", argument.name}, {"type", argument.output ? "output" : "input"}, {"size", argument.bytes}});
  }
  const Json context = {{"name", "context"}, {"programs", Json::array({name + ".elf"})}};
  const Json kernel = {{"name", name}, {"instance", fmt::format("{}:{}", name, kInstance)}, {"hwctx", "context"}};
  const Json run = {{"kernel", name}, {"arguments", std::move(bindings)}};
  Json recipe;
  recipe["version"] = kVersion;
  recipe["resources"] = {
      {"hwctxs", Json::array({context})}, {"buffers", std::move(buffers)}, {"kernels", Json::array({kernel})}};
  recipe["execution"] = {{"runs", Json::array({run})}};
  return recipe;
}

Json xrt_profile(const std::vector<Argument>& arguments) {
  Json profile;
  profile["version"] = kVersion;
  profile["bindings"] = Json::array();
  for (const Argument& argument : arguments) {
    Json binding = {{"name", argument.name}, {"size", argument.bytes}, {"rebind", true}};
    binding[argument.output ? "validate" : "init"] = {{"file", argument.name + ".bin"}};
    profile["bindings"].push_back(std::move(binding));
  }
  profile["execution"] = {{"iterations", 1},
                          {"verbose", true},
                          {"mode", "validate"},
                          {"iteration", {{"bind", true}, {"init", true}, {"wait", true}, {"validate", true}}}};
  return profile;
}

}  // namespace aie4::workload
