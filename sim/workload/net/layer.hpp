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

/// A part of a tensor of a network, seen as rows of `pitch` elements: some columns of some rows.
struct Slice {
  std::size_t tensor = 0;
  std::uint64_t first_row = 0;
  std::uint64_t rows = 1;
  std::uint64_t first_column = 0;
  std::uint64_t columns = 0;
  std::uint64_t pitch = 0;
};

/// One execution of an operation on data that others made.
struct Flow {
  std::vector<std::vector<Slice>> operands;  ///< The first ones of the operation's; slices lie below each other.
  Slice result;
};

/// An operation that a network does `count` times with the same shape: once with seeded data, or, in a chained network,
/// as often as there are flows. Then the whole layer counts `count` times.
struct Layer {
  std::string name;
  std::uint64_t count = 1;
  Operation operation;
  std::vector<Flow> flows = {};
};

/// What `op` names; an attention or an mlp is several layers. The object is as the schema wants it. Throws
/// WorkloadError.
[[nodiscard]] std::vector<Layer> make_layers(const nlohmann::json& layer, const Parameters& parameters,
                                             const MachineShape& shape);

}  // namespace aie4::workload
