// SPDX-License-Identifier: Apache-2.0
// The container around a firmware stub: a 256-byte header that says what it is and lets damage be noticed.
// Pure: works on spans, knows no file and no device. Format: docs/firmware-container.md; it is ours, the container of
// the vendor's firmware is not public.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/soc/controller_program.hpp"

namespace aie4::image {

inline constexpr std::size_t kHeaderSize = 256;
inline constexpr std::string_view kMagic = "AIE4SIMF";
inline constexpr std::uint16_t kFormatVersion = 1;
inline constexpr std::size_t kDigestSize = 32;     ///< SHA-256.
inline constexpr std::size_t kSignatureSize = 96;  ///< Room for an ECDSA signature over P-384.

/// Largest whole image in bytes. The newer driver refuses a larger CERT image (program memory of a uC plus a header).
inline constexpr std::size_t kMaxCertImage = 32 * 1024 + 256;
/// Largest whole image in bytes. The driver copies it into one physically contiguous buffer, which the kernel limits to
/// 4 MiB, and aligns start and size to 64 KiB inside it; 3.75 MiB leaves room for both.
inline constexpr std::size_t kMaxManagementImage = std::size_t{4 * 1024 - 256} * 1024;

/// Largest whole image of that kind in bytes.
[[nodiscard]] constexpr std::size_t max_image_size(ImageKind kind) {
  return kind == ImageKind::Cert ? kMaxCertImage : kMaxManagementImage;
}
/// "npu" or "cert": the names of the files that the driver requests.
[[nodiscard]] constexpr std::string_view to_string(ImageKind kind) {
  return kind == ImageKind::Cert ? "cert" : "npu";
}

using Digest = std::array<std::byte, kDigestSize>;

/// Version of the firmware inside, not of the container.
struct FirmwareVersion {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::uint16_t patch = 0;

  auto operator<=>(const FirmwareVersion&) const = default;
};

/// What a header says.
struct Header {
  ImageKind kind = ImageKind::Management;
  unsigned personality = 5;  ///< 5 or 6: the host interface that the firmware speaks.
  FirmwareVersion version;
  std::uint32_t payload_size = 0;  ///< Bytes; never 0.
  Digest payload_digest{};
  std::array<std::byte, kSignatureSize> signature{};  ///< All zero: an unsigned stub.

  [[nodiscard]] std::size_t image_size() const { return kHeaderSize + payload_size; }
  [[nodiscard]] bool is_signed() const;
};

/// SHA-256. Throws std::runtime_error if the library refuses to work.
[[nodiscard]] Digest sha256(std::span<const std::byte> data);
/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::span<const std::byte> data);

/// The header in the first `kHeaderSize` bytes of `data`, or why it is none. Looks at nothing beyond the header.
///
/// BAD_FORMAT: shorter than a header, foreign magic, other format version, header size, kind or personality, reserved
/// bytes in use. SECURITY: the header's own digest differs. BAD_PARAMETERS: payload empty or beyond the kind's limit.
[[nodiscard]] std::variant<Header, ImageVerdict> decode_header(std::span<const std::byte> data);

/// A whole unsigned image. `personality` is 5 or 6; throws std::invalid_argument if it is not, or if the payload is
/// empty or the image would exceed `max_image_size`.
[[nodiscard]] std::vector<std::byte> encode(ImageKind kind, unsigned personality, const FirmwareVersion& version,
                                            std::span<const std::byte> payload);

}  // namespace aie4::image
