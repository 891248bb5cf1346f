// SPDX-License-Identifier: Apache-2.0
// Events for tests: made of values, owned data, comparable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <istream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sim/transcript/reader.hpp"
#include "sim/transcript/recorder.hpp"

namespace aie4::transcript::test {

using Bytes = std::vector<std::byte>;

inline Bytes bytes(std::initializer_list<unsigned> values) {
  Bytes result;
  for (const unsigned value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

inline Bytes word(std::uint64_t value, unsigned size = 4) {
  Bytes result;
  for (unsigned i = 0; i < size; ++i) result.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFFU));
  return result;
}

/// An event that owns its data.
struct OwnedEvent {
  Event event;
  Bytes data;

  OwnedEvent(const Event& source) : event(source), data(source.data.begin(), source.data.end()) {}  // NOLINT
  OwnedEvent(const Event& source, Bytes content) : event(source), data(std::move(content)) {}

  [[nodiscard]] Event view() const {
    Event result = event;
    result.data = data;
    return result;
  }
  bool operator==(const OwnedEvent& other) const {
    return event.time_ps == other.event.time_ps && event.kind == other.event.kind &&
           event.function == other.event.function && event.bar == other.event.bar && event.space == other.event.space &&
           event.status == other.event.status && event.address == other.event.address && data == other.data;
  }
};

inline OwnedEvent bar_event(EventKind kind, std::uint64_t time, unsigned function, unsigned bar, std::uint64_t address,
                            Bytes data) {
  Event event;
  event.time_ps = time;
  event.kind = kind;
  event.function = static_cast<std::uint8_t>(function);
  event.bar = static_cast<std::uint8_t>(bar);
  event.address = address;
  return {event, std::move(data)};
}

/// Any event the format holds, with times that do not decrease.
inline std::vector<OwnedEvent> random_events(unsigned seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<OwnedEvent> events;
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Event event;
    if (random() % 3 != 0) time += random() >> (random() % 50 + 14);
    event.time_ps = time;
    event.kind = static_cast<EventKind>(random() % kEventKinds);
    event.function = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : 0);
    if (is_bar(event.kind)) event.bar = static_cast<std::uint8_t>(random() % 6);
    if (is_dma(event.kind)) {
      event.space = random() % 2 == 0 ? DmaSpace::Function : DmaSpace::GuestPhysical;
      event.status = static_cast<DmaStatus>(random() % 5);
    }
    if (has_address(event.kind)) event.address = random() >> (random() % 64);
    Bytes data;
    if (has_data(event.kind)) {
      data.resize(random() % 3 == 0 ? random() % 300 : 4);
      for (std::byte& byte : data) byte = static_cast<std::byte>(random());
    }
    events.emplace_back(event, std::move(data));
  }
  return events;
}

/// What a recorder writes for these events.
inline std::string record(const std::vector<OwnedEvent>& events, const Header& header = {"test 1", "faults = []\n"},
                          bool finish = true) {
  std::ostringstream file;
  std::uint64_t now = 0;
  std::string unfinished;
  {
    Recorder recorder(file, header, [&now] { return now; });
    for (const OwnedEvent& owned : events) {
      now = owned.event.time_ps;
      if (owned.event.kind == EventKind::HostView) {
        recorder.host_view(owned.event.function, static_cast<HostViewOption>(owned.event.address),
                           owned.data.at(0) != std::byte{0});
        continue;
      }
      pci::BoundaryEvent event;
      event.kind = static_cast<pci::BoundaryEventKind>(owned.event.kind);
      event.function = owned.event.function;
      event.bar = owned.event.bar;
      event.space = owned.event.space;
      event.status = owned.event.status;
      event.address = owned.event.address;
      event.data = owned.data;
      recorder.observe(event);
    }
    unfinished = file.str();
  }
  return finish ? file.str() : unfinished;
}

inline std::vector<OwnedEvent> read_all(Reader& reader) {
  std::vector<OwnedEvent> events;
  Event event;
  while (reader.next(event)) events.emplace_back(event);
  return events;
}

}  // namespace aie4::transcript::test
