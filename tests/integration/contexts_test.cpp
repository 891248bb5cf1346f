// SPDX-License-Identifier: Apache-2.0
// Many contexts: exhaustion, sharing of the array, priorities, and the end of a context with work pending.
#include <algorithm>
#include <set>

#include "tests/integration/rig.hpp"
#include "tests/support/catch.hpp"

namespace aie4::integration {
namespace {

using host::Command;
using host::CommandState;

constexpr std::uint64_t kTimeoutMs = 5000;

void run_idle(Rig& rig) {
  rig.host.wait_for(100 * kMillisecond, [] { return false; });
}

/// Which of the commands' completion words the device wrote, in order.
std::vector<std::size_t> completion_order(const Recorder& recorder, const std::vector<Command>& commands) {
  std::vector<std::size_t> order;
  for (const DmaWrite& write : recorder.writes) {
    const auto found = std::ranges::find(commands, write.address, &Command::address);
    if (found != commands.end()) order.push_back(static_cast<std::size_t>(found - commands.begin()));
  }
  return order;
}

}  // namespace

TEST_CASE("a VF has 256 contexts with a doorbell page each, and the 257th is refused") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  std::vector<std::unique_ptr<Client>> clients;
  std::set<std::uint32_t> ids;
  std::set<std::uint32_t> doorbells;
  for (int i = 0; i < 256; ++i) {
    clients.push_back(std::make_unique<Client>(rig.vf()));
    const host::Context& context = *clients.back()->context;
    ids.insert(context.id());
    doorbells.insert(context.doorbell_offset());
    REQUIRE(context.doorbell_offset() % 4096 == 0);
    REQUIRE(context.doorbell_offset() >= 0x3000);  // Behind information block and rings.
    REQUIRE(context.doorbell_offset() + 4096 <= rig.vf().device().bar(2).size);
    REQUIRE(context.vector() >= 1);
    REQUIRE(context.vector() < 16);
  }
  CHECK(ids.size() == 256);
  CHECK(doorbells.size() == 256);
  const host::DriverError error = error_of([&] { const Client one_more(rig.vf()); });
  CHECK(error.lines() == std::vector<std::string>{"command opcode 0x30003 failed, status 0x1", "create ctx failed: -22",
                                                  "Init hwctx failed, ret -22"});
  // A refusal costs nothing: all others work, and a place that becomes free is used again.
  std::vector<Command> commands;
  for (const auto& client : clients) commands.push_back(client->command());
  for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->context->submit(commands[i]);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    REQUIRE(clients[i]->context->wait(0, kTimeoutMs));
    REQUIRE(commands[i].word() == 4);
  }
  const std::uint32_t freed = clients[100]->context->id();
  clients[100].reset();
  clients[100] = std::make_unique<Client>(rig.vf());
  CHECK(clients[100]->context->id() == freed);
  Command again = clients[100]->command();
  clients[100]->context->submit(again);
  CHECK(clients[100]->context->wait(0, kTimeoutMs));
  clients.clear();
  rig.unbind();
}

TEST_CASE("contexts can be created and destroyed 600 times") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  for (int i = 0; i < 600; ++i) {
    const Client client(rig.vf());
    REQUIRE(client.context->id() == 0);
  }
  rig.unbind();
  CHECK(rig.log() == kNothing);
}

TEST_CASE("4 VFs with 64 contexts each complete interleaved commands, each on its own queue and vector") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(4);
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<Command> commands;
  for (int i = 0; i < 64; ++i) {
    for (unsigned vf = 0; vf < 4; ++vf) {
      clients.push_back(std::make_unique<Client>(rig.vf(vf),
                                                 host::VfDriver::ContextOptions{.num_tiles = 4U + 4U * (vf % 3)},
                                                 i % 2 == 0 ? host::QueueLayout::Wide : host::QueueLayout::Compact));
      commands.push_back(clients.back()->command());
    }
  }
  constexpr unsigned kRounds = 10;
  for (unsigned round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      commands[i].reset();
      REQUIRE(clients[i]->context->submit(commands[i]) == round);
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
      REQUIRE(clients[i]->context->wait(round, kTimeoutMs));
      REQUIRE(commands[i].word() == 4);
      REQUIRE(clients[i]->queue.read_index() == round + 1);
    }
  }
  for (unsigned vf = 0; vf < 4; ++vf) {
    const host::InterruptController& interrupts = rig.vf(vf).device().interrupts();
    std::uint64_t completions = 0;
    for (unsigned vector = 1; vector < 16; ++vector) completions += interrupts.count(vector);
    CHECK(completions == 64 * kRounds);
    CHECK(interrupts.unhandled() == 0);
    CHECK(rig.vf(vf).device().dma().traffic().refused == 0);
  }
  CHECK(rig.log() == kNothing);
  CHECK(rig.reports() == kNothing);
}

