// SPDX-License-Identifier: Apache-2.0
#include "models/common/parameters.hpp"

#include <cstring>
#include <set>
#include <vector>

#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

TEST_CASE("Every parameter has a name of its own, a unit, a source and a default inside its range") {
  std::set<std::string_view> names;
  for (const ParameterInfo& info : parameter_table()) {
    INFO(info.name);
    CHECK(names.insert(info.name).second);
    CHECK(info.name.find('.') != std::string_view::npos);
    CHECK(info.minimum <= info.default_value);
    CHECK(info.default_value <= info.maximum);
    CHECK_FALSE(info.unit.empty());
    CHECK_FALSE(info.source.empty());
    CHECK_FALSE(info.description.empty());
  }
}

TEST_CASE("Every member of the parameters is covered by exactly one row, and starts at that row's default") {
  const Parameters parameters;
  std::vector<unsigned> rows(sizeof(Parameters) / sizeof(std::uint64_t));
  for (const ParameterInfo& info : parameter_table()) {
    INFO(info.name);
    REQUIRE(info.member != nullptr);
    CHECK(parameters.*info.member == info.default_value);
    const auto* member = reinterpret_cast<const std::byte*>(&(parameters.*info.member));
    const auto offset = static_cast<std::size_t>(member - reinterpret_cast<const std::byte*>(&parameters));
    ++rows.at(offset / sizeof(std::uint64_t));
  }
  for (std::size_t member = 0; member < rows.size(); ++member) {
    INFO("member " << member);
    CHECK(rows[member] == 1);
  }
}

TEST_CASE("A number without public evidence says that it is assumed, and only such a number") {
  for (const ParameterInfo& info : parameter_table()) {
    INFO(info.name);
    if (info.source == "no public evidence") CHECK(info.confidence == Confidence::Assumed);
    if (info.confidence == Confidence::Documented) CHECK(info.source != "no public evidence");
  }
}

TEST_CASE("The defaults are what the interface asks for: protocol 5.24 of a 3 by 4 array") {
  const Parameters parameters;
  CHECK(parameters.columns == 3);
  CHECK(parameters.core_rows == 4);
  CHECK(parameters.protocol_major == 5);
  CHECK(parameters.protocol_minor >= 10);
  CHECK(parameters.contexts_per_vf >= 128);
  CHECK(parameters.vf_vectors >= 2);
  CHECK(parameters.write_index_mirror == 1);
}

TEST_CASE("Every degree of confidence has a name") {
  CHECK(to_string(Confidence::Measured) == "measured");
  CHECK(to_string(Confidence::Documented) == "documented");
  CHECK(to_string(Confidence::Inferred) == "inferred");
  CHECK(to_string(Confidence::Assumed) == "assumed");
}

}  // namespace
}  // namespace aie4
