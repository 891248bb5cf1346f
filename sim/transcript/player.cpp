// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/player.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sim/transcript/difference.hpp"

namespace aie4::transcript {

/// The host as one function sees it. Comparing is the observer's work; this only has the answers.
class Player::Host final : public pci::InterruptSink, public pci::DmaPort {
 public:
  Host(Player& player, std::uint8_t function) : player_(player), function_(function) {}

  bool keeps_masks = false;

  void signal(unsigned /*vector*/) override {}
  [[nodiscard]] bool keeps_vector_masks() const override { return keeps_masks; }

  DmaStatus read(std::uint64_t address, std::span<std::byte> data, const DmaAttributes& attributes) override {
    const Event* recorded = find(EventKind::DmaRead, address, data.size(), attributes);
    if (recorded == nullptr) {
      std::fill(data.begin(), data.end(), std::byte{0xFF});
      return DmaStatus::NotMapped;
    }
    std::copy(recorded->data.begin(), recorded->data.end(), data.begin());
    return recorded->status;
  }

  DmaStatus write(std::uint64_t address, std::span<const std::byte> data, const DmaAttributes& attributes) override {
    const Event* recorded = find(EventKind::DmaWrite, address, data.size(), attributes);
    return recorded == nullptr ? DmaStatus::NotMapped : recorded->status;
  }

 private:
  const Event* find(EventKind kind, std::uint64_t address, std::size_t size, const DmaAttributes& attributes) {
    if (player_.failed()) return nullptr;
    Event request;
    request.kind = kind;
    request.function = function_;
    request.space = attributes.space;
    request.address = address;
    return player_.answer(request, size);
  }

