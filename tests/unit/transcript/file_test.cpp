// SPDX-License-Identifier: Apache-2.0
// Recorder and reader: what goes in comes out, identical runs give identical bytes, and a file survives its writer.
#include <algorithm>
#include <cstdlib>
#include <new>
#include <sstream>
#include <streambuf>
#include <string>

#include "sim/transcript/reader.hpp"
#include "sim/transcript/recorder.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/transcript/events.hpp"

using namespace aie4::transcript;        // NOLINT(google-build-using-namespace)
using namespace aie4::transcript::test;  // NOLINT(google-build-using-namespace)

namespace {

/// What a recorder is given: a host view has one byte, 0 or 1.
std::vector<OwnedEvent> recordable(unsigned seed, std::size_t count) {
  auto events = random_events(seed, count);
  for (OwnedEvent& event : events) {
    if (event.event.kind != EventKind::HostView) continue;
    event.event.address &= 1;
    event.data.assign(1, static_cast<std::byte>(event.event.time_ps & 1));
  }
  return events;
}

std::string error_of(const std::string& file) {
  try {
    std::istringstream in(file);
    static_cast<void>(load(in));
  } catch (const TranscriptError& error) {
    return error.what();
  }
  return "no error";
}

/// A disk that is full after `room` bytes.
class FullDisk : public std::streambuf {
 public:
  explicit FullDisk(std::streamsize room) : room_(room) {}

 private:
  int_type overflow(int_type) override { return traits_type::eof(); }
  std::streamsize xsputn(const char*, std::streamsize size) override {
    if (size > room_) return 0;
    room_ -= size;
    return size;
  }
  std::streamsize room_;
};

}  // namespace

TEST_CASE("A file gives back its header and every event") {
  const auto events = recordable(3, 20000);
  std::istringstream in(record(events, {"aie4sim 0.1.0", "[functions]\nvfs = 1\n"}));
  Reader reader(in);
  CHECK(reader.header().producer == "aie4sim 0.1.0");
  CHECK(reader.header().configuration == "[functions]\nvfs = 1\n");
  CHECK((read_all(reader) == events));
  CHECK(reader.complete());
  CHECK(reader.events() == events.size());
}

