// SPDX-License-Identifier: Apache-2.0
// Commands through the PCI boundary, with every effect checked: completion word, read_index, interrupt, and the order
// of the device's writes (host interface, 6.4 to 6.7).
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

TEST_CASE("one direct command on a wide queue: completion word, read_index, mirror, interrupt, in that order") {
  OneContext setup;
  Command command = setup.client->command();
  CHECK(setup.client->context->submit(command) == 0);
  CHECK(setup.client->context->wait(0, kCommandTimeoutMs));
  const std::uint64_t queue = setup.client->queue.address();
  CHECK(writes(*setup.recorder) == std::vector<Write>{{command.address(), 4, 4}, {queue, 1, 8}, {queue + 0x10, 33, 8}});
  CHECK(setup.recorder->interrupts == std::vector<unsigned>{setup.client->context->vector()});
  CHECK(setup.recorder->refused == 0);
  CHECK(setup.recorder->accesses == Accesses{write(2, setup.client->context->doorbell_offset(), 0)});
  CHECK(setup.rig.log() == kNothing);
  CHECK(setup.rig.reports() == kNothing);
}

TEST_CASE(
    "WAIT_CMD may read write_index before the device saw the doorbell, and read_index after the command is done") {
  OneContext setup;
  host::Queue& queue = setup.client->queue;
  for (const std::size_t count : {1U, 1U, 5U, 32U, 32U, 2U, 1U}) {
    std::vector<Command> commands;
    std::vector<Command*> chain;
    for (std::size_t i = 0; i < count; ++i) commands.push_back(setup.client->command());
    for (Command& command : commands) chain.push_back(&command);
    const std::uint64_t last = setup.client->context->submit(chain);
    // The kernel's two loads, with all of the command between them.
    const auto write_index = queue.memory().load<std::uint64_t>(0x10);
    CHECK(setup.client->context->wait(last, kCommandTimeoutMs));
    const std::uint64_t read_index = queue.read_index();
    INFO("read_index " << read_index << " write_index as the kernel read it " << write_index);
    CHECK(read_index == last + 1);
    CHECK(read_index <= write_index);
    CHECK(write_index - read_index <= 32);
  }
  CHECK(setup.rig.log() == kNothing);
}

TEST_CASE("a compact queue needs no mirror") {
  OneContext setup(QueueLayout::Compact);
  Command command = setup.client->command();
  setup.client->context->submit(command);
  CHECK(setup.client->context->wait(0, kCommandTimeoutMs));
  const std::uint64_t queue = setup.client->queue.address();
  CHECK(writes(*setup.recorder) == std::vector<Write>{{command.address(), 4, 4}, {queue, 1, 8}});
  CHECK(setup.rig.log() == kNothing);
}

TEST_CASE("without the mirror the kernel's wait on a wide queue hangs, as it is known to") {
  Configuration configuration;
  configuration.parameters.write_index_mirror = 0;
  OneContext setup(QueueLayout::Wide, configuration);
  Command command = setup.client->command();
  setup.client->context->submit(command);
  CHECK_FALSE(setup.client->context->wait(0, kCommandTimeoutMs));
  CHECK(command.state() == CommandState::Completed);
  CHECK(setup.rig.log() ==
        std::vector<std::string>{"Invalid index, ri 1, wi 0", "Invalid index after retry, ri 1, wi 0"});
}

TEST_CASE("commands run in carved-out memory without an IOMMU as well") {
  OneContext setup(QueueLayout::Wide, {}, host::AddressMode::Identity);
  for (int i = 0; i < 10; ++i) CHECK(setup.run({{0, setup.client->nop.address()}}) == 4);
  CHECK(setup.rig.log() == kNothing);
}

TEST_CASE("all opcodes of the front half run over several pages and jobs") {
  OneContext setup;
  ControlCode code;
  code.start_job(0).mov(0, 1).add(0, 2).nop().yield().nop().end_job().end_page();
  // Two jobs that meet at a barrier twice, a third on its own, sparse ids.
  code.start_job(7).local_barrier(3, 2).yield().local_barrier(3, 2).end_job();
  code.start_job(9).yield().local_barrier(3, 2).local_barrier(3, 2).end_job();
  code.start_job(1000).mov(8, 5).add(8, 0xFFFFFFFF).end_job().end_page();
  code.start_job(0).end_job().end_page();
  CHECK(setup.run(code) == 4);
  CHECK(setup.rig.reports() == kNothing);
}

TEST_CASE("a command with work for several microcontrollers completes once, when all are done") {
  OneContext setup;
  const DmaBuffer longer = setup.load(host::nop_program(500));
  const DmaBuffer nop = setup.load(host::nop_program());
  for (const std::vector<host::Work>& work :
       {std::vector<host::Work>{{0, nop.address()}, {2, longer.address()}, {4, nop.address()}},
        std::vector<host::Work>{{4, nop.address()}, {0, longer.address()}},
        std::vector<host::Work>{{0, nop.address()},
                                {1, nop.address()},
                                {2, nop.address()},
                                {3, nop.address()},
                                {4, nop.address()},
                                {5, longer.address()}}}) {
    setup.recorder->clear();
    CHECK(setup.run(work) == 4);
    CHECK(setup.recorder->interrupts.size() == 1);
    CHECK(setup.recorder->writes.size() == 3);
  }
  CHECK(setup.rig.reports() == kNothing);
}

