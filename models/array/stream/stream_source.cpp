// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/stream_source.hpp"

#include <algorithm>
#include <limits>

#include "models/array/stream/packet.hpp"
#include "models/array/stream/route_finder.hpp"
#include "models/array/stream/stream_network.hpp"
#include "models/common/time.hpp"
#include "models/registers/array/streams.hpp"

namespace aie4::array {
namespace {

sc_core::sc_time later(const sc_core::sc_time& a, const sc_core::sc_time& b) {
  return a < b ? b : a;
}
/// a - b, or 0: times are unsigned.
sc_core::sc_time before(const sc_core::sc_time& a, const sc_core::sc_time& b) {
  return a > b ? a - b : sc_core::SC_ZERO_TIME;
}

}  // namespace

StreamSource::StreamSource(StreamNetwork& network, const StreamPortAddress& port)
    : network_(network),
      port_(port),
      beat_words_(port.which == registers::Switch::Wide512 ? network.timing_.wide_beat : kNarrowBeatWords) {}

StreamSource::~StreamSource() = default;

StreamBuffer StreamSource::buffer(std::uint32_t words) {
  return network_.pool_.take(words);
}

const Route& StreamSource::find_route(std::optional<std::uint32_t> first_word) {
  const auto up_to_date = [this](std::size_t number, std::optional<std::uint32_t> word) -> const Route& {
    std::unique_ptr<Route>& route = routes_[number];
    if (route == nullptr) route = std::make_unique<Route>();
    if (route->generation != network_.generation()) RouteFinder(network_).find(port_, word, *route);
    return *route;
  };
  const Route& route = up_to_date(kAnyPacket, std::nullopt);
  if (route.state != Route::State::NeedsFirstWord || !first_word) return route;
  return up_to_date(packet_id(*first_word), first_word);
}

StreamSource::Grant StreamSource::wait_ready(WaitRegistry::Process& process, const Request& request) {
  wanted_ = time_now();
  slack_ = sc_core::SC_ZERO_TIME;
  waiting_ = true;
  cancelled_ = false;
  const Grant grant = grant_for(process, request);
  waiting_ = false;
  return grant;
}

StreamSource::Grant StreamSource::grant_for(WaitRegistry::Process& process, const Request& request) {
  while (!cancelled_) {
    // A packet under way keeps to the word that it began with.
    const Route& route = find_route(in_packet_ ? first_word_ : request.first_word);
    if (route.state == Route::State::NeedsFirstWord) return {Outcome::NeedFirstWord, 0};
    route_ = &route;
    if (!keeps_arbiters()) give_up_arbiters(time_now());
    if (route.state == Route::State::Closed) {
      report_closed(request);
      sleep(process, {WaitReason::Stream, "route from port", port_.port, "control code that configures the switches"});
      continue;
    }
    beat_words_ = route.beat_words;
    if (!acquire(process)) continue;
    std::uint32_t words = 0;
    StreamSink* starved = nullptr;
    if (credit_for(request, words, starved)) {
      if (!in_packet_) first_word_ = request.first_word;
      return {Outcome::Go, words};
    }
    starved->wake_on_credit(wake_);
    sleep(process, {WaitReason::Stream, "receiver of port", port_.port, "a receiver that takes words"});
    starved->forget(wake_);
    slack_ = sc_core::SC_ZERO_TIME;
  }
  return {Outcome::Cancelled, 0};
}

bool StreamSource::keeps_arbiters() const {
  if (held_.size() > route_->crossings.size()) return false;
  for (std::size_t i = 0; i < held_.size(); ++i) {
    const Route::Crossing& crossing = route_->crossings[i];
    if (held_[i].arbiter != crossing.arbiter || held_[i].input != crossing.input || !crossing.arbiter->held_by(*this)) {
      return false;
    }
  }
  return true;
}

bool StreamSource::acquire(WaitRegistry::Process& process) {
  while (held_.size() < route_->crossings.size()) {
    const Route::Crossing& crossing = route_->crossings[held_.size()];
    Arbiter& arbiter = *crossing.arbiter;
    const sc_core::sc_time now = time_now();
    const bool first = requested_ != &arbiter;
    if (first && requested_ != nullptr) requested_->release(*this, now);
    arbiter.request(*this, crossing.input);
    requested_ = &arbiter;
    if (first && crossing.contended) {
      // Others may ask in the same instant: the arbiter decides when all have.
      sc_core::wait(sc_core::SC_ZERO_TIME);
      return false;
    }
    // Alone at the arbiter there is nobody to wait for: the packet follows the one before.
    if (!arbiter.grant(*this, crossing.contended ? now : later(now, arbiter.free_at()))) {
      if (!arbiter.held() && arbiter.free_at() > now) wake_.notify(arbiter.free_at() - now);
      sleep(process, {WaitReason::Stream, "arbiter on the way from port", port_.port, "the packet that holds it"});
      slept_ = true;
      return false;
    }
    requested_ = nullptr;
    sc_core::sc_time earliest = arbiter.free_at();
    if (std::exchange(slept_, false)) {
      // Its first beat waited in front of the arbiter.
      earliest = later(earliest, now);
      slack_ = network_.environment().clock.cycles(crossing.cycles);
    }
    held_.push_back({&arbiter, crossing.input, crossing.cycles, earliest});
  }
  return true;
}

bool StreamSource::credit_for(const Request& request, std::uint32_t& words, StreamSink*& starved) const {
  const std::uint32_t header = request.header ? 1 : 0;
  words = std::min(request.words, network_.timing_.burst_words + header);
  for (const Route::Receiver& receiver : route_->receivers) {
    std::uint32_t credit = receiver.sink->credit(receiver.fifo_words);
    const bool dropped = receiver.header_dropped && !in_packet_;
    if (dropped && credit != std::numeric_limits<std::uint32_t>::max()) ++credit;
    if (credit >= words) continue;
    // Whole beats, but for the last one of the request.
    const std::uint32_t data = credit > header ? (credit - header) / beat_words_ * beat_words_ : 0;
    words = data == 0 ? 0 : header + data;
    starved = receiver.sink;
    if (words == 0) return false;
  }
  return true;
}

sc_core::sc_time StreamSource::send(const Burst& burst) {
  const ClockDomain& clock = network_.environment().clock;
  const sc_core::sc_time now = time_now();
  // Words that are there by now may have been there when they were asked for.
  const sc_core::sc_time data = burst.start > now ? burst.start : sc_core::SC_ZERO_TIME;
  const sc_core::sc_time asked = later(later(data, link_free_), wanted_);
  sc_core::sc_time start = later(asked, before(now, slack_));
  for (const Held& held : held_) start = later(start, before(held.earliest, clock.cycles(held.cycles)));
  for (const Route::Receiver& receiver : route_->receivers) {
    start = later(start, before(receiver.sink->ready_at(receiver.fifo_words), clock.cycles(receiver.cycles)));
  }

  const std::uint32_t header = burst.header ? 1 : 0;
  const std::uint32_t beats = header + (burst.words - header + beat_words_ - 1) / beat_words_;
  const sc_core::sc_time duration = clock.cycles(beats);
  const bool begins = !in_packet_;
  for (const Route::Receiver& receiver : route_->receivers) {
    const bool dropped = begins && receiver.header_dropped;
    if (dropped && burst.words == 1 && !burst.tlast) continue;
    StreamBurst arriving{.buffer = burst.buffer,
                         .offset = burst.offset + (dropped ? 1U : 0U),
                         .count = burst.words - (dropped ? 1U : 0U),
                         .beat_words = beat_words_,
                         .header = begins && !dropped && (burst.header || route_->by_packet),
                         .tlast = burst.tlast,
                         .flow = burst.flow,
                         .first_beat = start + clock.cycles(receiver.cycles + (dropped ? header : 0)),
                         .last_beat = start + clock.cycles(receiver.cycles + beats - 1)};
    receiver.sink->deliver(arriving);
  }
  account(burst, asked, start, duration);

  link_free_ = start + duration;
  slack_ = sc_core::SC_ZERO_TIME;
  if (burst.tlast) {
    for (const Held& held : held_) {
      held.arbiter->release(*this, start + clock.cycles(held.cycles + network_.timing_.arbitration) + duration);
    }
    held_.clear();
  } else {
    for (Held& held : held_) held.earliest = sc_core::SC_ZERO_TIME;
    if (begins && !first_word_) first_word_ = burst.buffer.words(burst.offset, 1).front();
  }
  in_packet_ = !burst.tlast;
  return link_free_;
}

void StreamSource::account(const Burst& burst, const sc_core::sc_time& asked, const sc_core::sc_time& start,
                           const sc_core::sc_time& duration) const {
  const Environment& environment = network_.environment();
  const sc_core::sc_time stalled = start - asked;
  for (const Route::Manager& manager : route_->managers) {
    ResourceUse& use = *manager.use->resource;
    use.bytes += std::uint64_t{4} * burst.words;
    use.operations += burst.tlast ? 1 : 0;
    use.busy += duration;
    if (stalled != sc_core::SC_ZERO_TIME) use.stall(WaitReason::Stream, stalled);
    if (environment.probe == nullptr) continue;
    const sc_core::sc_time begin = start + environment.clock.cycles(manager.cycles);
    environment.probe->activity(manager.use->track, begin, begin + duration, burst.tlast ? "beats with TLAST" : "beats",
                                burst.flow);
  }
  for (const Route::Tap& tap : route_->taps) {
    const sc_core::sc_time way = environment.clock.cycles(tap.cycles);
    tap.observer->port_passed(tap.event_port, asked + way, start + way, start + way + duration, burst.tlast);
  }
}

void StreamSource::report_closed(const Request& request) {
  if (route_->blame == Route::Blame::Nobody || reported_ == route_->generation) return;
  reported_ = route_->generation;
  if (route_->blame == Route::Blame::Unmodelled) {
    network_.environment().diagnostics.unmodelled("stream route", route_->problem, route_->closed_at);
    return;
  }
  const auto word = in_packet_ ? first_word_ : request.first_word;
  network_.environment().diagnostics.report(
      {.category = FaultCategory::GuestError,
       .where = route_->closed_at,
       .expected = "a way on for packet ID " + std::to_string(word ? packet_id(*word) : 0U),
       .came = route_->problem,
       .blame = "the control code that configures the switches; " +
                network_.port_name(port_, registers::PortDirection::Subordinate) + " waits"});
}

void StreamSource::give_up_arbiters(const sc_core::sc_time& at) {
  for (const Held& held : held_) held.arbiter->release(*this, at);
  held_.clear();
  if (requested_ != nullptr) requested_->release(*this, at);
  requested_ = nullptr;
  slept_ = false;
}

void StreamSource::sleep(WaitRegistry::Process& process, const WaitLabel& label) {
  const WaitRegistry::Scope scope(process, label);
  network_.wake_on_change(wake_);
  sc_core::wait(wake_);
  network_.forget(wake_);
}

void StreamSource::arbiter_changed(const sc_core::sc_time& at) {
  wake_.notify(before(at, time_now()));
}

void StreamSource::reset() {
  give_up_arbiters(time_now());
  in_packet_ = false;
  first_word_.reset();
  link_free_ = sc_core::SC_ZERO_TIME;
  if (!waiting_) return;
  cancelled_ = true;
  wake_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace aie4::array