TEST_CASE("Events with megabytes of data come out whole") {
  Bytes large(5'000'000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::byte>(i * i >> 3);
  Event event;
  event.kind = EventKind::DmaWrite;
  event.address = 0x1000;
  const std::vector<OwnedEvent> events = {{event, large}, {event, word(1)}, {event, Bytes(kMaxData)}, {event, {}}};
  std::istringstream in(record(events));
  Reader reader(in);
  CHECK((read_all(reader) == events));
  CHECK(reader.complete());
}

TEST_CASE("A loaded transcript equals the stream of the reader") {
  const auto events = recordable(4, 3000);
  std::istringstream in(record(events));
  const Transcript transcript = load(in);
  REQUIRE(transcript.events.size() == events.size());
  CHECK(std::equal(events.begin(), events.end(), transcript.events.begin(),
                   [](const OwnedEvent& a, const Event& b) { return a == OwnedEvent(b); }));
  CHECK(transcript.complete);
  std::istringstream again(record(events));
  CHECK_THROWS_AS(load(again, 1000), TranscriptError);
}

TEST_CASE("Identical runs give identical bytes, and the hash is of the events alone") {
  const auto events = recordable(5, 4000);
  CHECK(record(events) == record(events));
  std::istringstream one(record(events, {"a", "x = 1"}));
  std::istringstream two(record(events, {"b", "x = 2"}));
  CHECK(load(one).hash == load(two).hash);
  auto changed = events;
  changed.back().event.time_ps += 1;
  std::istringstream three(record(changed));
  std::istringstream four(record(events));
  CHECK(load(three).hash != load(four).hash);
}

TEST_CASE("The trace hash is the SHA-256 of the event stream") {
  std::ostringstream out;
  Recorder recorder(out, {"", ""}, [] { return std::uint64_t{0}; });
  aie4::pci::BoundaryEvent event;
  event.kind = aie4::pci::BoundaryEventKind::Disconnect;
  recorder.observe(event);
  const Footer footer = recorder.finish();
  CHECK(footer.events == 1);
  // printf '\x36' | sha256sum: kind 6, same time, same function.
  CHECK(to_hex(footer.hash) == "e7f6c011776e8db7cd330b54174fd76f7d0216b612387a5ffcfb81e6f0919683");
}

TEST_CASE("A file whose writer was killed is readable up to the last flush") {
  const auto events = recordable(6, 1000);
  const std::string unfinished = record(events, {"test 1", ""}, false);
  std::istringstream in(unfinished);
  Reader reader(in);
  const auto read = read_all(reader);
  CHECK_FALSE(reader.complete());
  CHECK(read.size() >= events.size() - Recorder::kFlushInterval);
  CHECK(read.size() < events.size());
  CHECK(std::equal(read.begin(), read.end(), events.begin()));
}

TEST_CASE("A disconnect is flushed at once") {
  Event event;
  event.kind = EventKind::Disconnect;
  auto events = std::vector<OwnedEvent>{bar_event(EventKind::BarRead, 1, 0, 0, 0x10, word(0)), {event, {}}};
  events[1].event.time_ps = 2;
  std::istringstream in(record(events, {"", ""}, false));
  Reader reader(in);
  CHECK((read_all(reader) == events));
}

TEST_CASE("Cut anywhere, a file gives a prefix of its events") {
  const auto events = recordable(7, 300);
  const std::string file = record(events);
  const std::size_t header = kPrefixSize + std::string("test 1faults = []\n").size();
  std::size_t previous = 0;
  for (std::size_t size = 0; size < file.size(); ++size) {
    CAPTURE(size);
    if (size < header) {
      REQUIRE_FALSE(error_of(file.substr(0, size)) == "no error");
      continue;
    }
    std::istringstream in(file.substr(0, size));
    Reader reader(in);
    const auto read = read_all(reader);
    REQUIRE_FALSE(reader.complete());
    REQUIRE(read.size() >= previous);
    REQUIRE(std::equal(read.begin(), read.end(), events.begin()));
    previous = read.size();
  }
  CHECK(previous == events.size());
}

TEST_CASE("A flipped bit is found") {
  const auto events = recordable(8, 60);
  const std::string file = record(events, {"", ""});
  std::istringstream undamaged(file);
  const Transcript original = load(undamaged);
  unsigned unnoticed = 0;
  for (std::size_t i = 0; i < file.size() * 8; ++i) {
    std::string damaged = file;
    damaged[i / 8] = static_cast<char>(static_cast<unsigned char>(damaged[i / 8]) ^ (1U << (i % 8)));
    CAPTURE(i);
    std::istringstream in(damaged);
    try {
      // The compressed frame's header has bits that mean nothing: then all is as it was.
      const Transcript transcript = load(in);
      unnoticed += transcript.complete ? 1 : 0;
      if (transcript.complete) REQUIRE(transcript.hash == original.hash);
    } catch (const TranscriptError&) {
      continue;
    }
  }
  CHECK(unnoticed <= 8);
}

TEST_CASE("What is no transcript is refused with a reason") {
  CHECK(error_of("") == "not a transcript: too short");
  CHECK(error_of(std::string(100, 'x')) == "not a transcript: the magic number is missing");
  const std::string file = record(recordable(9, 10));
  CHECK(error_of(file + "x") == "damaged transcript: something follows the footer");
}

TEST_CASE("A full disk ends the recording, not the device") {
  FullDisk disk(200);
  std::ostream out(&disk);
  std::uint64_t now = 0;
  Recorder recorder(out, {"test", ""}, [&now] { return now; });
  for (const OwnedEvent& owned : random_events(10, 2000)) {
    now = owned.event.time_ps;
    aie4::pci::BoundaryEvent event;
    event.kind = aie4::pci::BoundaryEventKind::DmaWrite;
    event.data = owned.data;
    recorder.observe(event);
  }
  CHECK(recorder.failure() == "the transcript cannot be written any further");
  CHECK_THROWS_AS(recorder.finish(), TranscriptError);
  FullDisk none(0);
  std::ostream nowhere(&none);
  CHECK_THROWS_AS(Recorder(nowhere, {"test", ""}, [] { return std::uint64_t{0}; }), TranscriptError);
}

namespace {
std::size_t allocations = 0;
}

// Counts what the program allocates, for the test below.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;  // NOLINT(cppcoreguidelines-no-malloc)
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  ++allocations;
  return std::malloc(size);  // NOLINT(cppcoreguidelines-no-malloc)
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}  // NOLINT(cppcoreguidelines-no-malloc)
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}  // NOLINT(cppcoreguidelines-no-malloc)

TEST_CASE("An event costs no allocation once the recorder is warm") {
  class Sink : public std::streambuf {
    int_type overflow(int_type c) override { return c; }
    std::streamsize xsputn(const char*, std::streamsize size) override { return size; }
  } sink;
  std::ostream out(&sink);
  std::uint64_t now = 0;
  Recorder recorder(out, {"", ""}, [&now] { return now += 1000; });
  const Bytes data(64);
  aie4::pci::BoundaryEvent event;
  event.kind = aie4::pci::BoundaryEventKind::DmaRead;
  event.data = data;
  const auto run = [&] {
    for (unsigned i = 0; i < 10'000; ++i) {
      event.address = std::uint64_t{i} * 64;
      recorder.observe(event);
    }
  };
  run();
  const std::size_t before = allocations;
  run();
  CHECK(allocations == before);
}
