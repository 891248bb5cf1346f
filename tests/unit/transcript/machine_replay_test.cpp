// SPDX-License-Identifier: Apache-2.0
// The whole machine under the reference driver: recorded, printed, replayed.
#include "sim/transcript/machine_replay.hpp"

#include <sstream>
#include <string>

#include <systemc>

#include "models/common/fresh_kernel.hpp"
#include "sim/config/config.hpp"
#include "sim/host/bring_up.hpp"
#include "sim/transcript/print.hpp"
#include "sim/transcript/recorder.hpp"
#include "tests/support/catch.hpp"

using namespace aie4;              // NOLINT(google-build-using-namespace)
using namespace aie4::transcript;  // NOLINT(google-build-using-namespace)

namespace {

Configuration small() {
  Configuration configuration;
  configuration.vfs = 2;
  return configuration;
}

std::string record(const Configuration& configuration) {
  const FreshKernel kernel;
  std::ostringstream file;
  Machine machine(configuration, {});
  Recorder recorder(file, {"aie4sim test", config::print_toml(configuration, {.comments = false})},
                    [&machine] { return machine.now_ps(); });
  for (pci::PciFunction* function : machine.functions()) function->set_observer(&recorder);
  host::BringUpOptions options;
  options.contexts = 2;
  options.commands = 6;
  options.nops = 3;
  const host::BringUpReport report = host::bring_up(machine, options);
  INFO(host::to_text(report));
  REQUIRE(report.succeeded());
  for (pci::PciFunction* function : machine.functions()) function->set_observer(nullptr);
  recorder.finish();
  return file.str();
}

ReplayResult play(const std::string& file, const ReplayOptions& options = {}, const DeviceOverride& changes = {}) {
  const FreshKernel kernel;
  std::istringstream in(file);
  return replay_file(in, options, changes);
}

std::string printed(const std::string& file, const PrintOptions& options = {}) {
  std::istringstream in(file);
  std::ostringstream out;
  print(in, out, options);
  return out.str();
}

}  // namespace

TEST_CASE("A bring-up with commands replays on the machine without a host") {
  const std::string file = record(small());
  const ReplayResult result = play(file);
  INFO(summary(result));
  CHECK(result.exit_status() == 0);
  CHECK(result.complete);
  CHECK(result.matched == result.events);
  CHECK(result.events > 500);
}

TEST_CASE("Two recordings of the same run are the same bytes") {
  CHECK(record(small()) == record(small()));
}

TEST_CASE("A device with another timing differs, but not in what it does") {
  const std::string file = record(small());
  const DeviceOverride slower{.configuration_file = {},
                              .settings = {"psp.validate_us=3000", "firmware.message_ns=9000", "noc.latency_ns=700"},
                              .faults = {}};
  const ReplayResult exact = play(file, {}, slower);
  REQUIRE(exact.difference.has_value());
  const ReplayResult ignore = play(file, {.timing = ReplayTiming::Ignore}, slower);
  INFO(summary(ignore));
  CHECK_FALSE(ignore.difference.has_value());
}

TEST_CASE("A device that reports something else differs at the message field") {
  const std::string file = record(small());
  const ReplayResult result =
      play(file, {}, {.configuration_file = {}, .settings = {"array.core_locks=17"}, .faults = {}});
  REQUIRE(result.difference.has_value());
  INFO(result.difference->report);
  CHECK(result.difference->what == "data");
  CHECK(result.difference->report.find("is AIE_TILE_INFO response shim_dma_channels, core_locks") != std::string::npos);
}

TEST_CASE("A fault that the recording did not have is the first difference") {
  const std::string file = record(small());
  const ReplayResult result =
      play(file, {}, {.configuration_file = {}, .settings = {}, .faults = {"psp-release-error"}});
  REQUIRE(result.difference.has_value());
  INFO(result.difference->report);
  CHECK(result.difference->report.find("MPASP_C2PMSG_156_ALT_1") != std::string::npos);
  CHECK(result.difference->report.find("= 0xffff") != std::string::npos);
}

TEST_CASE("A printed bring-up speaks of registers, commands, messages and queues by name") {
  const std::string text = printed(record(small()));
  for (const std::string part : {"# recorded by aie4sim test",
                                 "SMU POWER_OFF argument 0",
                                 "SMU POWER_ON argument 0",
                                 "PSP VALIDATE address 0x",
                                 "PSP VALIDATE_CERT address 0x",
                                 "PSP START",
                                 "PSP response OK",
                                 "management firmware image+0x0",
                                 "mailbox_info.valid",
                                 "request ATTACH_WORK_BUFFER id 0x1d000000 {address=0x",
                                 "response ATTACH_WORK_BUFFER id 0x1d000000 {status=SUCCESS}",
                                 "request CREATE_VFS",
                                 "SR-IOV NumVFs",
                                 "response AIE_TILE_INFO id 0x1d000000 {status=SUCCESS, size=4096",
                                 "request CREATE_PARTITION id 0x1d000001 {start_column=0, column_count=3}",
                                 "request CREATE_HW_CONTEXT",
                                 "doorbell 0",
                                 "context 0 rings",
                                 "context 0 queue header: ",
                                 "EXEC_BUF",
                                 "completion word COMPLETED",
                                 "read_index=0x1",
                                 "completion of context 0",
                                 "request DESTROY_HW_CONTEXT",
                                 "request SUSPEND",
                                 "PSP RELEASE_TMR",
                                 "Command"}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
  CHECK(text.find("malformed") == std::string::npos);
  CHECK(text.find("unknown") == std::string::npos);
}
