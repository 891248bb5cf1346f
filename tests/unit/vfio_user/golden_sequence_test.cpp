// SPDX-License-Identifier: Apache-2.0
// What QEMU 11.1 sends from start to interrupt, message by message.
#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {

TEST_CASE("QEMU's golden sequence brings the device from realise to an interrupt") {
  Bench bench;
  GuestMemory ram(64U << 20);
  VfioUserClient qemu = bench.connect();
  qemu.realise(ram);
  CHECK(bench.devices[0]->resets == 0);
  qemu.start_guest(ram);
  CHECK(bench.devices[0]->resets == 1);

  EventCounter mailbox;
  EventCounter completion;
  const std::array fds{mailbox.fd(), completion.fd()};
  qemu.enable_device(fds);
  CHECK(bench.devices[0]->control.msix_enabled);
  CHECK_FALSE(bench.devices[0]->control.function_masked);

  qemu.post<std::uint32_t>(4, 0xA24, 0xD007BE11);
  CHECK(qemu.read<std::uint32_t>(4, 0xA24) == 0xD007BE11);

  const std::uint64_t word = 0x1122334455667788;
  CHECK(bench.functions[0]->dma_write(0x20'0000, bytes_of(word), {}) == DmaStatus::Ok);
  CHECK(load<std::uint64_t>(ram.bytes().subspan(0x20'0000)) == word);
  bench.functions[0]->signal(1);
  CHECK(completion.take() == 1);
  CHECK(mailbox.take() == 0);

  // Unload, then the end of QEMU.
  CHECK(qemu.config<std::uint16_t>(bench.functions[0]->config().msix_capability_offset() + 2, 0x0003) == 0);
  CHECK(qemu.set_irqs(0x21, kIrqMsix, 0, 0) == 0);
  CHECK(qemu.config<std::uint16_t>(0x04, 0x0002) == 0);
  qemu.close();
  bench.turns();
  CHECK_FALSE(bench.server->connected(0));
  CHECK_FALSE(bench.functions[0]->connected());
  CHECK(bench.devices[0]->resets == 2);
  CHECK(bench.statistics().errors_answered == 0);
  CHECK(bench.statistics().malformed == 0);
}

TEST_CASE("a guest that reboots finds its device reset and its memory still mapped") {
  Bench bench;
  GuestMemory ram(64U << 20);
  VfioUserClient qemu = bench.connect();
  qemu.realise(ram);
  qemu.start_guest(ram);
  EventCounter event;
  const std::array fds{event.fd()};
  for (unsigned boot = 0; boot < 2; ++boot) {
    qemu.enable_device(fds);
    qemu.write<std::uint32_t>(4, 0x10, 7);
    REQUIRE(qemu.set_irqs(0x21, kIrqMsix, 0, 0) == 0);
    REQUIRE(qemu.reset() == 0);
    CHECK(bench.devices[0]->at<std::uint32_t>(4, 0x10) == 0);
    CHECK_FALSE(bench.devices[0]->control.msix_enabled);
    qemu.config<std::uint16_t>(0x04, 0x0006);
    std::array<std::byte, 8> data{};
    CHECK(bench.functions[0]->dma_read(0x100, data, {}) == DmaStatus::Ok);
  }
}

}  // namespace aie4::vfio_user::test
