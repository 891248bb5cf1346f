// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "sim/workload/net/schema_check.hpp"

namespace aie4::workload {

/// What is wrong with a document, for its author: the validator's own words are about the schema.
[[nodiscard]] std::string explain(const nlohmann::json& schema, const nlohmann::json& document,
                                  const SchemaError& error);

}  // namespace aie4::workload
