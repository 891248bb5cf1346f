// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/net/network.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "sim/workload/error.hpp"
#include "sim/workload/net/schema_check.hpp"
#include "sim/workload/net/schema_words.hpp"

namespace aie4::workload {
namespace {

using nlohmann::json;

void validate(const json& document, const std::string& subschema) {
  const json schema = json::parse(network_schema());
  json root = schema;
  if (!subschema.empty()) root = {{"$ref", subschema}, {"definitions", schema["definitions"]}};
  const std::optional<SchemaError> error = check_schema(root, document);
  if (!error) return;
  throw WorkloadError(explain(schema, document, *error));
}

bool is_chained(const json& layers) {
  return std::ranges::any_of(
      layers, [](const json& layer) { return layer.contains("inputs") || layer.at("op") == json("repeat"); });
}

class Builder {
 public:
  Builder(std::uint64_t batch, const Parameters& parameters, const MachineShape& shape, bool chained, Network& network)
      : batch_(batch), parameters_(parameters), shape_(shape), chained_(chained), network_(network) {}

  void run(const json& layers) {
    add(layers, "layers", "", batch_);
    if (!chained_) return;
    network_.tensors = chain_.tensors();
    network_.output = chain_.output();
  }

 private:
  static constexpr std::size_t kMostLayers = 4096;

  /// `prefix`: of names, different in each round of a block.
  void add(const json& layers, const std::string& place, const std::string& prefix, std::uint64_t count) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const json& layer = layers[i];
      const std::string at = fmt::format("{}/{}", place, i);
      if (layer.at("op") == json("repeat")) {
        add_block(layer, at, prefix, count * layer.value("count", std::uint64_t{1}));
      } else {
        add_layer(layer, at, prefix, count);
      }
      if (network_.layers.size() > kMostLayers) {
        throw WorkloadError(fmt::format("{}: expected at most {} layers in all rounds, came more", at, kMostLayers));
      }
    }
  }

  void add_block(const json& block, const std::string& at, const std::string& prefix, std::uint64_t count) {
    chain_.begin_block(block, at);
    const std::uint64_t times = block.at("times");
    for (std::uint64_t round = 0; round < times; ++round) {
      if (round != 0) chain_.next_round();
      add(block.at("layers"), at + "/layers", fmt::format("{}{}.{}.", prefix, block.value("name", "block"), round),
          count);
    }
    chain_.end_block(block, at);
  }

  void add_layer(const json& layer, const std::string& at, const std::string& prefix, std::uint64_t count) {
    std::vector<Layer> parts;
    try {
      parts = make_layers(layer, parameters_, shape_);
    } catch (const WorkloadError& error) {
      throw WorkloadError(fmt::format("{}: {}", at, error.what()));
    }
    for (Layer& part : parts) part.name = prefix + part.name;
    if (chained_) chain_.connect(layer, at, parts);
    for (Layer& part : parts) {
      part.count *= count;
      network_.layers.push_back(std::move(part));
    }
  }

  std::uint64_t batch_;
  const Parameters& parameters_;
  const MachineShape& shape_;
  bool chained_;
  Network& network_;
  Chain chain_;
};

}  // namespace

Network read_network(std::string_view text, std::uint64_t batch, const Parameters& parameters,
                     const MachineShape& shape) {
  json document;
  try {
    document = json::parse(text);
  } catch (const json::parse_error& error) {
    throw WorkloadError(fmt::format("no JSON: {}", error.what()));
  }
  validate(document, "");
  Network network{.name = document.value("name", "network")};
  const json& layers = document["layers"];
  Builder(batch, parameters, shape, is_chained(layers), network).run(layers);
  return network;
}

std::vector<Layer> read_layer(const json& layer, const Parameters& parameters, const MachineShape& shape) {
  validate(layer, "#/definitions/layer");
  return make_layers(layer, parameters, shape);
}

}  // namespace aie4::workload
