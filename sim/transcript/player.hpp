// SPDX-License-Identifier: Apache-2.0
// What both kinds of replay share: the host's side of the boundary, played from a transcript.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/transcript/reader.hpp"
#include "sim/transcript/replay.hpp"

namespace aie4::transcript {

/// Is host and observer of the target at the same time. Stops comparing at the first difference.
class Player : public pci::BoundaryObserver {
 public:
  Player(const Transcript& transcript, ReplayTarget& target, const std::vector<std::string>& names,
         const ReplayOptions& options);
  ~Player() override;
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  virtual void play() = 0;

  [[nodiscard]] std::uint64_t matched() const { return matched_; }
  [[nodiscard]] const std::optional<Difference>& difference() const { return difference_; }

  void observe(const pci::BoundaryEvent& event) final;

 protected:
  /// The target showed this event.
  virtual void take(const Event& came) = 0;
  /// The recorded event that answers a DMA of the device; nullptr if none is due. `request` has no data; `size` is what
  /// the device wants.
  [[nodiscard]] virtual const Event* answer(const Event& request, std::size_t size) const = 0;

  /// Does what the host did.
  void act(const Event& event);
  /// Keeps the first difference: at event `expected`, the device did `came`, or nothing.
  void fail(std::uint64_t expected, const Event* came);
  [[nodiscard]] bool failed() const { return difference_.has_value(); }
  void count_match() { ++matched_; }

  [[nodiscard]] const std::vector<Event>& events() const { return transcript_.events; }
  [[nodiscard]] const Transcript& transcript() const { return transcript_; }
  [[nodiscard]] ReplayTarget& target() { return target_; }

 private:
  class Host;

  const Transcript& transcript_;
  ReplayTarget& target_;
  const std::vector<std::string>& names_;
  const ReplayOptions& options_;
  std::vector<std::unique_ptr<Host>> hosts_;  ///< One for each function.
  std::vector<std::byte> buffer_;
  std::uint64_t matched_ = 0;
  std::optional<Difference> difference_;
};

/// Everything at its picosecond and in its order.
class ExactPlayer final : public Player {
 public:
  using Player::Player;
  void play() override;

 private:
  void take(const Event& came) override;
  [[nodiscard]] const Event* answer(const Event& request, std::size_t size) const override;

  std::uint64_t next_ = 0;  ///< Event that is due.
};

/// See ReplayTiming::Ignore.
class UntimedPlayer final : public Player {
 public:
  UntimedPlayer(const Transcript& transcript, ReplayTarget& target, const std::vector<std::string>& names,
                const ReplayOptions& options);
  void play() override;

 private:
  /// Device events of one function: numbers in the transcript, those before `first` have all happened.
  struct Queue {
    std::vector<std::uint64_t> numbers;
    std::size_t first = 0;
  };

  void take(const Event& came) override;
  [[nodiscard]] const Event* answer(const Event& request, std::size_t size) const override;
  void play_host_event(std::uint64_t number);
  /// Lets the device run until all its events before `number` have happened.
  bool catch_up(std::uint64_t number);
  bool step();

  std::vector<Queue> queues_;
  std::vector<bool> happened_;
  std::vector<bool> polled_again_;   ///< A read that the function's next host event repeats.
  std::uint64_t first_missing_ = 0;  ///< No device event before this one is missing.
  const Event* expected_ = nullptr;  ///< Host event in progress.
  bool equal_ = false;               ///< Its answer was as recorded.
  std::optional<Event> answer_;      ///< Its answer, in `answer_data_`.
  std::vector<std::byte> answer_data_;
};

}  // namespace aie4::transcript