TEST_CASE("a chain advances read_index once and interrupts once") {
  OneContext setup;
  for (const std::size_t length : {2U, 31U, 32U}) {
    std::vector<Command> commands;
    std::vector<Command*> chain;
    for (std::size_t i = 0; i < length; ++i) commands.push_back(setup.client->command());
    for (Command& command : commands) chain.push_back(&command);
    setup.recorder->clear();
    const std::uint64_t before = setup.client->queue.read_index();
    const std::uint64_t last = setup.client->context->submit(chain);
    CHECK(last == before + length - 1);
    CHECK(setup.client->context->wait(last, kCommandTimeoutMs));
    CHECK(std::ranges::all_of(commands, [](const Command& command) { return command.word() == 4; }));
    CHECK(setup.recorder->interrupts.size() == 1);
    std::vector<std::uint64_t> indices;
    for (const Write& write : writes(*setup.recorder)) {
      if (write.address == setup.client->queue.address()) indices.push_back(write.value);
    }
    CHECK(indices == std::vector<std::uint64_t>{before + length});
  }
}

TEST_CASE("a queue wraps a hundred times without losing a packet") {
  OneContext setup;
  std::vector<Command> commands;
  for (int i = 0; i < 7; ++i) commands.push_back(setup.client->command());
  std::uint64_t submitted = 0;
  // Chains of 1 to 7 cross the end of the ring in every possible way.
  for (std::size_t round = 0; submitted < 3200; ++round) {
    std::vector<Command*> chain;
    for (std::size_t i = 0; i <= round % 7; ++i) {
      commands[i].reset();
      chain.push_back(&commands[i]);
    }
    submitted += chain.size();
    const std::uint64_t last = setup.client->context->submit(chain);
    REQUIRE(last == submitted - 1);
    REQUIRE(setup.client->context->wait(last, kCommandTimeoutMs));
    for (const Command* command : chain) REQUIRE(command->word() == 4);
  }
  CHECK(setup.client->queue.read_index() == submitted);
  CHECK(setup.rig.log() == kNothing);
}

TEST_CASE("a full queue is drained while its doorbell rings for each packet") {
  OneContext setup;
  std::vector<Command> commands;
  for (int i = 0; i < 200; ++i) commands.push_back(setup.client->command());
  std::uint64_t last = 0;
  for (Command& command : commands) last = setup.client->context->submit(command);
  CHECK(setup.client->context->wait(last, kCommandTimeoutMs));
  CHECK(std::ranges::all_of(commands, [](const Command& command) { return command.word() == 4; }));
  CHECK(setup.client->queue.read_index() == 200);
}

TEST_CASE("a doorbell is a hint: before its packet, without one, or twice") {
  OneContext setup;
  host::Context& context = *setup.client->context;
  host::Queue& queue = setup.client->queue;
  context.ring();
  setup.run_idle();
  CHECK(queue.read_index() == 0);
  CHECK(setup.recorder->interrupts.empty());
  Command first = setup.client->command();
  queue.fill(0, {.completion_signal = first.address(), .work = first.work()});
  context.ring();
  setup.run_idle();
  CHECK(first.state() == CommandState::New);
  queue.publish(1);
  context.ring();
  context.ring();
  CHECK(context.wait(0, kCommandTimeoutMs));
  CHECK(first.word() == 4);
  setup.run_idle();
  CHECK(queue.read_index() == 1);
  CHECK(setup.recorder->interrupts.size() == 1);
}

TEST_CASE("a chain that is published in pieces, with a doorbell in its middle, runs once") {
  OneContext setup;
  host::Context& context = *setup.client->context;
  host::Queue& queue = setup.client->queue;
  std::vector<Command> commands;
  for (std::uint64_t i = 0; i < 6; ++i) {
    commands.push_back(setup.client->command());
    queue.fill(i, {.completion_signal = commands[i].address(), .chained = i < 5, .work = commands[i].work()});
  }
  for (const std::uint64_t published : {1U, 2U, 4U}) {
    queue.publish(published);
    context.ring();
    setup.run_idle();
    CHECK(queue.read_index() == 0);
    CHECK(commands[published].state() == CommandState::New);
  }
  queue.publish(6);
  context.ring();
  CHECK(context.wait(5, kCommandTimeoutMs));
  CHECK(queue.read_index() == 6);
  CHECK(std::ranges::all_of(commands, [](const Command& command) { return command.word() == 4; }));
  std::size_t completions = 0;
  for (const Write& write : writes(*setup.recorder)) completions += write.size == 4 ? 1U : 0U;
  CHECK(completions == 6);
}

}  // namespace aie4::integration