TEST_CASE("a realtime context is served before low-priority work that waits already") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<Command> commands;
  for (int i = 0; i < 8; ++i)
    clients.push_back(std::make_unique<Client>(rig.vf(), host::VfDriver::ContextOptions{.priority = 0x280}));
  clients.push_back(std::make_unique<Client>(rig.vf(), host::VfDriver::ContextOptions{.priority = 0x100}));
  for (const auto& client : clients) commands.push_back(client->command());
  Recorder recorder(rig.vf().device().function());
  for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->context->submit(commands[i]);
  for (const auto& client : clients) REQUIRE(client->context->wait(0, kTimeoutMs));
  const std::vector<std::size_t> order = completion_order(recorder, commands);
  REQUIRE(order.size() == 9);
  // At most the command that ran when the realtime doorbell came is ahead of it.
  CHECK(std::ranges::find(order, 8U) - order.begin() <= 1);
}

TEST_CASE("priorities of any value are taken") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  for (const std::uint32_t priority : {0U, 0x100U, 0x180U, 0x200U, 0x280U, 1U, 0xFFFF'FFFFU}) {
    Client client(rig.vf(), {.priority = priority});
    Command command = client.command();
    client.context->submit(command);
    CHECK(client.context->wait(0, kTimeoutMs));
  }
}

TEST_CASE("contexts of one band take turns: none waits for another to run dry") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  Client first(rig.vf());
  Client second(rig.vf());
  // More work than one time slice of 1 ms holds: 32 commands of about 2000 NOPs of 60 ns.
  const host::DmaBuffer code = host::nop_program(2000).load(rig.vf().device().dma());
  std::vector<Command> commands;
  for (int i = 0; i < 33; ++i) commands.push_back(first.command(code));
  Recorder recorder(rig.vf().device().function());
  for (std::size_t i = 0; i < 32; ++i) first.context->submit(commands[i]);
  second.context->submit(commands[32]);
  REQUIRE(first.context->wait(31, kTimeoutMs));
  REQUIRE(second.context->wait(0, kTimeoutMs));
  const std::vector<std::size_t> order = completion_order(recorder, commands);
  REQUIRE(order.size() == 33);
  CHECK(order.back() != 32);
}

TEST_CASE("after the response to DESTROY_HW_CONTEXT the device leaves queue and vector alone") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  Client other(rig.vf());
  for (const std::uint64_t delay : {0 * kMicrosecond, 1 * kMicrosecond, 3 * kMicrosecond, 10 * kMicrosecond,
                                    50 * kMicrosecond, 120 * kMicrosecond}) {
    Client client(rig.vf());
    const host::DmaBuffer code = host::nop_program(300).load(rig.vf().device().dma());
    std::vector<Command> commands;
    for (int i = 0; i < 32; ++i) commands.push_back(client.command(code));
    for (Command& command : commands) client.context->submit(command);
    rig.host.sleep(delay);
    client.context->destroy();
    const std::uint64_t read_index = client.queue.read_index();
    std::vector<std::uint32_t> words;
    std::ranges::transform(commands, std::back_inserter(words), &Command::word);
    Recorder recorder(rig.vf().device().function());
    run_idle(rig);
    CHECK(recorder.writes.empty());
    CHECK(recorder.dma_reads == 0);
    CHECK(recorder.interrupts.empty());
    CHECK(client.queue.read_index() == read_index);
    for (std::size_t i = 0; i < commands.size(); ++i) CHECK(commands[i].word() == words[i]);
    // What read_index covers is complete, the rest is untouched (the one in flight may have been abandoned).
    for (std::size_t i = 0; i < read_index; ++i) CHECK(commands[i].state() == CommandState::Completed);
    CHECK(read_index < 32);
    Command alive = other.command();
    CHECK(other.context->wait(other.context->submit(alive), kTimeoutMs));
    CHECK(alive.word() == 4);
  }
  CHECK(rig.log() == kNothing);
}

