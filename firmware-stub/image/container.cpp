// SPDX-License-Identifier: Apache-2.0
#include "firmware-stub/image/container.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <openssl/evp.h>
#include <stdexcept>

namespace aie4::image {
namespace {

using registers::psp::Response;

// Byte offsets of the header; all numbers little endian. The digest of the header covers everything before itself, so
// a signature over that digest covers the payload too.
constexpr std::size_t kOffsetMagic = 0x00;
constexpr std::size_t kOffsetFormatVersion = 0x08;
constexpr std::size_t kOffsetHeaderSize = 0x0A;
constexpr std::size_t kOffsetKind = 0x0C;
constexpr std::size_t kOffsetPersonality = 0x10;
constexpr std::size_t kOffsetPayloadSize = 0x14;
constexpr std::size_t kOffsetVersionMajor = 0x18;
constexpr std::size_t kOffsetVersionMinor = 0x1A;
constexpr std::size_t kOffsetVersionPatch = 0x1C;
constexpr std::size_t kOffsetReserved0 = 0x1E;
constexpr std::size_t kOffsetPayloadDigest = 0x20;
constexpr std::size_t kOffsetReserved1 = 0x40;
constexpr std::size_t kOffsetHeaderDigest = 0x80;
constexpr std::size_t kOffsetSignature = 0xA0;
static_assert(kOffsetSignature + kSignatureSize == kHeaderSize);

constexpr std::uint32_t kKindManagement = 1;
constexpr std::uint32_t kKindCert = 2;

std::uint32_t load(std::span<const std::byte> data, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::to_integer<std::uint32_t>(data[offset + i]) << (8 * i);
  return value;
}

std::uint16_t load16(std::span<const std::byte> data, std::size_t offset) {
  return static_cast<std::uint16_t>(load(data, offset, 2));
}

void store(std::span<std::byte> data, std::size_t offset, std::size_t size, std::uint32_t value) {
  for (std::size_t i = 0; i < size; ++i) data[offset + i] = static_cast<std::byte>(value >> (8 * i));
}

ImageVerdict bad_format(std::string reason) {
  return {Response::BAD_FORMAT, std::move(reason)};
}

bool all_zero(std::span<const std::byte> data) {
  return std::ranges::all_of(data, [](std::byte value) { return value == std::byte{0}; });
}

}  // namespace

bool Header::is_signed() const {
  return !all_zero(signature);
}

Digest sha256(std::span<const std::byte> data) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Digest digest{};
  unsigned length = 0;
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), data.data(), data.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), &length) != 1 ||
      length != digest.size()) {
    throw std::runtime_error("SHA-256 is not available from the cryptography library");
  }
  return digest;
}

std::string to_hex(std::span<const std::byte> data) {
  std::string text;
  for (const std::byte value : data) text += fmt::format("{:02x}", std::to_integer<unsigned>(value));
  return text;
}

