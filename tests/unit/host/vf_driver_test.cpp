// SPDX-License-Identifier: Apache-2.0
// The VF's driver and its contexts against a scripted device.
#include "sim/host/driver/vf_driver.hpp"

#include <cerrno>

#include "sim/host/driver/context.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/host/driver_fixture.hpp"

namespace aie4::host::test {
namespace {

/// A bound VF with one context on a wide queue.
struct ContextFixture : VfFixture {
  explicit ContextFixture(QueueLayout layout = QueueLayout::Wide) : queue(device.dma(), layout) {
    driver = std::make_unique<VfDriver>(device);
    context = driver->create_context(queue);
  }
  /// What a device does at the end of one packet, with or without its interrupt.
  void complete(std::uint64_t read_index, bool interrupt = true) {
    if (queue.layout() == QueueLayout::Wide) queue.memory().store<std::uint64_t>(0x10, queue.write_index());
    queue.memory().store<std::uint64_t>(0x00, read_index);
    if (interrupt) npu.interrupt(1);
  }

  Queue queue;
  std::unique_ptr<VfDriver> driver;
  std::unique_ptr<Context> context;
};

}  // namespace

TEST_CASE("the VF probe asks for tiles, then for a partition of three columns") {
  VfFixture fixture;
  const VfDriver driver(fixture.device);
  CHECK(fixture.npu.requests ==
        std::vector<Words>{{4, 0x1'0004, 0x1D00'0000, 0x3'0006, 0}, {8, 0x1'0008, 0x1D00'0001, 0x3'0001, 0, 3}});
  CHECK(driver.tile_info().cols == 3);
  CHECK(driver.tile_info().core_rows == 4);
  CHECK(driver.partition_id() == 1);
}

TEST_CASE("the VF remove gives the partition back and masks the interrupt") {
  VfFixture fixture;
  {
    const VfDriver driver(fixture.device);
  }
  CHECK(fixture.npu.requests.back() == Words{4, 0x1'0004, 0x1D00'0002, 0x3'0002, 1});
  CHECK(fixture.npu.reg(0, FakeNpu::kMsixTable + 12) == 1);
  CHECK(texts(fixture.host.log()).empty());
}

TEST_CASE("a partition that never comes ends the probe") {
  VfFixture fixture;
  fixture.npu.answer = [&](const Words& request) {
    return request[3] == 0x3'0001 ? Words{} : fixture.npu.default_answer(request);
  };
  const DriverError error = error_of([&] { const VfDriver driver(fixture.device); });
  CHECK(error.code() == -ETIME);
  CHECK(error.lines() == std::vector<std::string>{"Wait for completion timeout", "partition init failed: -62",
                                                  "Hardware init failed, ret -62"});
}

TEST_CASE("without a channel requests fail without touching the device") {
  VfFixture fixture;
  VfDriver driver(fixture.device);
  fixture.npu.answer = [](const Words&) { return Words{}; };
  Queue queue(fixture.device.dma());
  CHECK(error_of([&] { static_cast<void>(driver.create_context(queue)); }).code() == -ETIME);
  fixture.npu.accesses.clear();
  const DriverError error = error_of([&] { static_cast<void>(driver.create_context(queue)); });
  CHECK(error.code() == -ENODEV);
  CHECK(error.lines() == std::vector<std::string>{"create ctx failed: -19", "Init hwctx failed, ret -19"});
  driver.remove();
  CHECK(texts(fixture.host.log()).back() == "partition fini failed: -19");
  CHECK(fixture.npu.accesses.empty());
}

TEST_CASE("a context is requested with the queue's address, all tiles and the invalid PASID") {
  ContextFixture fixture;
  const std::uint64_t queue = fixture.queue.address();
  CHECK(fixture.npu.requests.back() == Words{24, 0x1'0018, 0x1D00'0002, 0x3'0003, 1, 12,
                                             static_cast<std::uint32_t>(queue >> 32), static_cast<std::uint32_t>(queue),
                                             0x800F'FFFF, 0});
  CHECK(fixture.context->id() == 0);
  CHECK(fixture.context->doorbell_offset() == 0x1'0000);
  CHECK(fixture.npu.reg(0, FakeNpu::kMsixTable + 16 + 12) == 0);
  fixture.context->destroy();
  CHECK(fixture.npu.requests.back() == Words{8, 0x1'0008, 0x1D00'0003, 0x3'0004, 0, 0});
  CHECK(fixture.npu.reg(0, FakeNpu::kMsixTable + 16 + 12) == 1);
}

TEST_CASE("contexts may share a vector, which is let go with the last") {
  ContextFixture fixture;
  Queue queue(fixture.device.dma());
  auto second = fixture.driver->create_context(queue);
  fixture.context->destroy();
  CHECK(fixture.npu.reg(0, FakeNpu::kMsixTable + 16 + 12) == 0);
  second.reset();
  CHECK(fixture.npu.reg(0, FakeNpu::kMsixTable + 16 + 12) == 1);
}

TEST_CASE("a context whose vector cannot be had is destroyed again") {
  struct Row {
    std::uint32_t vector;
    int code;
    std::string line;
  };
  for (const Row& row :
       {Row{4, -EINVAL, "MSI-X idx 4 is invalid, ret:-22"}, Row{0, -EBUSY, "request irq 0 failed -16"}}) {
    VfFixture fixture;
    VfDriver driver(fixture.device);
    fixture.npu.answer = [&](const Words& request) {
      return request[3] == 0x3'0003 ? FakeNpu::respond(request, {0, 77, 0x1'0000, row.vector})
                                    : fixture.npu.default_answer(request);
    };
    Queue queue(fixture.device.dma());
    const DriverError error = error_of([&] { static_cast<void>(driver.create_context(queue)); });
    CHECK(error.lines() == std::vector<std::string>{row.line, fmt::format("Init hwctx failed, ret {}", row.code)});
    CHECK(fixture.npu.requests.back() == Words{8, 0x1'0008, 0x1D00'0003, 0x3'0004, 77, 0});
    // The mailbox still works.
    CHECK(fixture.device.interrupts().requested(0));
  }
}

TEST_CASE("a command is packet, then write_index, then doorbell") {
  ContextFixture fixture;
  Command command(fixture.device.dma(), {{0, 0x5000}});
  CHECK(command.word() == ((18U << 23) | (7U << 12) | 1U));  // START_DPU, 7 words of payload, NEW
  std::uint64_t write_index_at_doorbell = 0;
  std::uint32_t opcode_at_doorbell = 0;
  fixture.npu.on_doorbell = [&](std::uint64_t offset) {
    CHECK(offset == 0x1'0000);
    write_index_at_doorbell = fixture.queue.write_index();
    opcode_at_doorbell = fixture.queue.memory().load<std::uint32_t>(0x80);
  };
  CHECK(fixture.context->submit(command) == 0);
  CHECK(write_index_at_doorbell == 1);
  CHECK(opcode_at_doorbell == 0x0001'0000);
  CHECK(fixture.npu.doorbells.size() == 1);
  CHECK(fixture.context->submit(command) == 1);
}

TEST_CASE("waiting looks once, then only when the vector fires") {
  ContextFixture fixture;
  fixture.queue.publish(1);
  // Done already: no interrupt needed.
  fixture.complete(1, false);
  CHECK(fixture.context->wait(0, 1));
  CHECK(fixture.npu.clock.now_ps() == 0);
  // Done silently while waiting: not seen.
  fixture.queue.publish(2);
  fixture.npu.clock.schedule(kMillisecond, [&] { fixture.complete(2, false); });
  CHECK_FALSE(fixture.context->wait(1, 10));
  CHECK(fixture.npu.clock.now_ps() == 10 * kMillisecond);
  // A spurious interrupt heals it.
  fixture.queue.publish(3);
  fixture.npu.clock.schedule(kMillisecond, [&] { fixture.complete(3, false); });
  fixture.npu.clock.schedule(3 * kMillisecond, [&] { fixture.npu.interrupt(1); });
  CHECK(fixture.context->wait(2, 10));
  CHECK(fixture.npu.clock.now_ps() == 13 * kMillisecond);
  // Interrupts of others are looked at and slept over.
  fixture.queue.publish(4);
  for (std::uint64_t i = 1; i < 5; ++i) fixture.npu.clock.schedule(i * kMillisecond, [&] { fixture.npu.interrupt(1); });
  fixture.npu.clock.schedule(5 * kMillisecond, [&] { fixture.complete(4); });
  CHECK(fixture.context->wait(3, 10));
}

TEST_CASE("waiting for ever ends when the device is idle for good") {
  ContextFixture fixture;
  fixture.queue.publish(1);
  CHECK_FALSE(fixture.context->wait(0, 0));
  fixture.npu.clock.schedule(3'600'000 * kMillisecond, [&] { fixture.complete(1); });
  CHECK(fixture.context->wait(0, 0));
}

TEST_CASE("an index pair that cannot be is looked at twice, 100 us apart") {
  ContextFixture fixture;
  DmaBuffer& memory = fixture.queue.memory();
  // The kernel finds write_index at 0x10, whatever the layout of the queue.
  memory.store<std::uint64_t>(0x10, 5);
  memory.store<std::uint64_t>(0x00, 6);
  CHECK_FALSE(fixture.context->done(0));
  CHECK(fixture.npu.clock.now_ps() == 100 * kMicrosecond);
  CHECK(texts(fixture.host.log()) ==
        std::vector<std::string>{"Invalid index, ri 6, wi 5", "Invalid index after retry, ri 6, wi 5"});
  fixture.host.log().clear();
  // More than a queue behind.
  memory.store<std::uint64_t>(0x10, 40);
  memory.store<std::uint64_t>(0x00, 7);
  CHECK_FALSE(fixture.context->done(0));
  CHECK(texts(fixture.host.log()).size() == 2);
  fixture.host.log().clear();
  memory.store<std::uint64_t>(0x00, 8);
  CHECK(fixture.context->done(7));
  CHECK_FALSE(fixture.context->done(8));
  CHECK(texts(fixture.host.log()).empty());
  // A torn read: the upper half came first.
  memory.store<std::uint64_t>(0x00, 0x1'0000'0008);
  fixture.npu.clock.schedule(50 * kMicrosecond, [&] { memory.store<std::uint64_t>(0x00, 9); });
  CHECK(fixture.context->done(8));
  CHECK(texts(fixture.host.log()) == std::vector<std::string>{"Invalid index, ri 4294967304, wi 40"});
}

TEST_CASE("a full queue makes the submitter wait for its oldest command") {
  ContextFixture fixture;
  Command command(fixture.device.dma(), {{0, 0x5000}});
  for (int i = 0; i < 32; ++i) fixture.context->submit(command);
  fixture.npu.clock.schedule(kMillisecond, [&] { fixture.complete(1); });
  CHECK(fixture.context->submit(command) == 32);
  CHECK(fixture.npu.clock.now_ps() == kMillisecond);
  // A chain needs all its slots at once.
  fixture.npu.clock.schedule(kMillisecond, [&] { fixture.complete(2); });
  fixture.npu.clock.schedule(2 * kMillisecond, [&] { fixture.complete(4); });
  Command* chain[] = {&command, &command, &command};
  CHECK(fixture.context->submit(chain) == 35);
  CHECK(fixture.npu.clock.now_ps() == 3 * kMillisecond);
  CHECK(error_of([&] { fixture.context->submit(command); }).code() == -ETIME);
  const std::vector<Command*> too_long(33, &command);
  CHECK_THROWS_AS(fixture.context->submit(too_long), std::invalid_argument);
  CHECK_THROWS_AS(fixture.context->submit(std::span<Command* const>{}), std::invalid_argument);
}

TEST_CASE("a doorbell that is not page aligned cannot be mapped") {
  VfFixture fixture;
  VfDriver driver(fixture.device);
  fixture.npu.answer = [&](const Words& request) {
    return request[3] == 0x3'0003 ? FakeNpu::respond(request, {0, 0, 0x1'0010, 1})
                                  : fixture.npu.default_answer(request);
  };
  Queue queue(fixture.device.dma());
  auto context = driver.create_context(queue);
  CHECK(error_of([&] { context->ring(); }).code() == -EINVAL);
  CHECK(fixture.npu.doorbells.empty());
}

}  // namespace aie4::host::test
