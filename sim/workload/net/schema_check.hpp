// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace aie4::workload {

struct SchemaError {
  std::string place;  ///< "layers/3/m".
  std::string words;  ///< Of the validator.
};

/// The deepest place where a document breaks a JSON schema (draft 7); none: it does not.
[[nodiscard]] std::optional<SchemaError> check_schema(const nlohmann::json& schema, const nlohmann::json& document);

}  // namespace aie4::workload