std::variant<Header, ImageVerdict> decode_header(std::span<const std::byte> data) {
  if (data.size() < kHeaderSize) {
    return bad_format(fmt::format("expected a header of {} bytes, came {} bytes", kHeaderSize, data.size()));
  }
  data = data.first(kHeaderSize);

  const auto magic = data.subspan(kOffsetMagic, kMagic.size());
  if (!std::ranges::equal(magic, std::as_bytes(std::span(kMagic)))) {
    return bad_format(fmt::format("expected the magic \"{}\" ({}), came {}: not a firmware stub of this simulator",
                                  kMagic, to_hex(std::as_bytes(std::span(kMagic))), to_hex(magic)));
  }
  // Before the header's digest: another version may place the digest elsewhere.
  const std::uint32_t format = load(data, kOffsetFormatVersion, 2);
  if (format != kFormatVersion) {
    return bad_format(fmt::format("expected container format {}, came {}", kFormatVersion, format));
  }
  const Digest digest = sha256(data.first(kOffsetHeaderDigest));
  const auto stated = data.subspan(kOffsetHeaderDigest, kDigestSize);
  if (!std::ranges::equal(stated, digest)) {
    return ImageVerdict{Response::SECURITY, fmt::format("expected header SHA-256 {} as stated, came {}: header damaged",
                                                        to_hex(stated), to_hex(digest))};
  }

  if (const std::uint32_t size = load(data, kOffsetHeaderSize, 2); size != kHeaderSize) {
    return bad_format(fmt::format("expected a stated header size of {} bytes, came {}", kHeaderSize, size));
  }
  Header header;
  const std::uint32_t kind = load(data, kOffsetKind, 4);
  if (kind != kKindManagement && kind != kKindCert) {
    return bad_format(fmt::format("expected kind {} (npu) or {} (cert), came {}", kKindManagement, kKindCert, kind));
  }
  header.kind = kind == kKindCert ? ImageKind::Cert : ImageKind::Management;
  header.personality = load(data, kOffsetPersonality, 4);
  if (header.personality != 5 && header.personality != 6) {
    return bad_format(fmt::format("expected personality 5 or 6, came {}", header.personality));
  }
  if (load(data, kOffsetReserved0, 2) != 0 ||
      !all_zero(data.subspan(kOffsetReserved1, kOffsetHeaderDigest - kOffsetReserved1))) {
    return bad_format("expected zero in the reserved bytes of the header, came something else");
  }
  header.payload_size = load(data, kOffsetPayloadSize, 4);
  const std::size_t limit = max_image_size(header.kind) - kHeaderSize;
  if (header.payload_size == 0 || header.payload_size > limit) {
    return ImageVerdict{Response::BAD_PARAMETERS, fmt::format("expected a payload of 1..{} bytes for kind {}, came {}",
                                                              limit, to_string(header.kind), header.payload_size)};
  }
  header.version = {load16(data, kOffsetVersionMajor), load16(data, kOffsetVersionMinor),
                    load16(data, kOffsetVersionPatch)};
  std::ranges::copy(data.subspan(kOffsetPayloadDigest, kDigestSize), header.payload_digest.begin());
  std::ranges::copy(data.subspan(kOffsetSignature, kSignatureSize), header.signature.begin());
  return header;
}

std::vector<std::byte> encode(ImageKind kind, unsigned personality, const FirmwareVersion& version,
                              std::span<const std::byte> payload) {
  if (personality != 5 && personality != 6) {
    throw std::invalid_argument(fmt::format("expected personality 5 or 6, came {}", personality));
  }
  const std::size_t limit = max_image_size(kind) - kHeaderSize;
  if (payload.empty() || payload.size() > limit) {
    throw std::invalid_argument(
        fmt::format("expected a payload of 1..{} bytes for kind {}, came {}", limit, to_string(kind), payload.size()));
  }
  std::vector<std::byte> image(kHeaderSize + payload.size());
  const std::span<std::byte> out(image);
  std::ranges::copy(std::as_bytes(std::span(kMagic)), out.begin() + kOffsetMagic);
  store(out, kOffsetFormatVersion, 2, kFormatVersion);
  store(out, kOffsetHeaderSize, 2, kHeaderSize);
  store(out, kOffsetKind, 4, kind == ImageKind::Cert ? kKindCert : kKindManagement);
  store(out, kOffsetPersonality, 4, personality);
  store(out, kOffsetPayloadSize, 4, static_cast<std::uint32_t>(payload.size()));
  store(out, kOffsetVersionMajor, 2, version.major);
  store(out, kOffsetVersionMinor, 2, version.minor);
  store(out, kOffsetVersionPatch, 2, version.patch);
  std::ranges::copy(sha256(payload), out.begin() + kOffsetPayloadDigest);
  std::ranges::copy(sha256(out.first(kOffsetHeaderDigest)), out.begin() + kOffsetHeaderDigest);
  std::ranges::copy(payload, out.begin() + kHeaderSize);
  return image;
}

}  // namespace aie4::image
