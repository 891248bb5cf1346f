// SPDX-License-Identifier: Apache-2.0
// Commands through the PCI boundary, with every effect checked: completion word, read_index, interrupt, and the order
// of the device's writes (host interface, 6.4 to 6.7).
#include <algorithm>

#include "tests/integration/rig.hpp"
#include "tests/support/catch.hpp"

namespace aie4::integration {
namespace {

using host::Command;
using host::CommandState;
using host::ControlCode;
using host::DmaBuffer;
using host::Packet;
using host::QueueLayout;

constexpr std::uint64_t kTimeoutMs = 1000;

/// PF and one VF bound, one application.
struct OneContext {
  explicit OneContext(QueueLayout layout = QueueLayout::Wide, const Configuration& configuration = {},
                      host::AddressMode mode = host::AddressMode::Iova)
      : rig(configuration, mode) {
    rig.bind_pf();
    rig.bind_vfs(1);
    client = std::make_unique<Client>(rig.vf(), host::VfDriver::ContextOptions{}, layout);
    recorder = std::make_unique<Recorder>(rig.vf().device().function());
  }
  ~OneContext() {
    recorder.reset();
    client.reset();
    rig.unbind();
  }
  OneContext(const OneContext&) = delete;
  OneContext& operator=(const OneContext&) = delete;

  DmaBuffer load(const ControlCode& code) { return code.load(rig.vf().device().dma()); }
  /// Runs one command to its end and returns its completion word.
  std::uint32_t run(const std::vector<host::Work>& work) {
    Command command(rig.vf().device().dma(), work);
    const std::uint64_t sequence = client->context->submit(command);
    REQUIRE(client->context->wait(sequence, kTimeoutMs));
    REQUIRE(client->queue.read_index() == sequence + 1);
    return command.word();
  }
  std::uint32_t run(const ControlCode& code) {
    const DmaBuffer buffer = load(code);
    return run({{0, buffer.address()}});
  }
  /// Lets everything that is due happen.
  void run_idle() {
    rig.host.wait_for(100 * kMillisecond, [] { return false; });
  }

  Rig rig;
  std::unique_ptr<Client> client;
  std::unique_ptr<Recorder> recorder;
};

/// A device write as (address, little-endian value, bytes).
struct Write {
  std::uint64_t address = 0;
  std::uint64_t value = 0;
  std::size_t size = 0;
  bool operator==(const Write&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Write& write) {
  return out << "W" << 8 * write.size << " [" << std::hex << write.address << "] = " << write.value << std::dec;
}

std::vector<Write> writes(const Recorder& recorder) {
  std::vector<Write> result;
  for (const DmaWrite& write : recorder.writes) {
    std::uint64_t value = 0;
    for (std::size_t i = std::min<std::size_t>(write.data.size(), 8); i-- > 0;) {
      value = value << 8 | std::to_integer<std::uint64_t>(write.data[i]);
    }
    result.push_back({write.address, value, write.data.size()});
  }
  return result;
}

}  // namespace

TEST_CASE("one direct command on a wide queue: mirror, completion word, read_index, interrupt, in that order") {
  OneContext setup;
  Command command = setup.client->command();
  CHECK(setup.client->context->submit(command) == 0);
  CHECK(setup.client->context->wait(0, kTimeoutMs));
  const std::uint64_t queue = setup.client->queue.address();
  CHECK(writes(*setup.recorder) == std::vector<Write>{{queue + 0x10, 1, 8}, {command.address(), 4, 4}, {queue, 1, 8}});
  CHECK(setup.recorder->interrupts == std::vector<unsigned>{setup.client->context->vector()});
  CHECK(setup.recorder->refused == 0);
  CHECK(setup.recorder->accesses == Accesses{write(2, setup.client->context->doorbell_offset(), 0)});
  CHECK(setup.rig.log() == kNothing);
  CHECK(setup.rig.reports() == kNothing);
}

TEST_CASE("a compact queue needs no mirror") {
  OneContext setup(QueueLayout::Compact);
  Command command = setup.client->command();
  setup.client->context->submit(command);
  CHECK(setup.client->context->wait(0, kTimeoutMs));
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
  CHECK_FALSE(setup.client->context->wait(0, kTimeoutMs));
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
    CHECK(context.wait(index - 1, kTimeoutMs));
    CHECK(command.word() == row.word);
  }
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
    CHECK(setup.client->context->wait(last, kTimeoutMs));
    CHECK(std::ranges::all_of(commands, [](const Command& command) { return command.word() == 4; }));
    CHECK(setup.recorder->interrupts.size() == 1);
    std::vector<std::uint64_t> indices;
    for (const Write& write : writes(*setup.recorder)) {
      if (write.address == setup.client->queue.address()) indices.push_back(write.value);
    }
    CHECK(indices == std::vector<std::uint64_t>{before + length});
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
  CHECK(setup.client->context->wait(last, kTimeoutMs));
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
    REQUIRE(setup.client->context->wait(last, kTimeoutMs));
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
  CHECK(setup.client->context->wait(last, kTimeoutMs));
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
  CHECK(context.wait(0, kTimeoutMs));
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
  CHECK(context.wait(5, kTimeoutMs));
  CHECK(queue.read_index() == 6);
  CHECK(std::ranges::all_of(commands, [](const Command& command) { return command.word() == 4; }));
  std::size_t completions = 0;
  for (const Write& write : writes(*setup.recorder)) completions += write.size == 4 ? 1U : 0U;
  CHECK(completions == 6);
}

TEST_CASE("control code, packets or completion words at unmapped addresses end only their own command") {
  OneContext setup;
  constexpr std::uint64_t kNowhere = 0x1234'5000;
  Client other(setup.rig.vf());
  host::Context& context = *setup.client->context;
  host::Queue& queue = setup.client->queue;

  Command code(setup.rig.vf().device().dma(), {{0, kNowhere}});
  CHECK(context.wait(context.submit(code), kTimeoutMs));
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
  CHECK(context.wait(index, kTimeoutMs));
  CHECK(entry.state() == CommandState::Error);

  // A completion word that cannot be written: the queue goes on.
  queue.fill(index + 1, {.completion_signal = kNowhere, .work = {{0, setup.client->nop.address()}}});
  queue.publish(index + 2);
  setup.recorder->clear();
  context.ring();
  setup.run_idle();
  CHECK(setup.recorder->refused > 0);

  Command alive = other.command();
  CHECK(other.context->wait(other.context->submit(alive), kTimeoutMs));
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
  CHECK(other.context->wait(other.context->submit(alive), kTimeoutMs));
  CHECK(alive.word() == 4);
  // A capacity that is no power of two.
  Client odd(setup.rig.vf());
  odd.queue.memory().store<std::uint32_t>(0x0C, 33);
  Command never = odd.command();
  odd.context->submit(never);
  setup.run_idle();
  CHECK(never.state() != CommandState::Completed);
  alive.reset();
  CHECK(other.context->wait(other.context->submit(alive), kTimeoutMs));
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
  setup.rig.vf().device().disable();
  setup.client->context->submit(command);
  setup.run_idle();
  CHECK(command.state() == CommandState::New);
  CHECK(setup.client->queue.read_index() == 0);
  CHECK(setup.recorder->interrupts.empty());
  CHECK(setup.rig.vf().device().dma().traffic().writes == 0);
}

}  // namespace aie4::integration
