// SPDX-License-Identifier: Apache-2.0
// Layers of networks: from a JSON object to the operations that it takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/common/parameters.hpp"
#include "sim/workload/machine_shape.hpp"
#include "sim/workload/operation.hpp"

namespace aie4::workload {

/// An operation that a network does `count` times with the same shape.
struct Layer {
  std::string name;
  std::uint64_t count = 1;
  Operation operation;
};

/// What `op` names; an attention or an mlp is several layers. The object is as the schema wants it. Throws
/// WorkloadError.
[[nodiscard]] std::vector<Layer> make_layers(const nlohmann::json& layer, const Parameters& parameters,
                                             const MachineShape& shape);

}  // namespace aie4::workload
