// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/stages.hpp"

#include <vector>

#include "tests/support/catch.hpp"

namespace aie4::profile {
namespace {

Nanoseconds whole(const std::vector<StageSpan>& spans) {
  Nanoseconds sum = 0;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    sum += spans[i].end - spans[i].begin;
    if (i != 0) CHECK(spans[i].begin == spans[i - 1].end);
  }
  return sum;
}

TEST_CASE("A command of a thread that sleeps goes through all hands") {
  const std::vector<StateChange> thread = {{0, ThreadState::User},     {30, ThreadState::Driver},
                                           {40, ThreadState::Asleep},  {125, ThreadState::Runnable},
                                           {130, ThreadState::Driver}, {140, ThreadState::Interrupted},
                                           {145, ThreadState::Driver}, {150, ThreadState::User}};
  const std::vector<StageSpan> device = {{28, 60, Stage::Firmware, 3000}, {60, 100, Stage::Uc, 4000}};
  const Passage passage{.start = 10, .sent = 20, .arrived = 28, .finished = 100, .handled = 120, .returned = 170};
  const auto spans = divide(passage, thread, device);
  const std::vector<StageSpan> expected = {{10, 20, Stage::User},           {20, 28, Stage::Pci},
                                           {28, 60, Stage::Firmware, 3000}, {60, 100, Stage::Uc, 4000},
                                           {100, 120, Stage::Interrupt},    {120, 130, Stage::WakeUp},
                                           {130, 140, Stage::Driver},       {140, 145, Stage::Interrupt},
                                           {145, 150, Stage::Driver},       {150, 170, Stage::User}};
  CHECK(spans == expected);
  CHECK(whole(spans) == 160);
}

TEST_CASE("A thread that looks for itself is with the device until the completion word, then in user space") {
  const std::vector<StateChange> thread = {{0, ThreadState::User}};
  const std::vector<StageSpan> device = {{30, 80, Stage::Dma, 500}};
  const auto spans = divide({.start = 10, .sent = 20, .arrived = 30, .finished = 80, .returned = 85}, thread, device);
  const std::vector<StageSpan> expected = {
      {10, 20, Stage::User}, {20, 30, Stage::Pci}, {30, 80, Stage::Dma, 500}, {80, 85, Stage::User}};
  CHECK(spans == expected);
}

TEST_CASE("What the thread did before anything was traced of it is nobody's") {
  const auto spans =
      divide({.start = 10, .sent = 20, .arrived = 20, .finished = 20, .returned = 30}, {{25, ThreadState::User}}, {});
  const std::vector<StageSpan> expected = {{10, 25, Stage::Unattributed}, {25, 30, Stage::User}};
  CHECK(spans == expected);
}

TEST_CASE("A thread that does not run before its doorbell is told from one that waits for the end") {
  const std::vector<StateChange> thread = {
      {0, ThreadState::User}, {12, ThreadState::Runnable}, {18, ThreadState::User}, {21, ThreadState::Asleep}};
  const auto spans = divide({.start = 10, .sent = 20, .arrived = 22, .finished = 30, .returned = 40}, thread, {});
  const std::vector<StageSpan> expected = {{10, 12, Stage::User}, {12, 18, Stage::Other},  {18, 20, Stage::User},
                                           {20, 22, Stage::Pci},  {22, 30, Stage::Device}, {30, 40, Stage::WakeUp}};
  CHECK(spans == expected);
}

TEST_CASE("Passages that run backwards by what the clocks are off stand, and the whole remains the whole") {
  const std::vector<StateChange> thread = {{0, ThreadState::User}};
  const auto spans = divide({.start = 10, .sent = 8, .arrived = 7, .finished = 45, .handled = 5, .returned = 40},
                            thread, std::vector<StageSpan>{{7, 45, Stage::Uc, 380}});
  CHECK(whole(spans) == 30);
  REQUIRE(spans.size() == 1);
  CHECK(spans.front().stage == Stage::Uc);
  // Of 38 ns of the guest's clock 30 count.
  CHECK(spans.front().simulated_ps == 300);
}

TEST_CASE("Stages are found by their names") {
  for (std::size_t i = 0; i < kStages; ++i) {
    const auto stage = static_cast<Stage>(i);
    CHECK(find_stage(to_string(stage)) == stage);
  }
  CHECK(find_stage("nobody") == std::nullopt);
}

}  // namespace
}  // namespace aie4::profile
