// SPDX-License-Identifier: Apache-2.0
// Every message of the in-tree driver: success, each refusal, exact status and response size (host-interface, 5.1).
#include "tests/support/catch.hpp"
#include "tests/unit/management/bench.hpp"

namespace aie4::management::bench {
namespace {

constexpr std::uint32_t kMiB = 0x10'0000;

Configuration with_vfs(unsigned vfs) {
  Configuration configuration;
  configuration.vfs = vfs;
  return configuration;
}

/// The answer is that status alone in a response of the right size: everything else is zero.
void check_refused(const Response& response, std::uint32_t status, std::size_t words) {
  CHECK(response.status() == status);
  CHECK(response.payload.size() == words);
  for (std::size_t i = 1; i < response.payload.size(); ++i) CHECK(response.payload[i] == 0);
}

TEST_CASE("ATTACH_WORK_BUFFER takes 4, 8, 16, 32 and 64 MiB aligned to their size") {
  Bench bench;
  bench.boot();
  for (const std::uint32_t size : {4U, 8U, 16U, 32U, 64U}) {
    INFO(size << " MiB");
    const Response response = bench.pf().call(op::kAttach, {size * kMiB, 7, 0, size * kMiB});
    CHECK(response.payload == Words{kOk});
  }
  CHECK(bench.seen.empty());
}

TEST_CASE("ATTACH_WORK_BUFFER refuses every other size and alignment") {
  struct Case {
    std::uint32_t address;
    std::uint32_t size;
  };
  Bench bench;
  bench.boot();
  for (const Case& bad : {Case{0, 0}, Case{0, 2 * kMiB}, Case{0, 12 * kMiB}, Case{0, 128 * kMiB}, Case{0, 4 * kMiB + 4},
                          Case{2 * kMiB, 4 * kMiB}, Case{4 * kMiB, 8 * kMiB}, Case{0x1000, 64 * kMiB}}) {
    INFO(bad.size << " at " << bad.address);
    check_refused(bench.pf().call(op::kAttach, {bad.address, 0, 0, bad.size}), kError, 1);
  }
  CHECK(bench.count(FaultCategory::GuestError, "pf ATTACH_WORK_BUFFER") == 8);
}

TEST_CASE("CREATE_VFS publishes as many VFs as asked before it answers, and only once") {
  Bench bench;
  bench.boot();
  for (unsigned vf = 0; vf < 4; ++vf) CHECK_FALSE(bench.vf(vf).valid());
  CHECK(bench.pf().call(op::kCreateVfs, {2}).payload == Words{kOk});
  CHECK(bench.vf(0).valid());
  CHECK(bench.vf(1).valid());
  CHECK_FALSE(bench.vf(2).valid());
  check_refused(bench.pf().call(op::kCreateVfs, {1}), kError, 1);
  CHECK(bench.count(FaultCategory::GuestError, "2 exist") == 1);
}

TEST_CASE("CREATE_VFS refuses none and more than there are") {
  Bench bench(with_vfs(3));
  bench.boot();
  check_refused(bench.pf().call(op::kCreateVfs, {0}), kError, 1);
  check_refused(bench.pf().call(op::kCreateVfs, {4}), kError, 1);
  check_refused(bench.pf().call(op::kCreateVfs, {0xFFFF'FFFF}), kError, 1);
  CHECK(bench.pf().call(op::kCreateVfs, {3}).payload == Words{kOk});
}

TEST_CASE("DESTROY_VFS withdraws the VFs, they can be created again") {
  Bench bench;
  bench.boot_with_vfs(2);
  CHECK(bench.pf().call(op::kDestroyVfs, {0}).payload == Words{kOk});
  CHECK_FALSE(bench.vf(0).valid());
  CHECK_FALSE(bench.vf(1).valid());
  check_refused(bench.pf().call(op::kDestroyVfs, {0}), kError, 1);
  CHECK(bench.pf().call(op::kCreateVfs, {4}).payload == Words{kOk});
  for (unsigned vf = 0; vf < 4; ++vf) {
    CHECK(bench.vf(vf).valid());
    bench.vf(vf).attach();
    CHECK(bench.vf(vf).create_partition() == 1);  // Nothing of the old life is left.
  }
}

TEST_CASE("AIE_TILE_INFO describes the array of the configuration, field by field") {
  Configuration configuration;
  configuration.parameters.column_dump_bytes = 0x1234;
  configuration.parameters.core_locks = 17;
  Bench bench(configuration);
  bench.boot_with_vfs(1);
  const Response response = bench.vf(0).call(op::kTileInfo, {0});
  REQUIRE(response.payload.size() == 12);
  const auto half = [&](std::size_t offset) { return response.payload[offset / 4] >> (8 * (offset % 4)) & 0xFFFFU; };
  CHECK(response.payload[0] == kOk);
  CHECK(response.payload[1] == 0x1234);
  CHECK(half(0x0C) == 3);    // cols
  CHECK(half(0x0E) == 6);    // rows: 1 shim + 1 memory + 4 compute
  CHECK(half(0x10) == 4);    // core_rows
  CHECK(half(0x12) == 1);    // mem_rows
  CHECK(half(0x14) == 1);    // shim_rows
  CHECK(half(0x16) == 2);    // core_row_start
  CHECK(half(0x18) == 1);    // mem_row_start
  CHECK(half(0x1A) == 0);    // shim_row_start
  CHECK(half(0x1C) == 3);    // core DMA channels
  CHECK(half(0x1E) == 18);   // memory DMA channels
  CHECK(half(0x20) == 6);    // shim DMA channels
  CHECK(half(0x22) == 17);   // core locks
  CHECK(half(0x24) == 64);   // memory locks
  CHECK(half(0x26) == 32);   // shim locks
  CHECK(half(0x28) == 229);  // core events
  CHECK(half(0x2A) == 200);  // memory events
  CHECK(half(0x2C) == 246);  // shim events
  CHECK(half(0x2E) == 0);    // reserved
}

TEST_CASE("CREATE_PARTITION gives ids that are never zero and unique on the VF") {
  Bench bench;
  bench.boot();
  REQUIRE(bench.pf().call(op::kCreateVfs, {2}).status() == kOk);
  for (unsigned id = 1; id <= 8; ++id) {
    const Response response = bench.vf(0).call(op::kCreatePartition, {0, 3});
    CHECK(response.payload == Words{kOk, id});
  }
  check_refused(bench.vf(0).call(op::kCreatePartition, {0, 3}), kError, 2);
  CHECK(bench.vf(1).call(op::kCreatePartition, {0, 1}).payload == Words{kOk, 1});
  CHECK(bench.vf(0).call(op::kDestroyPartition, {5}).payload == Words{kOk});
  CHECK(bench.vf(0).call(op::kCreatePartition, {0, 3}).payload == Words{kOk, 5});
}

TEST_CASE("CREATE_PARTITION refuses columns that the array does not have") {
  Bench bench;
  bench.boot();
  REQUIRE(bench.pf().call(op::kCreateVfs, {1}).status() == kOk);
  check_refused(bench.vf(0).call(op::kCreatePartition, {1, 2}), kError, 2);
  check_refused(bench.vf(0).call(op::kCreatePartition, {0, 0}), kError, 2);
  check_refused(bench.vf(0).call(op::kCreatePartition, {0, 4}), kError, 2);
  check_refused(bench.vf(0).call(op::kCreatePartition, {0xFFFF'FFFF, 3}), kError, 2);
  CHECK(bench.count(FaultCategory::GuestError, "vf0 CREATE_PARTITION") == 4);
}

TEST_CASE("DESTROY_PARTITION takes its contexts with it and refuses an unknown id") {
  Bench bench;
  bench.boot_with_vfs(1);
  const Context context = bench.vf(0).create_context(0x1000);
  check_refused(bench.vf(0).call(op::kDestroyPartition, {2}), kError, 1);
  check_refused(bench.vf(0).call(op::kDestroyPartition, {0}), kError, 1);
  CHECK(bench.vf(0).call(op::kDestroyPartition, {1}).payload == Words{kOk});
  CHECK(bench.vf(0).destroy_context(context.id) == kError);
  CHECK(bench.counters.contexts_created == 1);
  CHECK(bench.counters.contexts_destroyed == 1);
  CHECK(bench.vf(0).create_partition() == 1);
  CHECK(bench.vf(0).create_context(0x1000).id == context.id);
}

TEST_CASE("CREATE_HW_CONTEXT gives every context its own page and a completion vector that is not the mailbox's") {
  Bench bench;
  bench.boot_with_vfs(1);
  std::vector<std::uint32_t> pages;
  for (unsigned i = 0; i < 40; ++i) {
    const Context context = bench.vf(0).create_context(0x1000 * i);
    CHECK(context.doorbell % 4096 == 0);
    CHECK(context.doorbell >= 0x1'0000);
    CHECK(context.doorbell + 4096 <= 0x20'0000);
    CHECK(std::ranges::find(pages, context.doorbell) == pages.end());
    pages.push_back(context.doorbell);
    CHECK(context.vector >= 1);
    CHECK(context.vector < 16);
  }
  CHECK(bench.counters.contexts_created == 40);
}

TEST_CASE("CREATE_HW_CONTEXT accepts parts of a column and whole columns of its partition") {
  Bench bench;
  bench.boot_with_vfs(1);
  REQUIRE(bench.vf(0).call(op::kCreatePartition, {0, 2}).payload == Words{kOk, 2});
  for (const std::uint32_t tiles : {1U, 2U, 3U, 4U, 8U, 12U}) {
    INFO(tiles << " tiles");
    CHECK(bench.vf(0).call(op::kCreateContext, {1, tiles, 0, 0x1000, kNoPasid, 0}).status() == kOk);
  }
  for (const std::uint32_t tiles : {0U, 5U, 6U, 7U, 9U, 11U, 13U, 16U, 0xFFFF'FFFFU, 0x8000'0000U}) {
    INFO(tiles << " tiles");
    check_refused(bench.vf(0).call(op::kCreateContext, {1, tiles, 0, 0x1000, kNoPasid, 0}), kError, 4);
  }
  CHECK(bench.vf(0).call(op::kCreateContext, {2, 8, 0, 0x1000, kNoPasid, 0}).status() == kOk);
  check_refused(bench.vf(0).call(op::kCreateContext, {2, 12, 0, 0x1000, kNoPasid, 0}), kError, 4);
}

TEST_CASE("CREATE_HW_CONTEXT refuses a foreign partition, a queue that is none and a PASID that cannot be honoured") {
  Bench bench;
  bench.boot_with_vfs(2);
  check_refused(bench.vf(0).call(op::kCreateContext, {0, 12, 0, 0x1000, kNoPasid, 0}), kError, 4);
  check_refused(bench.vf(0).call(op::kCreateContext, {2, 12, 0, 0x1000, kNoPasid, 0}), kError, 4);
  check_refused(bench.vf(0).call(op::kCreateContext, {1, 12, ~0U, ~0U, kNoPasid, 0}), kError, 4);
  check_refused(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1004, kNoPasid, 0}), kError, 4);
  CHECK(bench.count(FaultCategory::GuestError, "vf0 CREATE_HW_CONTEXT") == 4);
  check_refused(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, 0x8000'0005, 0}), kError, 4);
  CHECK(bench.count(FaultCategory::Unmodelled, "PASID") == 1);
  CHECK(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, 0, 0}).status() == kOk);
  CHECK(bench.vf(0).call(op::kCreateContext, {1, 12, 0x7FFF'0000, 8, kNoPasid, 0}).status() == kOk);
}

TEST_CASE("No priority is refused, whatever number the application passed") {
  Bench bench;
  bench.boot_with_vfs(1);
  for (const std::uint32_t band : {0U, 1U, 0x100U, 0x180U, 0x200U, 0x280U, 0x281U, 0xFFFF'FFFFU}) {
    CHECK(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, kNoPasid, band}).status() == kOk);
  }
}

TEST_CASE("Contexts exist only after the PF has attached a work buffer, and not after SUSPEND") {
  Bench bench;
  bench.boot();
  REQUIRE(bench.pf().call(op::kCreateVfs, {1}).status() == kOk);
  REQUIRE(bench.vf(0).create_partition() == 1);
  check_refused(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, kNoPasid, 0}), kError, 4);
  CHECK(bench.count(FaultCategory::GuestError, "a work buffer attached by the PF") == 1);
  REQUIRE(bench.pf().call(op::kAttach, {0, 0, 0, 4 * kMiB}).status() == kOk);
  const Context context = bench.vf(0).create_context(0x1000);
  CHECK(bench.pf().call(op::kSuspend, {0}).payload == Words{kOk});
  CHECK(bench.vf(0).destroy_context(context.id) == kError);
  REQUIRE(bench.vf(0).create_partition() == 1);
  check_refused(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, kNoPasid, 0}), kError, 4);
}

TEST_CASE("A VF has as many contexts as configured, one more is refused, and the next one after a destruction fits") {
  Configuration configuration;
  configuration.parameters.contexts_per_vf = 5;
  Bench bench(configuration);
  bench.boot_with_vfs(2);
  std::vector<Context> contexts;
  for (unsigned i = 0; i < 5; ++i) contexts.push_back(bench.vf(0).create_context(0x1000));
  check_refused(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, kNoPasid, 0}), kError, 4);
  CHECK(bench.count(FaultCategory::GuestError, "at most 5 contexts of a VF") == 1);
  CHECK(bench.vf(1).create_context(0x1000).id == 0);
  CHECK(bench.vf(0).destroy_context(contexts[3].id) == kOk);
  CHECK(bench.vf(0).create_context(0x1000).id == contexts[3].id);
}

TEST_CASE("DESTROY_HW_CONTEXT answers with the status alone and knows only its own function's contexts") {
  Bench bench;
  bench.boot_with_vfs(2);
  const Context context = bench.vf(0).create_context(0x1000);
  check_refused(bench.vf(1).call(op::kDestroyContext, {context.id, 0}), kError, 1);
  CHECK(bench.vf(0).call(op::kDestroyContext, {context.id, 0}).payload == Words{kOk});
  check_refused(bench.vf(0).call(op::kDestroyContext, {context.id, 0}), kError, 1);
  check_refused(bench.vf(0).call(op::kDestroyContext, {0xFFFF'FFFF, 0}), kError, 1);
}

TEST_CASE("SUSPEND drops contexts and partitions of every VF and leaves the VFs published") {
  Bench bench;
  bench.boot_with_vfs(3);
  for (unsigned vf = 0; vf < 3; ++vf) bench.vf(vf).create_context(0x1000);
  CHECK(bench.pf().call(op::kSuspend, {0}).payload == Words{kOk});
  for (unsigned vf = 0; vf < 3; ++vf) {
    CHECK(bench.vf(vf).valid());
    check_refused(bench.vf(vf).call(op::kDestroyPartition, {1}), kError, 1);
  }
  CHECK(bench.counters.contexts_destroyed == 3);
}

TEST_CASE("An opcode that does not exist is not supported, named once, and costs nothing more") {
  Bench bench;
  bench.boot_with_vfs(1);
  for (const std::uint32_t opcode : {0U, 0x10002U, 0x30005U, 0x40001U, 0xFFFF'FFFFU}) {
    check_refused(bench.pf().call(opcode, {0}), kNotSupported, 1);
    check_refused(bench.vf(0).call(opcode, {0}), kNotSupported, 1);
  }
  CHECK(bench.count(FaultCategory::Unmodelled, "opcode 0x30005") == 1);
  CHECK(bench.diagnostics.burndown().size() == 5);
  CHECK(bench.vf(0).call(op::kTileInfo, {0}).status() == kOk);
}

TEST_CASE("A message of the other kind of function is not supported, in a response of its own size") {
  Bench bench;
  bench.boot_with_vfs(1);
  check_refused(bench.pf().call(op::kTileInfo, {0}), kNotSupported, 12);
  check_refused(bench.pf().call(op::kCreatePartition, {0, 3}), kNotSupported, 2);
  check_refused(bench.pf().call(op::kDestroyPartition, {1}), kNotSupported, 1);
  check_refused(bench.pf().call(op::kCreateContext, {1, 12, 0, 0, 0, 0}), kNotSupported, 4);
  check_refused(bench.pf().call(op::kDestroyContext, {0, 0}), kNotSupported, 1);
  check_refused(bench.vf(0).call(op::kSuspend, {0}), kNotSupported, 1);
  check_refused(bench.vf(0).call(op::kAttach, {0, 0, 0, 4 * kMiB}), kNotSupported, 1);
  check_refused(bench.vf(0).call(op::kCreateVfs, {1}), kNotSupported, 1);
  check_refused(bench.vf(0).call(op::kDestroyVfs, {0}), kNotSupported, 1);
  CHECK(bench.count(FaultCategory::GuestError, "a function that may send it") == 9);
  CHECK(bench.vf(0).create_context(0x1000).id == 0);  // None of them had an effect.
}

TEST_CASE("A payload of the wrong size is an error in a response of the right size") {
  Bench bench;
  bench.boot_with_vfs(1);
  struct Case {
    bool pf;
    std::uint32_t opcode;
    std::size_t request;
    std::size_t response;
  };
  for (const Case& message :
       {Case{true, op::kAttach, 4, 1}, Case{true, op::kSuspend, 1, 1}, Case{true, op::kCreateVfs, 1, 1},
        Case{true, op::kDestroyVfs, 1, 1}, Case{false, op::kTileInfo, 1, 12}, Case{false, op::kCreatePartition, 2, 2},
        Case{false, op::kDestroyPartition, 1, 1}, Case{false, op::kCreateContext, 6, 4},
        Case{false, op::kDestroyContext, 2, 1}}) {
    for (const std::size_t size : {std::size_t{0}, message.request - 1, message.request + 1, std::size_t{100}}) {
      INFO("opcode " << message.opcode << " with " << size << " words");
      Driver& driver = message.pf ? bench.pf() : bench.vf(0);
      check_refused(driver.call(message.opcode, Words(size)), kError, message.response);
    }
  }
  CHECK(bench.vf(0).valid());
}

TEST_CASE("A message takes its configured time, and the response comes with one interrupt") {
  Configuration slow;
  slow.parameters.message_ns = 3'000'000;
  slow.parameters.register_access_ns = 0;
  Bench bench(slow);
  bench.boot();
  const sc_core::sc_time sent = now();
  CHECK(bench.pf().call(op::kAttach, {0, 0, 0, 4 * kMiB}).status() == kOk);
  CHECK(now() - sent == us(3000));
  REQUIRE(bench.pf().interrupts.size() == 1);
  CHECK(bench.pf().interrupts.front() == std::pair{0U, sent + us(3000)});
}

TEST_CASE("The message counters count what was asked and what was refused") {
  Bench bench;
  bench.boot_with_vfs(1);
  const std::uint64_t before = bench.counters.messages;
  CHECK(bench.counters.refused_messages == 0);
  bench.vf(0).call(op::kTileInfo, {0});
  bench.vf(0).call(op::kSuspend, {0});
  bench.vf(0).call(0x12345, {0});
  CHECK(bench.counters.messages == before + 3);
  CHECK(bench.counters.refused_messages == 2);
}

TEST_CASE("The faults of the messages strike as they are named") {
  Bench bench;
  bench.boot_with_vfs(1);
  bench.faults.arm(Fault::SuspendError);
  check_refused(bench.pf().call(op::kSuspend, {0}), kError, 1);
  bench.faults.arm(Fault::DestroyVfsError);
  check_refused(bench.pf().call(op::kDestroyVfs, {0}), kError, 1);
  bench.faults.arm(Fault::CreateVfsRefused);
  check_refused(bench.pf().call(op::kCreateVfs, {1}), kError, 1);
  REQUIRE(bench.pf().call(op::kCreateVfs, {1}).status() == kOk);
  bench.vf(0).attach();
  bench.faults.arm(Fault::PartitionIdZero);
  CHECK(bench.vf(0).call(op::kCreatePartition, {0, 3}).payload == Words{kOk, 0});
  bench.faults.arm(Fault::ContextRefused);
  check_refused(bench.vf(0).call(op::kCreateContext, {1, 12, 0, 0x1000, kNoPasid, 0}), kError, 4);
  bench.faults.arm(Fault::CompletionVectorOutOfRange);
  CHECK(bench.vf(0).create_context(0x1000).vector == 16);
  bench.faults.arm(Fault::CompletionVectorShared);
  CHECK(bench.vf(0).create_context(0x1000).vector == 0);
  bench.faults.arm(Fault::DoorbellUnaligned);
  CHECK(bench.vf(0).create_context(0x1000).doorbell % 4096 != 0);
  bench.faults.arm(Fault::DestroyContextError);
  CHECK(bench.vf(0).destroy_context(0) == kError);
  CHECK(bench.vf(0).destroy_context(1) == kOk);
  bench.faults.arm(Fault::DestroyPartitionError);
  CHECK(bench.vf(0).call(op::kDestroyPartition, {1}).status() == kError);
  CHECK(bench.vf(0).call(op::kCreatePartition, {0, 3}).payload == Words{kOk, 1});
  bench.faults.arm(Fault::MessageStatus);
  check_refused(bench.vf(0).call(op::kTileInfo, {0}), kError, 12);
  bench.faults.arm(Fault::MessageLost);
  CHECK(bench.vf(0).call(op::kTileInfo, {0}).status() == ~0U);
}

/// Creates a context with a queue that was in use before, and returns the mirror that stands there at the answer.
std::uint64_t mirror_at_answer(Bench& bench, bool wide) {
  bench.boot_with_vfs(1);
  Memory& host = *bench.memories[1];
  host.put<std::uint64_t>(0x1000, 5);
  host.put<std::uint16_t>(0x1008, wide ? 1 : 0);
  host.put<std::uint32_t>(0x100C, 32);
  std::uint64_t at_answer = 0;
  bench.npu.functions[1]->msix.deliver = [&, deliver = bench.npu.functions[1]->msix.deliver](unsigned vector) {
    at_answer = host.get<std::uint64_t>(0x1010);
    deliver(vector);
  };
  bench.vf(0).create_context(0x1000);
  CHECK(std::ranges::count(host.log, false, &Memory::Access::read) == (at_answer != 0 ? 1 : 0));
  CHECK(bench.text().empty());
  return at_answer;
}

TEST_CASE("CREATE_HW_CONTEXT writes the mirror of a wide queue before it answers") {
  Bench bench;
  CHECK(mirror_at_answer(bench, true) == 37);
}

TEST_CASE("CREATE_HW_CONTEXT leaves a compact queue alone") {
  Bench bench;
  CHECK(mirror_at_answer(bench, false) == 0);
}

TEST_CASE("CREATE_HW_CONTEXT does not look at the queue if the mirror is off") {
  Configuration configuration;
  configuration.parameters.write_index_mirror = 0;
  Bench bench(configuration);
  CHECK(mirror_at_answer(bench, true) == 0);
  CHECK(bench.memories[1]->log.empty());
}

TEST_CASE("CREATE_HW_CONTEXT does not look at the queue for a driver that knows wide ones") {
  Configuration configuration;
  configuration.parameters.protocol_major = 6;
  Bench bench(configuration);
  CHECK(mirror_at_answer(bench, true) == 0);
  CHECK(bench.memories[1]->log.empty());
}

TEST_CASE("CREATE_HW_CONTEXT succeeds with a queue that cannot be read yet") {
  Bench bench;
  bench.boot_with_vfs(1);
  bench.memories[1]->refuse = true;
  bench.vf(0).create_context(0x1000);
  CHECK(bench.text().empty());
}

}  // namespace
}  // namespace aie4::management::bench
