// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/smu.hpp"

#include <cerrno>

namespace aie4::host {
namespace {

namespace smu = registers::smu;

constexpr unsigned kBar = 5;
constexpr std::uint64_t kInterval = 20 * kPicosecondsPerMillisecond;
constexpr std::uint64_t kTimeout = 1000 * kPicosecondsPerMillisecond;

}  // namespace

std::uint32_t Smu::execute(smu::Command command, std::uint32_t argument) {
  Host& host = device_.host();
  const auto number = static_cast<std::uint32_t>(command);
  device_.write32(kBar, smu::kMP1_C2PMSG_60_ALT_1, 0);
  device_.write32(kBar, smu::kMP1_C2PMSG_61_ALT_1, argument);
  device_.write32(kBar, smu::kMP1_C2PMSG_59_ALT_1, number);
  device_.write32(kBar, smu::kINTR, 0);
  device_.write32(kBar, smu::kINTR, 1);
  std::uint32_t response = 0;
  const bool answered = poll_register(host, kInterval, kTimeout, [&] {
    response = device_.read32(kBar, smu::kMP1_C2PMSG_60_ALT_1);
    return response != 0;
  });
  if (!answered) throw host.log().fail(-ETIMEDOUT, "smu cmd {} timed out", number);
  if (response != static_cast<std::uint32_t>(smu::Response::OK)) {
    throw host.log().fail(-EINVAL, "smu cmd {} failed, {:#x}", number, response);
  }
  // POWER_ON and POWER_OFF return nothing; the driver does not read OUT for them.
  const bool has_result = command != smu::Command::POWER_ON && command != smu::Command::POWER_OFF;
  return has_result ? device_.read32(kBar, smu::kMP1_C2PMSG_61_ALT_1) : 0;
}

void Smu::power_up() {
  KernelLog& log = device_.host().log();
  try {
    try {
      execute(smu::Command::POWER_OFF, 0);
    } catch (const DriverError& error) {
      throw log.fail(error, "Access power failed, ret {}", error.code());
    }
    try {
      execute(smu::Command::POWER_ON, 0);
    } catch (const DriverError& error) {
      throw log.fail(error, "Power on failed, ret {}", error.code());
    }
  } catch (const DriverError& error) {
    throw log.fail(error, "failed to init smu, ret {}", error.code());
  }
}

void Smu::power_down() {
  try {
    execute(smu::Command::POWER_OFF, 0);
  } catch (const DriverError& error) {
    device_.host().log().error(fmt::format("Power off failed, ret {}", error.code()));
  }
}

}  // namespace aie4::host
