// SPDX-License-Identifier: Apache-2.0
// Descriptions of networks: JSON, checked against a schema.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/workload/net/chain.hpp"
#include "sim/workload/net/layer.hpp"

namespace aie4::workload {

/// The JSON schema (draft 7) that descriptions have to satisfy.
[[nodiscard]] std::string_view network_schema();

/// Chained if any layer of the description has `inputs`, or is a `repeat`: then results of layers are inputs of others.
struct Network {
  std::string name = {};
  std::vector<Layer> layers = {};
  std::vector<Tensor> tensors = {};        ///< Only of chained networks.
  std::optional<std::size_t> output = {};  ///< The tensor that is the network's result.
};

/// `batch`: as many inputs, one after the other. Throws WorkloadError, which names the place: "layers/3/m: ...".
[[nodiscard]] Network read_network(std::string_view text, std::uint64_t batch, const Parameters& parameters,
                                   const MachineShape& shape);
/// One layer on its own, as if it were in a network.
[[nodiscard]] std::vector<Layer> read_layer(const nlohmann::json& layer, const Parameters& parameters,
                                            const MachineShape& shape);

}  // namespace aie4::workload
