// SPDX-License-Identifier: Apache-2.0
// The PSP's check of a firmware image.
#pragma once

#include "models/soc/controller_program.hpp"

namespace aie4::image {

/// Accepts unsigned stubs of this simulator that are whole and of the kind that the command asks for.
///
/// `verify` looks at no byte beyond the size that the header states: the driver hands over a buffer that is rounded up
/// and leaves the rest uninitialised.
class ContainerVerifier final : public ImageVerifier {
 public:
  [[nodiscard]] std::size_t header_size() const override;
  [[nodiscard]] std::variant<std::size_t, ImageVerdict> extent(ImageKind kind, std::span<const std::byte> header,
                                                               std::size_t buffer_size) const override;
  [[nodiscard]] ImageVerdict verify(ImageKind kind, std::span<const std::byte> image) const override;
};

}  // namespace aie4::image
