// SPDX-License-Identifier: Apache-2.0
#include "sim/vfio_user/version.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <string_view>

#include <nlohmann/json.hpp>

namespace aie4::vfio_user {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLargestTransfer = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostDescriptors = 1024;

/// True if `object[key]` is absent, or a whole number within the bounds.
[[nodiscard]] bool number_ok(const Json& object, const char* key, std::uint64_t minimum, std::uint64_t maximum) {
  const auto value = object.find(key);
  if (value == object.end()) return true;
  if (!value->is_number_unsigned()) return false;
  const auto number = value->get<std::uint64_t>();
  return number >= minimum && number <= maximum;
}

[[nodiscard]] bool migration_ok(const Json& capabilities) {
  const auto migration = capabilities.find("migration");
  if (migration == capabilities.end()) return true;
  if (!migration->is_object() || !number_ok(*migration, "pgsize", 4096, ~std::uint64_t{0}) ||
      !number_ok(*migration, "max_bitmap_size", 0, ~std::uint64_t{0})) {
    return false;
  }
  return !migration->contains("pgsize") || migration->at("pgsize").get<std::uint64_t>() % 4096 == 0;
}

[[nodiscard]] bool capabilities_ok(const Json& text) {
  if (!text.is_object()) return false;
  const auto capabilities = text.find("capabilities");
  if (capabilities == text.end()) return true;
  if (!capabilities->is_object()) return false;
  const auto write_multiple = capabilities->find("write_multiple");
  return number_ok(*capabilities, "max_msg_fds", 0, kMostDescriptors) &&
         number_ok(*capabilities, "max_data_xfer_size", 1, kLargestTransfer) &&
         number_ok(*capabilities, "max_dma_maps", 0, ~std::uint64_t{0}) &&
         number_ok(*capabilities, "pgsizes", 1, ~std::uint64_t{0}) &&
         (write_multiple == capabilities->end() || write_multiple->is_boolean()) && migration_ok(*capabilities);
}

}  // namespace

VersionResult parse_version(std::span<const std::byte> payload) {
  VersionResult result;
  result.error = EINVAL;
  if (payload.size() < sizeof(VersionNumbers)) return result;
  const auto numbers = load<VersionNumbers>(payload);
  if (numbers.major != 0) {
    result.fatal = true;
    return result;
  }
  const std::span<const std::byte> rest = payload.subspan(sizeof(VersionNumbers));
  if (rest.size() > kMaxVersionPayload) return result;
  if (!rest.empty()) {
    if (rest.back() != std::byte{0}) return result;
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size() - 1);
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded() || !capabilities_ok(json)) return result;
  }
  result.error = 0;
  result.version = VersionNumbers{0, 0};  // The smaller of both minors, and ours is 0.
  return result;
}

std::string version_reply_text() {
  return fmt::format(
      R"({{"capabilities":{{"max_msg_fds":{},"max_data_xfer_size":{},"pgsizes":4096,"max_dma_maps":{}}}}})",
      kMaxDescriptors, kMaxDataTransfer, kMaxDmaMaps);
}

}  // namespace aie4::vfio_user
