// SPDX-License-Identifier: Apache-2.0
// Every fault of the catalogue: what the driver logs (host interface, 8.2), and that the device works after a reload.
#include <algorithm>
#include <set>

#include "models/common/fault_plan.hpp"
#include "tests/integration/rig.hpp"
#include "tests/support/catch.hpp"

namespace aie4::integration {
namespace {

using host::Command;
using host::CommandState;
using Lines = std::vector<std::string>;

constexpr std::uint64_t kTimeoutMs = 1000;

Configuration with_fault(Fault fault) {
  Configuration configuration;
  configuration.faults.arm(fault);
  return configuration;
}

/// A fresh load of all drivers, then one command on each of two VFs.
void works_after_reload(Rig& rig) {
  rig.unbind();
  rig.host.log().clear();
  rig.bind_pf();
  rig.bind_vfs(2);
  for (unsigned vf = 0; vf < 2; ++vf) {
    Client client(rig.vf(vf));
    Command command = client.command();
    client.context->submit(command);
    CHECK(client.context->wait(0, kTimeoutMs));
    CHECK(command.word() == 4);
  }
  rig.unbind();
  CHECK(rig.log() == kNothing);
}

/// The PF probe fails with exactly these lines and that error.
void probe_fails(Fault fault, int code, const Lines& lines) {
  Rig rig(with_fault(fault));
  const host::DriverError error = error_of([&] { rig.bind_pf(); });
  CHECK(error.code() == code);
  CHECK(rig.log() == lines);
  works_after_reload(rig);
}

/// The first message (ATTACH_WORK_BUFFER) meets the fault; these lines come before the two of the callers.
void attach_fails(Fault fault, int code, Lines lines) {
  lines.push_back(fmt::format("Failed to attach work buffer, ret {}", code));
  lines.push_back(fmt::format("Hardware init failed, ret {}", code));
  probe_fails(fault, code, lines);
}

/// The probe works and the unbind logs these lines.
void remove_logs(Fault fault, const Lines& lines) {
  Rig rig(with_fault(fault));
  rig.bind_pf();
  CHECK(rig.log() == kNothing);
  rig.unbind();
  CHECK(rig.log() == lines);
  works_after_reload(rig);
}

/// Creating the first context fails with these lines.
void context_fails(Fault fault, int code, const Lines& lines) {
  Rig rig(with_fault(fault));
  rig.bind_pf();
  rig.bind_vfs(1);
  CHECK(error_of([&] { const Client client(rig.vf()); }).code() == code);
  CHECK(rig.log() == lines);
  works_after_reload(rig);
}

/// One VF with one context, for faults of commands.
struct CommandFault {
  explicit CommandFault(Fault fault) : rig(with_fault(fault)) {
    rig.bind_pf();
    rig.bind_vfs(1);
    client = std::make_unique<Client>(rig.vf());
    command = std::make_unique<Command>(client->command());
    client->context->submit(*command);
  }
  void finish() {
    command.reset();
    client.reset();
    works_after_reload(rig);
  }
  Rig rig;
  std::unique_ptr<Client> client;
  std::unique_ptr<Command> command;
};

constexpr int kTimedOut = -110;
constexpr int kTime = -62;
constexpr int kInvalid = -22;
constexpr int kIo = -5;
constexpr const char* kDead = "Unexpected ret -22, disable irq";
constexpr const char* kNoAnswer = "Wait for completion timeout";

}  // namespace

TEST_CASE("fault smu-silent") {
  probe_fails(Fault::SmuSilent, kTimedOut,
              {"smu cmd 4 timed out", "Access power failed, ret -110", "failed to init smu, ret -110",
               "Hardware init failed, ret -110"});
}

TEST_CASE("fault smu-error") {
  probe_fails(Fault::SmuError, kInvalid,
              {"smu cmd 4 failed, 0xff", "Access power failed, ret -22", "failed to init smu, ret -22",
               "Hardware init failed, ret -22"});
}

TEST_CASE("fault psp-not-ready") {
  probe_fails(Fault::PspNotReady, kTimedOut,
              {"PSP is not ready, ret 0xffffff92", "failed to validate fw, ret -110", "failed to start psp, ret -110",
               "Hardware init failed, ret -110"});
}

TEST_CASE("fault psp-silent") {
  probe_fails(Fault::PspSilent, kTimedOut,
              {"PSP is not ready, ret 0xffffff92", "failed to validate fw, ret -110", "failed to start psp, ret -110",
               "Hardware init failed, ret -110"});
}

TEST_CASE("fault psp-error") {
  probe_fails(Fault::PspError, kIo,
              {"fw return error 0xffff0002", "failed to validate fw, ret -5", "failed to start psp, ret -5",
               "Hardware init failed, ret -5"});
}

TEST_CASE("fault firmware-not-alive") {
  probe_fails(Fault::FirmwareNotAlive, kTimedOut, {"fw_is_valid=0 after 1 ms", "Hardware init failed, ret -110"});
}

TEST_CASE("fault protocol-unsupported") {
  probe_fails(Fault::ProtocolUnsupported, -95,
              {"mailbox major.minor 4.0 is not supported", "Hardware init failed, ret -95"});
}

TEST_CASE("fault ring-size-odd") {
  probe_fails(Fault::RingSizeOdd, kInvalid,
              {"Ring buf size must be power of 2", "failed to start management mailbox channel",
               "Hardware init failed, ret -22"});
}

TEST_CASE("fault mailbox-vector-out-of-range") {
  probe_fails(Fault::MailboxVectorOutOfRange, kInvalid,
              {"failed to alloc irq vector, return -22", "Hardware init failed, ret -22"});
}

TEST_CASE("fault message-lost") {
  attach_fails(Fault::MessageLost, kTime, {kNoAnswer});
}

TEST_CASE("fault message-status") {
  attach_fails(Fault::MessageStatus, kInvalid, {"command opcode 0x1000d failed, status 0x1"});
}

TEST_CASE("fault response-short") {
  attach_fails(Fault::ResponseShort, kInvalid, {"Message callback ret -22", kDead});
}

TEST_CASE("fault response-long") {
  attach_fails(Fault::ResponseLong, kInvalid, {"Message callback ret -22", kDead});
}

TEST_CASE("fault response-id-foreign") {
  Rig rig(with_fault(Fault::ResponseIdForeign));
  const host::DriverError error = error_of([&] { rig.bind_pf(); });
  CHECK(error.code() == kTime);
  // Which foreign id the device invents is its own business; its top byte must not be the driver's.
  const Lines log = rig.log();
  REQUIRE(log.size() == 5);
  CHECK(log[0].starts_with("Bad message ID 0x"));
  CHECK_FALSE(log[0].starts_with("Bad message ID 0x1d"));
  CHECK(Lines(log.begin() + 1, log.end()) ==
        Lines{kDead, kNoAnswer, "Failed to attach work buffer, ret -62", "Hardware init failed, ret -62"});
  works_after_reload(rig);
}

TEST_CASE("fault response-id-unknown") {
  Rig rig(with_fault(Fault::ResponseIdUnknown));
  CHECK(error_of([&] { rig.bind_pf(); }).code() == kTime);
  const Lines log = rig.log();
  REQUIRE(log.size() == 5);
  CHECK(log[0].starts_with("Cannot find msg 0x1d"));
  CHECK(log[1] == kDead);
  works_after_reload(rig);
}

TEST_CASE("fault response-tail-unaligned") {
  attach_fails(Fault::ResponseTailUnaligned, kTime, {"Invalid tail 0x16", kDead, kNoAnswer});
}

TEST_CASE("fault response-size-unaligned") {
  attach_fails(Fault::ResponseSizeUnaligned, kTime, {"Invalid total size 0x6", kDead, kNoAnswer});
}

TEST_CASE("fault response-overrun") {
  Rig rig(with_fault(Fault::ResponseOverrun));
  CHECK(error_of([&] { rig.bind_pf(); }).code() == kTime);
  REQUIRE(rig.log().size() == 5);
  CHECK(rig.log()[0].starts_with("Invalid message size "));
  CHECK(rig.log()[0].ends_with(", tail 20, head 0"));
  CHECK(rig.log()[1] == kDead);
  works_after_reload(rig);
}

TEST_CASE("fault response-tombstone") {
  attach_fails(Fault::ResponseTombstone, kTime, {"Tombstone, head 0x0 tail 0x14", kDead, kNoAnswer});
}

TEST_CASE("fault psp-release-error") {
  Rig rig(with_fault(Fault::PspReleaseError));
  rig.bind_pf();
  rig.unbind();
  REQUIRE(rig.log().size() == 2);
  CHECK(rig.log()[0].starts_with("fw return error 0x"));
  CHECK(rig.log()[1] == "release tmr failed, ret -5");
  works_after_reload(rig);
}

TEST_CASE("fault smu-off-error") {
  remove_logs(Fault::SmuOffError, {"smu cmd 4 failed, 0xff", "Power off failed, ret -22"});
}

TEST_CASE("fault suspend-error") {
  remove_logs(Fault::SuspendError, {"command opcode 0x10003 failed, status 0x1", "Failed to suspend fw, ret -22"});
}

TEST_CASE("fault create-vfs-refused") {
  Rig rig(with_fault(Fault::CreateVfsRefused));
  rig.bind_pf();
  CHECK(error_of([&] { rig.bind_vfs(2); }).lines() ==
        Lines{"command opcode 0x20001 failed, status 0x1", "create vfs op failed: -22"});
  // SR-IOV was never enabled.
  CHECK_FALSE(rig.bus.device(1).present());
  works_after_reload(rig);
}

TEST_CASE("fault destroy-vfs-error") {
  Rig rig(with_fault(Fault::DestroyVfsError));
  rig.bind_pf();
  rig.bind_vfs(2);
  rig.unbind();
  CHECK(rig.log() == Lines{"command opcode 0x20002 failed, status 0x1", "destroy vfs op failed: -22"});
  works_after_reload(rig);
}

TEST_CASE("fault partition-id-zero") {
  context_fails(Fault::PartitionIdZero, kInvalid,
                {"invalid request partition_id 0, num_tiles 12", "Init hwctx failed, ret -22"});
}

TEST_CASE("fault context-refused") {
  context_fails(Fault::ContextRefused, kInvalid,
                {"command opcode 0x30003 failed, status 0x1", "create ctx failed: -22", "Init hwctx failed, ret -22"});
}

TEST_CASE("fault completion-vector-out-of-range") {
  context_fails(Fault::CompletionVectorOutOfRange, kInvalid,
                {"MSI-X idx 16 is invalid, ret:-22", "Init hwctx failed, ret -22"});
}

TEST_CASE("fault completion-vector-shared") {
  context_fails(Fault::CompletionVectorShared, -16, {"request irq 0 failed -16", "Init hwctx failed, ret -16"});
}

TEST_CASE("fault doorbell-unaligned") {
  Rig rig(with_fault(Fault::DoorbellUnaligned));
  rig.bind_pf();
  rig.bind_vfs(1);
  {
    Client client(rig.vf());
    CHECK(client.context->doorbell_offset() % 4096 != 0);
    CHECK(error_of([&] { client.context->map_doorbell(); }).code() == kInvalid);
  }
  works_after_reload(rig);
}

TEST_CASE("fault destroy-context-error") {
  Rig rig(with_fault(Fault::DestroyContextError));
  rig.bind_pf();
  rig.bind_vfs(1);
  {
    const Client client(rig.vf());
  }
  CHECK(rig.log() == Lines{"command opcode 0x30004 failed, status 0x1"});
  works_after_reload(rig);
}

TEST_CASE("fault destroy-partition-error") {
  Rig rig(with_fault(Fault::DestroyPartitionError));
  rig.bind_pf();
  rig.bind_vfs(1);
  CHECK(rig.log() == kNothing);
  rig.unbind();
  CHECK(rig.log() == Lines{"command opcode 0x30002 failed, status 0x1", "partition fini failed: -22"});
  works_after_reload(rig);
}

TEST_CASE("fault completion-interrupt-lost") {
  CommandFault fault(Fault::CompletionInterruptLost);
  CHECK_FALSE(fault.client->context->wait(0, kTimeoutMs));
  // All is done but nobody said so; the interrupt of the next command heals it.
  CHECK(fault.command->word() == 4);
  CHECK(fault.client->queue.read_index() == 1);
  Command next = fault.client->command();
  fault.client->context->submit(next);
  CHECK(fault.client->context->wait(1, kTimeoutMs));
  CHECK(fault.client->context->wait(0, kTimeoutMs));
  CHECK(fault.rig.log() == kNothing);
  fault.finish();
}

TEST_CASE("fault read-index-beyond") {
  CommandFault fault(Fault::ReadIndexBeyond);
  CHECK_FALSE(fault.client->context->wait(0, kTimeoutMs));
  REQUIRE(fault.rig.log().size() == 2);
  CHECK(fault.rig.log()[0].starts_with("Invalid index, ri "));
  CHECK(fault.rig.log()[0].ends_with(", wi 33"));
  CHECK(fault.rig.log()[1].starts_with("Invalid index after retry, ri "));
  fault.finish();
}

TEST_CASE("fault read-index-without-completion") {
  CommandFault fault(Fault::ReadIndexWithoutCompletion);
  CHECK(fault.client->context->wait(0, kTimeoutMs));
  CHECK(fault.command->state() == CommandState::New);
  CHECK(fault.rig.log() == kNothing);
  fault.finish();
}

TEST_CASE("fault completion-error") {
  CommandFault fault(Fault::CompletionError);
  CHECK(fault.client->context->wait(0, kTimeoutMs));
  CHECK(fault.command->state() == CommandState::Error);
  CHECK(fault.rig.log() == kNothing);
  fault.finish();
}

TEST_CASE("fault job-never-finishes") {
  CommandFault fault(Fault::JobNeverFinishes);
  CHECK_FALSE(fault.client->context->wait(0, kTimeoutMs));
  CHECK(fault.command->state() == CommandState::New);
  CHECK(fault.client->queue.read_index() == 0);
  CHECK(fault.rig.log() == kNothing);
  fault.finish();
}

TEST_CASE("every fault of the catalogue has a test of its name") {
  const std::set<std::string_view> tested = {"smu-silent",
                                             "smu-error",
                                             "psp-not-ready",
                                             "psp-silent",
                                             "psp-error",
                                             "psp-release-error",
                                             "smu-off-error",
                                             "firmware-not-alive",
                                             "protocol-unsupported",
                                             "ring-size-odd",
                                             "mailbox-vector-out-of-range",
                                             "message-lost",
                                             "message-status",
                                             "response-short",
                                             "response-long",
                                             "response-id-foreign",
                                             "response-id-unknown",
                                             "response-tail-unaligned",
                                             "response-size-unaligned",
                                             "response-overrun",
                                             "response-tombstone",
                                             "partition-id-zero",
                                             "context-refused",
                                             "completion-vector-out-of-range",
                                             "completion-vector-shared",
                                             "doorbell-unaligned",
                                             "completion-interrupt-lost",
                                             "read-index-beyond",
                                             "read-index-without-completion",
                                             "completion-error",
                                             "job-never-finishes",
                                             "destroy-context-error",
                                             "destroy-partition-error",
                                             "create-vfs-refused",
                                             "destroy-vfs-error",
                                             "suspend-error"};
  for (const FaultInfo& info : fault_catalogue()) CHECK(tested.contains(info.name));
  CHECK(tested.size() == fault_catalogue().size());
}

}  // namespace aie4::integration
