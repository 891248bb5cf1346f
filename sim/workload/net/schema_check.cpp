// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/net/schema_check.hpp"

#include <vector>

#include <nlohmann/json.hpp>

// Its headers are not written for our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wundef"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

namespace aie4::workload {
namespace {

using nlohmann::json;
using valijson::adapters::NlohmannJsonAdapter;

/// "layers/3/m" of valijson's ["<root>", "[layers]", "[3]", "[m]"].
std::string place_of(const std::vector<std::string>& context) {
  std::string place;
  for (const std::string& part : context) {
    if (part.size() < 2 || part.front() != '[') continue;
    place += (place.empty() ? "" : "/") + part.substr(1, part.size() - 2);
  }
  return place.empty() ? "the description" : place;
}

}  // namespace

std::optional<SchemaError> check_schema(const json& schema, const json& document) {
  valijson::Schema compiled;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(NlohmannJsonAdapter(schema), compiled);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(compiled, NlohmannJsonAdapter(document), &results)) return std::nullopt;
  // The deepest place says most.
  SchemaError deepest;
  std::size_t depth = 0;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    if (depth != 0 && error.context.size() <= depth) continue;
    depth = error.context.size();
    deepest.place = place_of(error.context);
    deepest.words = error.description;
  }
  return deepest;
}

}  // namespace aie4::workload
