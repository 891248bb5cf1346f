// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/psp.hpp"

#include <cerrno>

namespace aie4::host {
namespace {

namespace psp = registers::psp;

constexpr unsigned kBar = 4;
constexpr std::uint64_t kInterval = 20 * kPicosecondsPerMillisecond;
constexpr std::uint64_t kTimeout = 1000 * kPicosecondsPerMillisecond;
constexpr unsigned kCommandShift = 24;
constexpr std::uint32_t kCopyFirmware = 1;

std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}
std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}

}  // namespace

FirmwareBuffer::FirmwareBuffer(HostMemory& memory, std::span<const std::byte> image, std::uint64_t alignment)
    : memory_(memory),
      size_((image.size() + alignment - 1) / alignment * alignment),
      address_(size_ == 0 ? 0 : memory.allocate(size_, alignment)) {
  if (size_ != 0) memory_.write(address_, image);
}

FirmwareBuffer::~FirmwareBuffer() {
  if (size_ != 0) memory_.release(address_, size_);
}

Psp::Psp(PciDevice& device, std::span<const std::byte> management, std::span<const std::byte> cert)
    : device_(device),
      management_(device.host().memory(), management, kManagementAlignment),
      cert_(device.host().memory(), cert, kCertAlignment) {}

void Psp::wait_ready() {
  Host& host = device_.host();
  const bool ready = poll_register(host, kInterval, kTimeout, [this] {
    return (device_.read32(kBar, psp::kMPASP_C2PMSG_123_ALT_1) & psp::kStatusReady) != 0;
  });
  if (!ready) {
    throw host.log().fail(-ETIMEDOUT, "PSP is not ready, ret {:#x}", static_cast<std::uint32_t>(-ETIMEDOUT));
  }
}

void Psp::execute(psp::Command command, std::uint32_t arg0, std::uint32_t arg1, std::uint32_t arg2) {
  const auto number = static_cast<std::uint32_t>(command);
  wait_ready();
  device_.write32(kBar, psp::kMPASP_C2PMSG_123_ALT_1, number);
  device_.write32(kBar, psp::kMPASP_C2PMSG_156_ALT_1, arg0);
  device_.write32(kBar, psp::kMPASP_C2PMSG_157_ALT_1, arg1);
  device_.write32(kBar, psp::kMPASP_C2PMSG_123_ALT_1, arg2 | (number << kCommandShift));
  device_.write32(kBar, psp::kMPASP_C2PMSG_73_ALT_1, 0);
  device_.write32(kBar, psp::kMPASP_C2PMSG_73_ALT_1, psp::kKick);
  wait_ready();
  const std::uint32_t response = device_.read32(kBar, psp::kMPASP_C2PMSG_156_ALT_1);
  if (response != 0) throw device_.host().log().fail(-EIO, "fw return error {:#x}", response);
}

void Psp::validate(psp::Command command, const FirmwareBuffer& image) {
  try {
    execute(command, low(image.address()), high(image.address()), low(image.size()));
  } catch (const DriverError& error) {
    throw device_.host().log().fail(error, "failed to validate fw, ret {}", error.code());
  }
}

void Psp::start() {
  KernelLog& log = device_.host().log();
  try {
    validate(psp::Command::VALIDATE, management_);
    if (cert_.size() != 0) validate(psp::Command::VALIDATE_CERT, cert_);
    try {
      execute(psp::Command::START, kCopyFirmware, 0, 0);
    } catch (const DriverError& error) {
      throw log.fail(error, "failed to start fw, ret {}", error.code());
    }
  } catch (const DriverError& error) {
    throw log.fail(error, "failed to start psp, ret {}", error.code());
  }
}

void Psp::stop() {
  try {
    execute(psp::Command::RELEASE_TMR, 0, 0, 0);
  } catch (const DriverError& error) {
    device_.host().log().error(fmt::format("release tmr failed, ret {}", error.code()));
  }
}

}  // namespace aie4::host