  Player& player_;
  std::uint8_t function_;
};

Player::Player(const Transcript& transcript, ReplayTarget& target, const std::vector<std::string>& names,
               const ReplayOptions& options)
    : transcript_(transcript), target_(target), names_(names), options_(options) {
  for (unsigned function = 0; function < target.functions(); ++function) {
    hosts_.push_back(std::make_unique<Host>(*this, static_cast<std::uint8_t>(function)));
  }
  for (const Event& event : transcript.events) {
    if (event.function >= hosts_.size()) {
      throw TranscriptError(
          fmt::format("the transcript uses function {}, the device has {} functions", event.function, hosts_.size()));
    }
  }
  target_.set_observer(this);
}

Player::~Player() {
  // The target outlives the host that it is connected to.
  target_.set_observer(nullptr);
  for (unsigned function = 0; function < hosts_.size(); ++function) target_.disconnect(function);
}

void Player::observe(const pci::BoundaryEvent& event) {
  if (!failed()) take(event_of(event, target_.now_ps()));
}

void Player::fail(std::uint64_t expected, const Event* came) {
  if (!failed()) difference_ = describe_difference(transcript_, expected, came, names_, options_);
}

void Player::act(const Event& event) {
  const unsigned function = event.function;
  Host& host = *hosts_[function];
  switch (event.kind) {
    case EventKind::ConfigRead:
      buffer_.assign(event.data.size(), std::byte{0});
      target_.config_read(function, static_cast<std::uint32_t>(event.address), buffer_);
      break;
    case EventKind::ConfigWrite:
      target_.config_write(function, static_cast<std::uint32_t>(event.address), event.data);
      break;
    case EventKind::BarRead:
      buffer_.assign(event.data.size(), std::byte{0});
      target_.bar_read(function, event.bar, event.address, buffer_);
      break;
    case EventKind::BarWrite:
      target_.bar_write(function, event.bar, event.address, event.data);
      break;
    case EventKind::Reset:
      target_.reset(function);
      break;
    case EventKind::Connect:
      host.keeps_masks = event.address == 1;
      target_.connect(function, host, host);
      break;
    case EventKind::Disconnect:
      target_.disconnect(function);
      break;
    case EventKind::HostView:
      if (event.address > static_cast<std::uint64_t>(HostViewOption::IdentityHidden) || event.data.size() != 1) {
        throw TranscriptError("damaged transcript: a host view that does not exist");
      }
      target_.host_view(function, static_cast<HostViewOption>(event.address), event.data[0] != std::byte{0});
      break;
    case EventKind::Interrupt:
    case EventKind::DmaRead:
    case EventKind::DmaWrite:
      break;  // the device's
  }
}

// --- exact ----------------------------------------------------------------------------------------------------------

void ExactPlayer::play() {
  while (next_ < events().size() && !failed()) {
    const std::uint64_t number = next_;
    const Event& event = events()[number];
    target().run_until(event.time_ps);
    if (failed() || next_ != number) continue;
    if (event.kind == EventKind::HostView) {  // not shown to the observer: there is nothing to compare
      count_match();
      ++next_;
      act(event);
    } else if (started_by_host(event.kind)) {
      act(event);
      if (next_ != number) target().settle();
    }
    if (next_ == number) fail(number, nullptr);
  }
}

void ExactPlayer::take(const Event& came) {
  // A recording that was cut short may end within the consequences of its last event.
  if (next_ == events().size() && !transcript().complete) return;
  if (next_ == events().size() || !same(events()[next_], came, true)) {
    fail(next_, &came);
    return;
  }
  count_match();
  ++next_;
}

const Event* ExactPlayer::answer(const Event& request, std::size_t size) const {
  if (next_ >= events().size()) return nullptr;
  const Event& due = events()[next_];
  const bool fits = due.kind == request.kind && due.function == request.function && due.space == request.space &&
                    due.address == request.address && due.data.size() == size;
  return fits ? &due : nullptr;
}

// --- untimed --------------------------------------------------------------------------------------------------------

namespace {

/// How far device events of one function may overtake each other.
constexpr std::size_t kWindow = 4096;
/// Instants that the device may take for one answer. A device that never rests must not hang the replay.
constexpr unsigned kMaxSteps = 1'000'000;

bool is_read(EventKind kind) {
  return kind == EventKind::ConfigRead || kind == EventKind::BarRead;
}

bool same_place(const Event& a, const Event& b) {
  return a.kind == b.kind && a.bar == b.bar && a.address == b.address && a.data.size() == b.data.size();
}

}  // namespace

UntimedPlayer::UntimedPlayer(const Transcript& transcript, ReplayTarget& target, const std::vector<std::string>& names,
                             const ReplayOptions& options)
    : Player(transcript, target, names, options),
      queues_(target.functions()),
      happened_(events().size()),
      polled_again_(events().size()) {
  std::vector<const Event*> last_host_event(target.functions());
  for (std::uint64_t number = 0; number < events().size(); ++number) {
    const Event& event = events()[number];
    if (!started_by_host(event.kind)) {
      queues_[event.function].numbers.push_back(number);
      continue;
    }
    const Event*& last = last_host_event[event.function];
    if (last != nullptr && is_read(event.kind) && same_place(*last, event)) {
      polled_again_[static_cast<std::size_t>(last - events().data())] = true;
    }
    last = &event;
  }
}

void UntimedPlayer::play() {
  for (std::uint64_t number = 0; number < events().size() && !failed(); ++number) {
    if (!started_by_host(events()[number].kind)) continue;
    if (catch_up(number)) play_host_event(number);
  }
  if (!failed()) catch_up(events().size());
}

bool UntimedPlayer::step() {
  return target().run_step() && !failed();
}

bool UntimedPlayer::catch_up(std::uint64_t number) {
  for (unsigned steps = 0; !failed(); ++steps) {
    while (first_missing_ < number && (started_by_host(events()[first_missing_].kind) || happened_[first_missing_])) {
      ++first_missing_;
    }
    if (first_missing_ == number) return true;
    if (steps == kMaxSteps || !step()) {
      fail(first_missing_, nullptr);
      return false;
    }
  }
  return false;
}

void UntimedPlayer::play_host_event(std::uint64_t number) {
  expected_ = &events()[number];
  if (expected_->kind == EventKind::HostView) {  // not shown to the observer: there is nothing to compare
    count_match();
    act(*expected_);
    return;
  }
  for (unsigned steps = 0; !failed(); ++steps) {
    answer_.reset();
    act(*expected_);
    if (!answer_) {
      fail(number, nullptr);
    } else if (equal_ || polled_again_[number]) {
      count_match();
      break;
    } else if (!is_read(expected_->kind) || steps == kMaxSteps || !step()) {
      fail(number, &*answer_);
    }
  }
  expected_ = nullptr;
  if (!failed()) target().settle();
}

void UntimedPlayer::take(const Event& came) {
  if (started_by_host(came.kind)) {
    answer_data_.assign(came.data.begin(), came.data.end());
    answer_ = came;
    answer_->data = answer_data_;
    equal_ = expected_ != nullptr && same(*expected_, came, false);
    return;
  }
  Queue& queue = queues_[came.function];
  while (queue.first < queue.numbers.size() && happened_[queue.numbers[queue.first]]) ++queue.first;
  const std::size_t end = std::min(queue.numbers.size(), queue.first + kWindow);
  for (std::size_t i = queue.first; i < end; ++i) {
    const std::uint64_t number = queue.numbers[i];
    if (happened_[number] || !same(events()[number], came, false)) continue;
    happened_[number] = true;
    count_match();
    return;
  }
  if (queue.first == queue.numbers.size()) {
    if (transcript().complete) fail(events().size(), &came);
    return;
  }
  fail(queue.numbers[queue.first], &came);
}

const Event* UntimedPlayer::answer(const Event& request, std::size_t size) const {
  const Queue& queue = queues_[request.function];
  const std::size_t end = std::min(queue.numbers.size(), queue.first + kWindow);
  for (std::size_t i = queue.first; i < end; ++i) {
    const Event& event = events()[queue.numbers[i]];
    if (!happened_[queue.numbers[i]] && event.kind == request.kind && event.space == request.space &&
        event.address == request.address && event.data.size() == size) {
      return &event;
    }
  }
  return nullptr;
}

// --- entry ----------------------------------------------------------------------------------------------------------

ReplayResult replay(const Transcript& transcript, ReplayTarget& target, const std::vector<std::string>& names,
                    const ReplayOptions& options) {
  std::unique_ptr<Player> player;
  if (options.timing == ReplayTiming::Exact) {
    player = std::make_unique<ExactPlayer>(transcript, target, names, options);
  } else {
    player = std::make_unique<UntimedPlayer>(transcript, target, names, options);
  }
  player->play();
  ReplayResult result;
  result.events = transcript.events.size();
  result.matched = player->matched();
  result.complete = transcript.complete;
  result.end_ps = target.now_ps();
  result.hash = to_hex(transcript.hash);
  result.difference = player->difference();
  return result;
}

}  // namespace aie4::transcript
