// SPDX-License-Identifier: Apache-2.0
// ELFs of plans; equal programs are assembled once.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sim/workload/plan.hpp"

namespace aie4::workload {

class ProgramCache {
 public:
  /// `assembler`: the words that start aiebu-asm. `name`: of the files, without suffix.
  ProgramCache(std::vector<std::string> assembler, std::string name);

  /// Control code and ELF of a plan in that folder, which stays as it is for as long as the cache lives. Returns the
  /// ELF's path. Throws WorkloadError.
  std::filesystem::path build(const Plan& plan, const std::filesystem::path& folder);

 private:
  std::vector<std::string> assembler_;
  std::string name_;
  std::map<std::string, std::filesystem::path> folders_;  ///< By the control code's hash.
};

}  // namespace aie4::workload
