// SPDX-License-Identifier: Apache-2.0
#include "models/array/stream/tile_control.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace aie4::array {

TileControl::TileControl(sc_core::sc_module_name name, const Environment& environment, std::string owner, TileId tile,
                         unsigned half, StreamSource& out, TileRegisters& registers)
    : sc_module(name),
      token_sent("token_sent"),
      environment_(environment),
      owner_(std::move(owner)),
      tile_(tile),
      half_(half),
      out_(out),
      registers_(registers),
      process_(environment.waits, owner_),
      due_("due"),
      message_("message") {
  SC_METHOD(handle);
  sensitive << due_;
  dont_initialize();
  SC_THREAD(send_messages);
}

bool TileControl::tokens_full() const {
  return tokens_ >= environment_.parameters.tile_control_token_queue;
}

bool TileControl::send_token(std::uint8_t actor, std::uint8_t controller_id, std::optional<std::uint32_t> count) {
  if (tokens_full()) return false;
  Message message{.token = true};
  message.add(encode(Token{.id = packet_id(controller_id), .actor = actor, .tile = tile_}));
  if (count) message.add(*count);
  ++tokens_;
  push(message);
  return true;
}

void TileControl::push(const Message& message) {
  messages_.push_back(message);
  message_.notify(sc_core::SC_ZERO_TIME);
}

void TileControl::reset() {
  ++life_;
  arrived_.clear();
  handled_ = 0;
  begin_ = true;
  parser_ = {};
  status_ = 0;
  busy_until_ = sc_core::SC_ZERO_TIME;
  due_.cancel();
  messages_.clear();
  tokens_ = 0;
  responses_ = 0;
  out_.reset();
  credit_grew();
  token_sent.notify(sc_core::SC_ZERO_TIME);
}

std::uint32_t TileControl::credit(std::uint32_t route_words) const {
  std::uint32_t waiting = 0;
  for (const StreamBurst& burst : arrived_) waiting += burst.count;
  return route_words - std::min(route_words, waiting);
}

sc_core::sc_time TileControl::ready_at(std::uint32_t /*route_words*/) const {
  return {};
}

void TileControl::deliver(const StreamBurst& burst) {
  arrived_.push_back(burst);
  if (arrived_.size() == 1) schedule();
}

void TileControl::schedule() {
  // The handler takes a word at a time, and the last one not before it is there.
  const StreamBurst& burst = arrived_.front();
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time begin = std::max({burst.first_beat, busy_until_, now});
  const sc_core::sc_time handled =
      begin + environment_.clock.cycles(environment_.parameters.tile_control_word_cycles * burst.count);
  busy_until_ = std::max(handled, burst.last_beat);
  due_.notify(busy_until_ - now);
}

void TileControl::handle() {
  const auto responses_full = [this] { return responses_ >= environment_.parameters.tile_control_response_queue; };
  if (arrived_.empty() || responses_full()) return;
  const StreamBurst& burst = arrived_.front();
  const auto words = burst.words();
  while (handled_ < words.size()) {
    if (responses_full()) return;  // The next response that is sent comes back here.
    const std::uint32_t word = words[handled_++];
    if (std::exchange(begin_, false)) parser_.begin(burst.header);
    const bool last = burst.tlast && handled_ == words.size();
    act(parser_.take(word, last));
    begin_ = last;
  }
  arrived_.pop_front();
  handled_ = 0;
  if (!arrived_.empty()) schedule();
  credit_grew();
}

void TileControl::act(const ControlPacketParser::Step& step) {
  std::uint32_t errors = step.errors;
  switch (step.kind) {
    case ControlPacketParser::Step::Kind::Write:
      if (!registers_.write32(step.address, step.data)) errors |= ControlErrors::kSlverr;
      break;
    case ControlPacketParser::Step::Kind::Read: {
      Message message;
      message.add(encode(PacketHeader{.id = step.header.response_id, .source = tile_}));
      for (std::uint32_t i = 0; i < step.header.words; ++i) {
        const auto value = registers_.read32(step.address + 4 * i);
        if (!value) errors |= ControlErrors::kSlverr;
        message.add(value.value_or(0));
      }
      ++responses_;
      push(message);
      break;
    }
    case ControlPacketParser::Step::Kind::Nothing:
    case ControlPacketParser::Step::Kind::Error:
      break;
  }
  if (errors != 0) report(errors, step);
}

void TileControl::report(std::uint32_t errors, const ControlPacketParser::Step& step) {
  status_ |= errors;
  registers_.control_packet_error(half_, errors);
  const auto tell = [&](std::uint32_t bit, const char* expected, const std::string& came) {
    if ((errors & bit) == 0) return;
    environment_.diagnostics.report({.category = FaultCategory::GuestError,
                                     .where = owner_,
                                     .expected = expected,
                                     .came = came,
                                     .blame = "who made the control packets"});
  };
  tell(ControlErrors::kFirstHeaderParity, "a stream header with odd parity", "one with even parity");
  tell(ControlErrors::kSecondHeaderParity, "a control header with odd parity", "one with even parity");
  tell(ControlErrors::kSlverr, "an access that the tile accepts",
       step.kind == ControlPacketParser::Step::Kind::Error
           ? std::string("the reserved operation 3")
           : fmt::format("a {} of {:#x}", step.kind == ControlPacketParser::Step::Kind::Read ? "read" : "write",
                         step.address));
  tell(ControlErrors::kTlast, "as many data words as the control header says", "TLAST before the last of them");
}

void TileControl::send_messages() {
  while (true) {
    while (messages_.empty()) wait(message_);
    const Message message = messages_.front();
    const std::uint64_t life = life_;
    if (!send_message(message) || life != life_) continue;  // Reset: what was queued is gone.
    messages_.pop_front();
    if (message.token) {
      --tokens_;
      token_sent.notify(sc_core::SC_ZERO_TIME);
    } else {
      --responses_;
      if (handled_ != 0) due_.notify(sc_core::SC_ZERO_TIME);
    }
  }
}

bool TileControl::send_message(const Message& message) {
  std::uint32_t sent = 0;
  while (sent < message.count) {
    const auto left = message.count - sent;
    const auto grant = out_.wait_ready(process_, {.words = left, .first_word = message.words.front()});
    if (grant.outcome != StreamSource::Outcome::Go) return false;
    StreamBuffer buffer = out_.buffer(grant.words);
    std::copy_n(message.words.begin() + sent, grant.words, buffer.words(grant.words).begin());
    sent += grant.words;
    const sc_core::sc_time free = out_.send({.buffer = buffer, .words = grant.words, .tlast = sent == message.count});
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (free > now) wait(free - now);
  }
  return true;
}

}  // namespace aie4::array
