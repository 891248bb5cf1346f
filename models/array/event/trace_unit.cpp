// SPDX-License-Identifier: Apache-2.0
#include "models/array/event/trace_unit.hpp"

#include <algorithm>
#include <utility>

#include "models/array/stream/packet.hpp"

namespace aie4::array {
namespace {

using registers::Half;

enum Code : std::uint8_t { kControl0, kControl1, kStatus, kEvent0, kEvent1 };
constexpr RegisterPart::Claim kClaims[] = {{"trace_control0", kControl0},
                                           {"trace_control1", kControl1},
                                           {"trace_status", kStatus},
                                           {"trace_event0", kEvent0},
                                           {"trace_event1", kEvent1}};
constexpr unsigned kSlotsPerRegister = 4;
constexpr std::size_t kSightings = 256;       // That may wait to be encoded.
constexpr std::uint64_t kSlackCycles = 8192;  // By which events may come to light late: bursts are shorter.
constexpr std::size_t kMaxPackets = 64;       // Assumed depth before an overrun.

std::uint8_t byte_of(std::uint32_t value, unsigned index) {
  return static_cast<std::uint8_t>(value >> 8 * index);
}

}  // namespace

TraceUnit::TraceUnit(sc_core::sc_module_name name, const Environment& environment, std::string owner, TileId tile,
                     Half half, unsigned index, EventUnit& events, const EventTimer& timer, StreamSource& out)
    : sc_module(name),
      environment_(environment),
      owner_(std::move(owner)),
      tile_(tile),
      half_(half),
      index_(index),
      events_(events),
      timer_(timer),
      out_(out),
      process_(environment.waits, owner_) {
  SC_THREAD(send_packets);
  listen();
}

std::span<const RegisterPart::Claim> TraceUnit::claims() const {
  return kClaims;
}

void TraceUnit::listen() {
  EventSet wanted;
  wanted.add(byte_of(control0_, 2));
  wanted.add(byte_of(control0_, 3));
  if (state_ == State::Running) {
    for (const std::uint8_t slot : slots_) wanted.add(slot);
  }
  events_.listen(*this, wanted);
}

void TraceUnit::event(std::uint8_t event, EventPhase phase, const sc_core::sc_time& at) {
  const bool starts = state_ == State::Idle && event == byte_of(control0_, 2) && phase != EventPhase::End;
  if (starts) begin(at);
  if (state_ != State::Running) return;
  std::uint8_t slots = 0;
  for (unsigned slot = 0; slot < kSlots; ++slot) {
    if (slots_[slot] == event) slots |= static_cast<std::uint8_t>(1U << slot);
  }
  if (slots != 0) {
    sightings_.push_back({timer_.value(at), slots, phase});
    if (sightings_.size() >= kSightings) {
      const std::uint64_t now = timer_.value(sc_core::sc_time_stamp());
      encode_until(now > kSlackCycles ? now - kSlackCycles : 0);
    }
  }
  if (event == byte_of(control0_, 3) && phase != EventPhase::End && !starts) end(at);
}

void TraceUnit::begin(const sc_core::sc_time& at) {
  state_ = State::Running;
  lasting_ = 0;
  covered_ = timer_.value(at);
  sightings_.clear();
  encoder_ = {};
  encoder_.start(covered_);
  other_frame_ = false;
  listen();
}

void TraceUnit::end(const sc_core::sc_time& at) {
  encode_until(timer_.value(at) + 1);
  advance_to(timer_.value(at));
  encoder_.finish();
  hand_over();
  state_ = State::Idle;
  listen();
}

void TraceUnit::advance_to(std::uint64_t timer) {
  if (timer <= covered_) return;
  if (lasting_ != 0) {
    if (other_frame_) encoder_.frame(lasting_, covered_++);
    other_frame_ = false;
    encoder_.repeat(timer - covered_);
  }
  covered_ = timer;
}

void TraceUnit::encode_until(std::uint64_t timer) {
  std::ranges::stable_sort(sightings_, {}, &Sighting::timer);
  std::size_t next = 0;
  while (next < sightings_.size() && sightings_[next].timer < timer) {
    const std::uint64_t cycle = std::max(sightings_[next].timer, covered_);
    std::uint8_t pulses = 0;
    std::uint8_t begun = 0;
    std::uint8_t ended = 0;
    for (; next < sightings_.size() && std::max(sightings_[next].timer, covered_) == cycle; ++next) {
      const Sighting& sighting = sightings_[next];
      if (sighting.phase == EventPhase::Pulse) pulses |= sighting.slots;
      if (sighting.phase == EventPhase::Begin) begun |= sighting.slots;
      if (sighting.phase == EventPhase::End) ended |= sighting.slots;
    }
    advance_to(cycle);
    lasting_ = static_cast<std::uint8_t>((lasting_ | begun) & ~ended);
    const auto active = static_cast<std::uint8_t>(lasting_ | begun | pulses);
    if (active == 0) continue;
    encoder_.frame(active, cycle);
    other_frame_ = active != lasting_;
    covered_ = cycle + 1;
  }
  sightings_.erase(sightings_.begin(), sightings_.begin() + static_cast<std::ptrdiff_t>(next));
  hand_over();
}

void TraceUnit::hand_over() {
  for (const TraceEncoder::Payload& payload : encoder_.take()) {
    if (packets_.size() >= kMaxPackets) {
      state_ = State::Overrun;
      return;
    }
    packets_.push_back(payload);
  }
  if (!packets_.empty()) more_.notify();
}

void TraceUnit::send_packets() {
  for (;;) {
    if (packets_.empty()) {
      sc_core::wait(more_);
      continue;
    }
    const std::uint32_t header = encode(PacketHeader{.id = static_cast<std::uint8_t>(control1_ & 0x1F),
                                                     .packet_type = static_cast<std::uint8_t>(control1_ >> 12 & 7),
                                                     .source = tile_});
    std::uint32_t sent = 0;
    while (sent < TraceEncoder::kPayloadWords + 1) {
      const StreamSource::Grant grant = out_.wait_ready(
          process_, {.words = TraceEncoder::kPayloadWords + 1 - sent, .header = sent == 0, .first_word = header});
      if (grant.outcome == StreamSource::Outcome::Cancelled) break;
      StreamBuffer buffer = out_.buffer(grant.words);
      for (std::uint32_t word = 0; word < grant.words; ++word, ++sent) {
        buffer.words(grant.words)[word] = sent == 0 ? header : packets_.front()[sent - 1];
      }
      const sc_core::sc_time free = out_.send({.buffer = buffer,
                                               .words = grant.words,
                                               .header = sent == grant.words,
                                               .tlast = sent == TraceEncoder::kPayloadWords + 1});
      if (free > sc_core::sc_time_stamp()) sc_core::wait(free - sc_core::sc_time_stamp());
    }
    if (!packets_.empty()) packets_.pop_front();
  }
}

std::uint32_t TraceUnit::read(std::uint8_t code, const registers::RegisterRef& /*ref*/) {
  switch (code) {
    case kControl0:
      return control0_;
    case kControl1:
      return control1_;
    case kStatus:
      return static_cast<std::uint32_t>(state_) << 8;
    default:
      break;
  }
  std::uint32_t value = 0;
  const unsigned first = code == kEvent1 ? kSlotsPerRegister : 0;
  for (unsigned slot = 0; slot < kSlotsPerRegister; ++slot) {
    value |= std::uint32_t{slots_[first + slot]} << 8 * slot;
  }
  return value;
}

void TraceUnit::write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) {
  switch (code) {
    case kControl0: {
      const std::uint32_t mode = get(field_of(*ref.family, "Mode"), value);
      if (mode != 0 && index_ == 0 && environment_.geometry().kind(tile_) == TileKind::Compute) {
        environment_.diagnostics.unmodelled("trace mode", mode == 1 ? "event-PC" : "execution", owner_);
      }
      control0_ = value;
      break;
    }
    case kControl1:
      control1_ = value;
      break;
    case kEvent0:
    case kEvent1:
      for (unsigned slot = 0; slot < kSlotsPerRegister; ++slot) {
        slots_[(code == kEvent1 ? kSlotsPerRegister : 0) + slot] = byte_of(value, slot);
      }
      break;
    default:
      break;
  }
  listen();
}

void TraceUnit::reset(Half half) {
  if (half != half_) return;
  control0_ = 0;
  control1_ = 0;
  slots_ = {};
  state_ = State::Idle;
  sightings_.clear();
  encoder_ = {};
  packets_.clear();
  out_.reset();
  listen();
}

}  // namespace aie4::array
