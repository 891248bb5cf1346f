// SPDX-License-Identifier: Apache-2.0
#include "models/common/fault_plan.hpp"

#include <set>

#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

TEST_CASE("By default no fault strikes") {
  FaultPlan plan;
  for (const FaultInfo& info : fault_catalogue()) CHECK_FALSE(plan.strikes(info.fault));
}

TEST_CASE("An armed fault strikes as often as it was armed for, and no other does") {
  FaultPlan plan;
  plan.arm(Fault::PspError, 3);
  for (unsigned i = 0; i < 3; ++i) CHECK(plan.strikes(Fault::PspError));
  CHECK_FALSE(plan.strikes(Fault::PspError));
  CHECK_FALSE(plan.strikes(Fault::PspSilent));
}

TEST_CASE("A fault is armed for one time unless told otherwise, and disarmed with zero") {
  FaultPlan plan;
  plan.arm(Fault::MessageLost);
  CHECK(plan.strikes(Fault::MessageLost));
  CHECK_FALSE(plan.strikes(Fault::MessageLost));
  plan.arm(Fault::MessageLost, 5);
  plan.arm(Fault::MessageLost, 0);
  CHECK_FALSE(plan.strikes(Fault::MessageLost));
}

TEST_CASE("A fault armed for always never wears off") {
  FaultPlan plan;
  plan.arm(Fault::SmuSilent, FaultPlan::kAlways);
  for (unsigned i = 0; i < 100'000; ++i) REQUIRE(plan.strikes(Fault::SmuSilent));
}

TEST_CASE("The catalogue names every fault once, in order, with a description and a symptom") {
  std::set<std::string_view> names;
  std::size_t position = 0;
  for (const FaultInfo& info : fault_catalogue()) {
    INFO(info.name);
    CHECK(static_cast<std::size_t>(info.fault) == position++);
    CHECK(names.insert(info.name).second);
    CHECK(find_fault(info.name) == info.fault);
    CHECK_FALSE(info.description.empty());
    CHECK_FALSE(info.symptom.empty());
    CHECK(info.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
  }
  CHECK(position == static_cast<std::size_t>(Fault::Count));
}

TEST_CASE("An unknown fault name finds nothing") {
  CHECK_FALSE(find_fault("no-such-fault").has_value());
  CHECK_FALSE(find_fault("").has_value());
}

// The rows of the interface's fault catalogue that a device of kernel 7.3 can show and that need no odd configuration.
TEST_CASE("The rows of the interface's fault catalogue that the driver of Linux 7.3 sees can be provoked by name") {
  for (const std::string_view name : {"smu-silent",
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
                                      "suspend-error"}) {
    INFO(name);
    CHECK(find_fault(name).has_value());
  }
}

}  // namespace
}  // namespace aie4
