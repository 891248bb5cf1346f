// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/laboratory.hpp"

#include <cstdlib>

namespace aie4::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSourceTree = AIE4SIM_SOURCE_TREE;

}  // namespace

fs::path laboratory() {
  if (const char* given = std::getenv("AIE4SIM_LAB"); given != nullptr) return given;
  return fs::path(kSourceTree) / "tests" / "guest" / "lab.py";
}

fs::path laboratory_cache() {
  if (const char* given = std::getenv("AIE4SIM_CACHE"); given != nullptr && *given != '\0') return given;
  return fs::path(kSourceTree) / ".cache";
}

}  // namespace aie4::cli
