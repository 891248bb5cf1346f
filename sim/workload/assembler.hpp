// SPDX-License-Identifier: Apache-2.0
// From control code as text to an ELF, by the distribution's aiebu-asm.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace aie4::workload {

/// Where aiebu-asm may be.
struct AssemblerSearch {
  std::string given;            ///< By the user; nothing else is tried then.
  std::filesystem::path cache;  ///< Of downloads of the guest laboratory.
};

/// The words that start aiebu-asm. Looks at `given`, then in $PATH, then in the laboratory's downloads. Throws
/// WorkloadError if it is nowhere.
[[nodiscard]] std::vector<std::string> find_assembler(const AssemblerSearch& search);

/// The one instance of a program.
inline constexpr const char* kInstance = "dpu";

/// Assembles `name`.asm in `folder` to `name`.elf: one kernel `name` (an identifier: XRT wants it to be unique in a
/// context) with so many pointer arguments. Returns the ELF's path. Throws WorkloadError with what aiebu-asm said.
std::filesystem::path assemble(const std::vector<std::string>& assembler, const std::filesystem::path& folder,
                               const std::string& name, std::size_t arguments);

/// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace aie4::workload
