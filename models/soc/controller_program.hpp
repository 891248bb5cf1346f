// SPDX-License-Identifier: Apache-2.0
// The seam between controller hardware and the firmware that runs on it: the hardware boots whatever program a
// factory recognises in the memory that firmware was loaded to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "models/registers/psp.hpp"

namespace aie4 {

class Microcontroller;
class ManagementController;

/// Firmware on a controller. `run` is called in the controller's process and returns only if the firmware ends; a reset
/// of the controller unwinds it with `ControllerReset`.
class ControllerProgram {
 public:
  virtual ~ControllerProgram() = default;
  virtual void run() = 0;
};

/// Thrown out of every wait of a program when its controller is reset. Programs let it pass.
struct ControllerReset {};

enum class ImageKind : std::uint8_t { Management, Cert };

/// The PSP's judgement of an image. `reason` is for people: what was expected, what came.
struct ImageVerdict {
  registers::psp::Response response = registers::psp::Response::OK;
  std::string reason;
};

/// Checks firmware images the way the PSP's boot code does. Implemented beside the image container.
class ImageVerifier {
 public:
  virtual ~ImageVerifier() = default;
  /// Bytes at the start of an image that `extent` needs.
  [[nodiscard]] virtual std::size_t header_size() const = 0;
  /// Size of the whole image in bytes as its header states it, at most `buffer_size`; or why it cannot be.
  [[nodiscard]] virtual std::variant<std::size_t, ImageVerdict> extent(ImageKind kind,
                                                                       std::span<const std::byte> header,
                                                                       std::size_t buffer_size) const = 0;
  [[nodiscard]] virtual ImageVerdict verify(ImageKind kind, std::span<const std::byte> image) const = 0;
};

/// Makes the program for a controller from what its program memory holds; nullptr if that is nothing it knows.
using UcProgramFactory =
    std::function<std::unique_ptr<ControllerProgram>(Microcontroller&, std::span<const std::byte> program_memory)>;
using ManagementProgramFactory =
    std::function<std::unique_ptr<ControllerProgram>(ManagementController&, std::span<const std::byte> image)>;

/// All that the hardware needs to know about firmware.
struct FirmwareSet {
  std::shared_ptr<const ImageVerifier> verifier;
  ManagementProgramFactory management;
  UcProgramFactory cert;
};

}  // namespace aie4
