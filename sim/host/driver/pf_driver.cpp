// SPDX-License-Identifier: Apache-2.0
#include "sim/host/driver/pf_driver.hpp"

#include <cerrno>

namespace aie4::host {
namespace {

namespace opcode = management::opcode;

constexpr std::uint64_t kWorkBufferSize = 0x40'0000;

}  // namespace

PfDriver::PfDriver(PciBus& bus, PciDevice& device, const FirmwareImages& images)
    : bus_(bus), device_(device), smu_(device), link_(device) {
  try {
    probe(images);
  } catch (...) {
    device_.disable_msix();
    device_.disable();
    throw;
  }
  bound_ = true;
}

PfDriver::~PfDriver() {
  remove();
}

void PfDriver::probe(const FirmwareImages& images) {
  set_up_function(device_, {0x17F2, 0x1B0B}, {0, 2, 4, 5});
  psp_.emplace(device_, images.management, images.cert);
  set_up_interrupts(device_);
  work_buffer_.emplace(device_.dma(), kWorkBufferSize, DmaBuffer::Options{.alignment = kWorkBufferSize});
  try {
    start_hardware();
  } catch (const DriverError& error) {
    throw device_.host().log().fail(error, "Hardware init failed, ret {}", error.code());
  }
}

void PfDriver::start_hardware() {
  smu_.power_up();
  try {
    psp_->start();
  } catch (const DriverError&) {
    smu_.power_down();
    throw;
  }
  try {
    link_.start();
    try {
      namespace message = management::attach_work_buffer;
      link_.request(opcode::kATTACH_WORK_BUFFER,
                    {{message::kAddress, work_buffer_->address()}, {message::kSize, kWorkBufferSize}});
    } catch (const DriverError& error) {
      throw device_.host().log().fail(error, "Failed to attach work buffer, ret {}", error.code());
    }
  } catch (const DriverError&) {
    link_.stop();
    psp_->stop();
    smu_.power_down();
    throw;
  }
}

std::vector<PciDevice*> PfDriver::enable_vfs(unsigned count) {
  KernelLog& log = device_.host().log();
  try {
    link_.request(opcode::kCREATE_VFS, {{management::create_vfs::kCount, count}});
  } catch (const DriverError& error) {
    throw log.fail(error, "create vfs op failed: {}", error.code());
  }
  vfs_enabled_ = true;
  try {
    return bus_.enable_vfs(device_, count);
  } catch (const DriverError& error) {
    const DriverError failure = log.fail(error, "configure VFs failed, ret: {}", error.code());
    disable_vfs();
    throw failure;
  }
}

void PfDriver::disable_vfs() {
  if (!vfs_enabled_) return;
  vfs_enabled_ = false;
  bus_.disable_vfs(device_);
  try {
    link_.request(opcode::kDESTROY_VFS);
  } catch (const DriverError& error) {
    device_.host().log().error(fmt::format("destroy vfs op failed: {}", error.code()));
  }
}

void PfDriver::remove() {
  if (!bound_) return;
  bound_ = false;
  disable_vfs();
  try {
    link_.request(opcode::kSUSPEND);
  } catch (const DriverError& error) {
    device_.host().log().error(fmt::format("Failed to suspend fw, ret {}", error.code()));
  }
  link_.stop();
  psp_->stop();
  smu_.power_down();
  work_buffer_.reset();
  psp_.reset();
  device_.disable_msix();
  device_.disable();
}

}  // namespace aie4::host
