// SPDX-License-Identifier: Apache-2.0
#include "sim/machine/core_bindings.hpp"

#include <utility>

#include "firmware-stub/image/container.hpp"

namespace aie4 {

bool CoreBindings::bind(const std::string& digest, compute::CoreImage image) {
  return images_.emplace(digest, std::move(image)).second;
}

compute::CoreLibrary::Entry CoreBindings::identify(std::span<const std::byte> memory) const {
  Entry entry{.digest = image::to_hex(image::sha256(memory)), .image = {}};
  const auto found = images_.find(entry.digest);
  if (found != images_.end()) entry.image = found->second;
  return entry;
}

}  // namespace aie4