TEST_CASE("a queue that outlives its context is resumed from its read_index") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  Client client(rig.vf());
  Command first = client.command();
  client.context->submit(first);
  REQUIRE(client.context->wait(0, kTimeoutMs));
  client.context.reset();
  client.context = rig.vf().create_context(client.queue);
  Command second = client.command();
  CHECK(client.context->submit(second) == 1);
  CHECK(client.context->wait(1, kTimeoutMs));
  CHECK(second.word() == 4);
  CHECK(client.queue.read_index() == 2);
}

TEST_CASE("DESTROY_PARTITION takes the contexts of the partition with it") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  Client client(rig.vf());
  std::vector<Command> commands;
  for (int i = 0; i < 20; ++i) commands.push_back(client.command());
  for (Command& command : commands) client.context->submit(command);
  rig.host.sleep(5 * kMicrosecond);
  rig.vf().link().request(0x3'0002, {{{"partition_id", 0}, rig.vf().partition_id()}});
  Recorder recorder(rig.vf().device().function());
  run_idle(rig);
  CHECK(recorder.writes.empty());
  CHECK(recorder.interrupts.empty());
  const host::DriverError error = error_of([&] { const Client late(rig.vf()); });
  CHECK(error.says("create ctx failed: -22"));
}

TEST_CASE("an FLR with work in flight stops the function at once, and only this one") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(2);
  Client neighbour(rig.vf(1));
  auto victim = std::make_unique<Client>(rig.vf(0));
  std::vector<Command> commands;
  for (int i = 0; i < 32; ++i) commands.push_back(victim->command());
  for (Command& command : commands) victim->context->submit(command);
  Command other = neighbour.command();
  neighbour.context->submit(other);
  rig.host.sleep(5 * kMicrosecond);
  host::PciDevice& device = rig.vf(0).device();
  // Without a mailbox no DESTROY_HW_CONTEXT goes out: the device learns of the end through the reset alone.
  rig.vf(0).link().stop();
  victim->context->destroy();
  REQUIRE(device.reset_function());
  Recorder recorder(device.function());
  run_idle(rig);
  CHECK(recorder.writes.empty());
  CHECK(recorder.interrupts.empty());
  CHECK(neighbour.context->wait(0, kTimeoutMs));
  CHECK(other.word() == 4);
  host::VfDriver again(device);
  Client fresh(again);
  Command command = fresh.command();
  fresh.context->submit(command);
  CHECK(fresh.context->wait(0, kTimeoutMs));
}

TEST_CASE("a doorbell of nobody is reported and does nothing") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  const Client client(rig.vf());
  rig.vf().device().write32(2, client.context->doorbell_offset() + 0x1000, 0);
  run_idle(rig);
  CHECK(rig.reported(FaultCategory::GuestError, "doorbell"));
}

TEST_CASE("a doorbell may be rung with any width and value, anywhere in its first word") {
  Rig rig;
  rig.bind_pf();
  rig.bind_vfs(1);
  Client client(rig.vf());
  std::uint64_t index = 0;
  for (const std::size_t size : {1U, 2U, 4U, 8U}) {
    Command command = client.command();
    client.queue.fill(index, {.completion_signal = command.address(), .work = command.work()});
    client.queue.publish(++index);
    const std::vector<std::byte> ones(size, std::byte{0xFF});
    CHECK(rig.vf().device().write_bytes(2, client.context->doorbell_offset(), ones) == pci::AccessStatus::Ok);
    CHECK(client.context->wait(index - 1, kTimeoutMs));
  }
}

}  // namespace aie4::integration
