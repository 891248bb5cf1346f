// SPDX-License-Identifier: Apache-2.0
// The documentation of the kernels is the catalogue.
#include "models/compute/kernels/reference.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"

TEST_CASE("The kernel reference in docs is generated from the catalogue") {
  const std::filesystem::path file = std::filesystem::path(AIE4SIM_SOURCE_DIR) / "docs" / "kernels.md";
  const std::string expected = aie4::compute::kernel_reference();
  if (std::getenv("AIE4SIM_UPDATE") != nullptr) std::ofstream(file) << expected;
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  INFO("after a change of the catalogue: AIE4SIM_UPDATE=1 ctest --preset release -R 'kernel reference'");
  CHECK(content.str() == expected);
}
