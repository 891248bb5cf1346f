// SPDX-License-Identifier: Apache-2.0
// The driver's half of the PSP mailbox, and the firmware images that it hands over (host-interface, section 2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/registers/psp.hpp"
#include "sim/host/pci_device.hpp"

namespace aie4::host {

/// A firmware image in physically contiguous memory, where the PSP fetches it by CPU physical address.
class FirmwareBuffer {
 public:
  /// `alignment` of the address is also the unit in which the size is announced.
  FirmwareBuffer(HostMemory& memory, std::span<const std::byte> image, std::uint64_t alignment);
  ~FirmwareBuffer();
  FirmwareBuffer(const FirmwareBuffer&) = delete;
  FirmwareBuffer& operator=(const FirmwareBuffer&) = delete;

  [[nodiscard]] std::uint64_t address() const { return address_; }
  /// Bytes, rounded up to the alignment; what lies past the image is undefined.
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  HostMemory& memory_;
  std::uint64_t size_;
  std::uint64_t address_;
};

/// Starts and stops the firmware through BAR4 of the PF.
class Psp {
 public:
  static constexpr std::uint64_t kManagementAlignment = 0x1'0000;
  static constexpr std::uint64_t kCertAlignment = 0x8000;

  /// Copies the images. An empty `cert` skips VALIDATE_CERT.
  Psp(PciDevice& device, std::span<const std::byte> management, std::span<const std::byte> cert);

  /// VALIDATE, VALIDATE_CERT, START. Throws DriverError.
  void start();
  /// RELEASE_TMR. A failure is logged and otherwise ignored.
  void stop();

  /// One command. Throws DriverError: -ETIMEDOUT if the PSP is not ready within 1 s, -EIO for a response other than 0.
  void execute(registers::psp::Command command, std::uint32_t arg0, std::uint32_t arg1, std::uint32_t arg2);

 private:
  void wait_ready();
  void validate(registers::psp::Command command, const FirmwareBuffer& image);

  PciDevice& device_;
  FirmwareBuffer management_;
  FirmwareBuffer cert_;
};

}  // namespace aie4::host
