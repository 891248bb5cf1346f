// SPDX-License-Identifier: Apache-2.0
// Commands that are wrong: each ends alone, with the error that the documents give (control code, 4.5), and whatever
// else there is goes on.
#include <algorithm>
#include <array>

#include "tests/integration/one_context.hpp"
#include "tests/support/catch.hpp"

namespace aie4::integration {
namespace {

using host::Command;
using host::CommandState;
using host::ControlCode;
using host::DmaBuffer;
using host::QueueLayout;

}  // namespace

TEST_CASE("an unmodelled or unknown opcode ends its command with the error of the instruction set") {
  OneContext setup;
  const std::uint8_t unassigned[] = {0x0A, 0, 0, 0};
  CHECK(setup.run(ControlCode().start_job(0).raw(unassigned).end_job().end_page()) == (3 << 4 | 5));
  // The context lives on.
  CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);
  // The uC that reports is part of the code: 100 for uC 1.
  const DmaBuffer bad = setup.load(ControlCode().start_job(0).raw(unassigned).end_job().end_page());
  CHECK(setup.run({{0, setup.client->nop.address()}, {2, bad.address()}}) == (203U << 4 | 5));
  CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);
}

TEST_CASE("a page with a wrong signature or index ends its command with INVALID_PAGE") {
  OneContext setup;
  std::vector<std::byte> page = host::nop_program().pages();
  for (const std::size_t damaged : {0U, 1U, 2U, 3U}) {
    DmaBuffer buffer(setup.rig.vf().device().dma(), page.size());
    std::vector<std::byte> bytes = page;
    bytes[damaged] ^= std::byte{1};
    buffer.write(0, bytes);
    CHECK(setup.run({{0, buffer.address()}}) == (5 << 4 | 5));
  }
  CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);
}

TEST_CASE("a packet that is none ends with INVALID_PKT, an EXIT packet with code 0") {
  OneContext setup;
  host::Context& context = *setup.client->context;
  host::Queue& queue = setup.client->queue;
  struct Row {
    std::size_t byte;
    std::uint8_t value;
    std::uint32_t word;
  };
  std::uint64_t index = 0;
  for (const Row& row : {Row{2, 9, 4 << 4 | 5}, Row{0, 1, 4 << 4 | 5}, Row{2, 3, 5}}) {
    Command command = setup.client->command();
    queue.fill(index, {.completion_signal = command.address(), .work = command.work()});
    std::array<std::byte, 64> slot{};
    queue.memory().read(0x80 + index % 32 * 64, slot);
    slot.at(row.byte) = static_cast<std::byte>(row.value);
    queue.fill_raw(index, slot);
    queue.publish(++index);
    context.ring();
    CHECK(context.wait(index - 1, kCommandTimeoutMs));
    CHECK(command.word() == row.word);
  }
}

TEST_CASE("a command of a chain that fails aborts those behind it, and no others") {
  OneContext setup;
  const std::uint8_t unassigned[] = {0x0A, 0, 0, 0};
  const DmaBuffer bad = setup.load(ControlCode().start_job(0).raw(unassigned).end_job().end_page());
  std::vector<Command> commands;
  std::vector<Command*> chain;
  for (int i = 0; i < 5; ++i) {
    commands.push_back(i == 2 ? setup.client->command(bad) : setup.client->command());
  }
  for (Command& command : commands) chain.push_back(&command);
  const std::uint64_t last = setup.client->context->submit(chain);
  CHECK(setup.client->context->wait(last, kCommandTimeoutMs));
  std::vector<std::uint32_t> words;
  std::ranges::transform(commands, std::back_inserter(words), &Command::word);
  CHECK(words[2] == (3 << 4 | 5));
  CHECK((words[3] & 0xFU) == 6);
  CHECK((words[4] & 0xFU) == 6);
  CHECK(words[0] == 4);
  CHECK(words[1] == 4);
  CHECK(setup.client->queue.read_index() == 5);
  CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);
}

