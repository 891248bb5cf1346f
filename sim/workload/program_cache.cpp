// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/program_cache.hpp"

#include <fmt/format.h>
#include <span>
#include <utility>

#include "firmware-stub/image/container.hpp"
#include "sim/workload/control_code.hpp"
#include "sim/workload/operation_run.hpp"

namespace aie4::workload {

namespace fs = std::filesystem;

ProgramCache::ProgramCache(std::vector<std::string> assembler, std::string name)
    : assembler_(std::move(assembler)), name_(std::move(name)) {}

fs::path ProgramCache::build(const Plan& plan, const fs::path& folder) {
  const std::string text = fmt::format("{} {}", plan.arguments.size(), control_code(plan));
  const std::string key = image::to_hex(image::sha256(std::as_bytes(std::span(text))));
  const auto found = folders_.find(key);
  if (found == folders_.end()) {
    folders_[key] = folder;
    return workload::build(plan, name_, assembler_, folder);
  }
  for (const char* suffix : {".asm", ".json", ".elf"}) {
    fs::create_hard_link(found->second / (name_ + suffix), folder / (name_ + suffix));
  }
  return folder / (name_ + ".elf");
}

}  // namespace aie4::workload
