// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/image/verifier.hpp"

#include <fmt/format.h>

#include "firmware-stub/image/container.hpp"

namespace aie4::image {
namespace {

using registers::psp::Response;

/// The header, if it is one and belongs to an image of `kind`.
std::variant<Header, ImageVerdict> header_of_kind(ImageKind kind, std::span<const std::byte> data) {
  auto decoded = decode_header(data);
  if (const auto* header = std::get_if<Header>(&decoded); header != nullptr && header->kind != kind) {
    return ImageVerdict{Response::BAD_FORMAT, fmt::format("expected an image of kind {}, came kind {}", to_string(kind),
                                                          to_string(header->kind))};
  }
  return decoded;
}

}  // namespace

std::size_t ContainerVerifier::header_size() const {
  return kHeaderSize;
}

std::variant<std::size_t, ImageVerdict> ContainerVerifier::extent(ImageKind kind, std::span<const std::byte> header,
                                                                  std::size_t buffer_size) const {
  const auto decoded = header_of_kind(kind, header);
  if (const auto* refused = std::get_if<ImageVerdict>(&decoded)) return *refused;
  const std::size_t size = std::get<Header>(decoded).image_size();
  if (size > buffer_size) {
    return ImageVerdict{Response::BAD_PARAMETERS,
                        fmt::format("expected a buffer of at least {} bytes, as the header states the image, came {}",
                                    size, buffer_size)};
  }
  return size;
}

ImageVerdict ContainerVerifier::verify(ImageKind kind, std::span<const std::byte> image) const {
  const auto decoded = header_of_kind(kind, image);
  if (const auto* refused = std::get_if<ImageVerdict>(&decoded)) return *refused;
  const Header& header = std::get<Header>(decoded);
  if (image.size() < header.image_size()) {
    return {Response::BAD_FORMAT, fmt::format("expected {} bytes, as the header states the image, came {}: truncated",
                                              header.image_size(), image.size())};
  }
  const Digest digest = sha256(image.subspan(kHeaderSize, header.payload_size));
  if (digest != header.payload_digest) {
    return {Response::SECURITY,
            fmt::format("expected payload SHA-256 {} as the header states, came {}: payload damaged or truncated",
                        to_hex(header.payload_digest), to_hex(digest))};
  }
  // There is no key to check a signature with, and accepting it unchecked would claim more than was done.
  if (header.is_signed()) {
    return {Response::SECURITY,
            "expected an empty signature slot (an unsigned stub), came a signature: no key to check"};
  }
  return {};
}

}  // namespace aie4::image