TEST_CASE("control code, packets or completion words at unmapped addresses end only their own command") {
  OneContext setup;
  constexpr std::uint64_t kNowhere = 0x1234'5000;
  Client other(setup.rig.vf());
  host::Context& context = *setup.client->context;
  host::Queue& queue = setup.client->queue;

  Command code(setup.rig.vf().device().dma(), {{0, kNowhere}});
  CHECK(context.wait(context.submit(code), kCommandTimeoutMs));
  CHECK(code.state() == CommandState::Error);
  CHECK(setup.rig.reported(FaultCategory::GuestError, "0x12345000"));
  CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);

  // An indirect entry that points nowhere.
  Command entry = setup.client->command();
  const std::uint64_t index = queue.write_index();
  queue.fill(index, {.completion_signal = entry.address(), .indirect = true, .work = entry.work()});
  std::array<std::byte, 64> slot{};
  queue.memory().read(0x80 + index % 32 * 64, slot);
  slot[18] ^= std::byte{0x80};
  queue.fill_raw(index, slot);
  queue.publish(index + 1);
  context.ring();
  CHECK(context.wait(index, kCommandTimeoutMs));
  CHECK(entry.state() == CommandState::Error);

  // A completion word that cannot be written: the queue goes on.
  queue.fill(index + 1, {.completion_signal = kNowhere, .work = {{0, setup.client->nop.address()}}});
  queue.publish(index + 2);
  setup.recorder->clear();
  context.ring();
  setup.run_idle();
  CHECK(setup.recorder->refused > 0);

  Command alive = other.command();
  CHECK(other.context->wait(other.context->submit(alive), kCommandTimeoutMs));
  CHECK(alive.word() == 4);
  CHECK(setup.rig.log() == kNothing);
}

TEST_CASE("a queue that vanishes or points nowhere is reported and harms nobody else") {
  OneContext setup;
  Client other(setup.rig.vf());
  host::Queue& queue = setup.client->queue;
  // data_address points nowhere.
  queue.memory().store<std::uint64_t>(0x78, 0x1234'5000);
  Command lost = setup.client->command();
  setup.client->context->submit(lost);
  setup.run_idle();
  CHECK(setup.recorder->refused > 0);
  CHECK(setup.rig.reported(FaultCategory::GuestError, "0x12345000"));
  Command alive = other.command();
  CHECK(other.context->wait(other.context->submit(alive), kCommandTimeoutMs));
  CHECK(alive.word() == 4);
  // A capacity that is no power of two.
  Client odd(setup.rig.vf());
  odd.queue.memory().store<std::uint32_t>(0x0C, 33);
  Command never = odd.command();
  odd.context->submit(never);
  setup.run_idle();
  CHECK(never.state() != CommandState::Completed);
  alive.reset();
  CHECK(other.context->wait(other.context->submit(alive), kCommandTimeoutMs));
}

TEST_CASE("a context on a queue header at an unmapped address can be rung and destroyed") {
  OneContext setup;
  Rig& rig = setup.rig;
  constexpr std::uint32_t kNowhere = 0x1234'5000;
  const std::vector<std::byte> created =
      rig.vf().link().request(0x3'0003, {{{"partition_id", 0x00}, rig.vf().partition_id()},
                                         {{"request_num_tiles", 0x04}, 12},
                                         {{"hsa_addr_low", 0x0C}, kNowhere},
                                         {{"pasid", 0x10}, host::VfDriver::kNoPasid}});
  const auto id = std::to_integer<std::uint32_t>(created[4]);
  const std::uint32_t doorbell =
      std::to_integer<std::uint32_t>(created[9]) << 8 | std::to_integer<std::uint32_t>(created[10]) << 16;
  CHECK(id == 1);
  rig.vf().device().write32(2, doorbell, 0);
  setup.run_idle();
  CHECK(setup.recorder->refused > 0);
  CHECK(setup.recorder->writes.empty());
  CHECK(rig.reported(FaultCategory::GuestError, "0x12345000"));
  CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);
  CHECK_NOTHROW(rig.vf().link().request(0x3'0004, {{{"hw_context_id", 0x00}, id}}));
  CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);
}

TEST_CASE("a command that runs too long ends with PKT_TIMEOUT") {
  Configuration configuration;
  configuration.parameters.packet_timeout_ms = 50;
  OneContext setup(QueueLayout::Wide, configuration);
  // The second participant of the barrier never comes.
  const std::uint64_t start = setup.rig.clock.now_ps();
  CHECK(setup.run(ControlCode().start_job(0).local_barrier(1, 2).end_job().end_page()) == (6 << 4 | 5));
  const std::uint64_t took = setup.rig.clock.now_ps() - start;
  CHECK(took >= 50 * kMillisecond);
  CHECK(took < 51 * kMillisecond);
  CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);
}

TEST_CASE("a device without bus mastering touches no memory and is told so") {
  OneContext setup;
  Command command = setup.client->command();
  const std::uint64_t writes = setup.rig.vf().device().dma().traffic().writes;
  setup.rig.vf().device().disable();
  setup.client->context->submit(command);
  setup.run_idle();
  CHECK(command.state() == CommandState::New);
  CHECK(setup.client->queue.read_index() == 0);
  CHECK(setup.recorder->interrupts.empty());
  CHECK(setup.rig.vf().device().dma().traffic().writes == writes);
}

}  // namespace aie4::integration
