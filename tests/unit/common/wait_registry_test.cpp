// SPDX-License-Identifier: Apache-2.0
#include "models/common/wait_registry.hpp"

#include <optional>

#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

TEST_CASE("The hang report names process, reason, what it waits for and who could release it, in construction order") {
  WaitRegistry registry;
  WaitRegistry::Process second_by_name(registry, "uc1");
  WaitRegistry::Process first_by_name(registry, "uc0");
  second_by_name.begin({WaitReason::Memory, "read of host memory, bytes", 64, "NoC and DDR"});
  first_by_name.begin({WaitReason::Barrier, "local barrier", 3, "another job of the page"});
  CHECK(registry.hang_report() == std::vector<std::string>{
                                      "uc1 waits for memory: read of host memory, bytes 64; released by: NoC and DDR",
                                      "uc0 waits for barrier: local barrier 3; released by: another job of the page",
                                  });
}

TEST_CASE("A wait that nobody is known to end says so") {
  WaitRegistry registry;
  WaitRegistry::Process process(registry, "uc0");
  process.begin({WaitReason::Lock, "lock", 5});
  CHECK(registry.hang_report() == std::vector<std::string>{"uc0 waits for lock: lock 5; released by: unknown"});
}

TEST_CASE("A process that runs, and one that merely waits for the host, do not hang") {
  WaitRegistry registry;
  WaitRegistry::Process runs(registry, "runs");
  WaitRegistry::Process idle(registry, "idle");
  idle.begin({WaitReason::Host, "kick", 0, "the driver"});
  CHECK(registry.hang_report().empty());
  CHECK(registry.hang_report(true) == std::vector<std::string>{"idle waits for host: kick 0; released by: the driver"});
}

TEST_CASE("A label lasts as long as its scope, and an inner wait gives the outer one back") {
  WaitRegistry registry;
  WaitRegistry::Process process(registry, "uc0");
  {
    const WaitRegistry::Scope outer(process, {WaitReason::Queue, "queue", 1, "x"});
    {
      const WaitRegistry::Scope inner(process, {WaitReason::Lock, "lock", 2, "y"});
      CHECK(process.label().reason == WaitReason::Lock);
    }
    CHECK(process.label().reason == WaitReason::Queue);
  }
  CHECK(process.label().reason == WaitReason::None);
  CHECK(registry.hang_report(true).empty());
}

TEST_CASE("A process that is gone is not reported") {
  WaitRegistry registry;
  std::optional<WaitRegistry::Process> gone;
  gone.emplace(registry, "gone");
  WaitRegistry::Process stays(registry, "stays");
  gone->begin({WaitReason::Lock, "lock", 1});
  stays.begin({WaitReason::Lock, "lock", 2});
  gone.reset();
  CHECK(registry.hang_report() == std::vector<std::string>{"stays waits for lock: lock 2; released by: unknown"});
}

TEST_CASE("Every reason has a name of its own") {
  CHECK(to_string(WaitReason::None) == "nothing");
  CHECK(to_string(WaitReason::Lock) == "lock");
  CHECK(to_string(WaitReason::Stream) == "stream");
  CHECK(to_string(WaitReason::Queue) == "queue");
  CHECK(to_string(WaitReason::Memory) == "memory");
  CHECK(to_string(WaitReason::Token) == "token");
  CHECK(to_string(WaitReason::Barrier) == "barrier");
  CHECK(to_string(WaitReason::Clock) == "clock");
  CHECK(to_string(WaitReason::Host) == "host");
}

}  // namespace
}  // namespace aie4
