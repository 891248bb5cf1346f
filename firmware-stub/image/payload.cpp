// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/image/payload.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <variant>

namespace aie4::image {
namespace {

std::string first_line(ImageKind kind, unsigned personality) {
  return fmt::format("aie4sim {} stub P{}\n", kind == ImageKind::Cert ? "cert" : "management", personality);
}

std::optional<unsigned> recognise(ImageKind kind, std::span<const std::byte> memory) {
  const auto header = decode_header(memory);
  if (std::holds_alternative<Header>(header)) memory = memory.subspan(kHeaderSize);
  for (const unsigned personality : {5U, 6U}) {
    const std::string line = first_line(kind, personality);
    if (memory.size() < line.size()) continue;
    if (std::ranges::equal(memory.first(line.size()), std::as_bytes(std::span(line)))) return personality;
  }
  return std::nullopt;
}

}  // namespace

std::string make_payload(ImageKind kind, unsigned personality, const FirmwareVersion& version) {
  return fmt::format(
      "{}"
      "version {}.{}.{}\n"
      "This is no firmware: the simulator supplies the behaviour. Real hardware refuses this file.\n",
      first_line(kind, personality), version.major, version.minor, version.patch);
}

std::optional<unsigned> recognises_management(std::span<const std::byte> memory) {
  return recognise(ImageKind::Management, memory);
}

std::optional<unsigned> recognises_cert(std::span<const std::byte> memory) {
  return recognise(ImageKind::Cert, memory);
}

}  // namespace aie4::image
