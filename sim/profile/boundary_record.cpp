// SPDX-License-Identifier: Apache-2.0
#include "sim/profile/boundary_record.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "sim/config/config.hpp"
#include "sim/config/error.hpp"
#include "sim/profile/error.hpp"
#include "sim/transcript/describe.hpp"
#include "sim/transcript/names.hpp"
#include "sim/transcript/reader.hpp"

namespace aie4::profile {
namespace {

constexpr std::uint64_t kClassCode = 0x0B;  // PCI Local Bus Specification 3.0, 6.1: base class.
constexpr std::size_t kTimeSize = 8;

/// The numbers after a prefix: "context 3 slot 5" and "completion of context 0, 2".
std::vector<std::uint32_t> numbers_after(std::string_view text, std::string_view prefix) {
  std::vector<std::uint32_t> numbers;
  if (!text.starts_with(prefix)) return numbers;
  text.remove_prefix(prefix.size());
  while (true) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return numbers;
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with(", ")) return numbers;
    text.remove_prefix(2);
  }
}

void classify(Moment& moment, const transcript::Event& event, const transcript::Description& description) {
  using transcript::EventKind;
  const std::string_view note = description.note;
  if (event.kind == EventKind::ConfigRead && event.address == kClassCode && event.data.size() == 1) {
    moment.kind = MomentKind::ClassCodeRead;
  } else if (description.message) {
    moment.kind = description.message->response ? MomentKind::Response : MomentKind::Request;
    moment.number = description.message->header.id;
    moment.text = description.message->name();
  } else if (event.kind == EventKind::BarWrite && note.ends_with(" rings")) {
    moment.kind = MomentKind::Doorbell;
    moment.contexts = numbers_after(note, "context ");
    moment.number = event.address;
  } else if (event.kind == EventKind::DmaWrite && note.find(" completion word ") != std::string_view::npos) {
    moment.kind = MomentKind::CompletionWord;
    moment.contexts = numbers_after(note, "context ");
    moment.text = note.substr(note.find("completion word "));
  } else if (event.kind == EventKind::Interrupt) {
    moment.contexts = numbers_after(note, "completion of context ");
    moment.kind = event.address == 0 ? MomentKind::MailboxInterrupt : MomentKind::CompletionInterrupt;
    moment.number = event.address;
  }
}

std::vector<std::string> names_of(const transcript::Header& header) {
  try {
    return transcript::function_names(config::parse(header.configuration, "configuration of the transcript"));
  } catch (const config::ConfigurationError&) {
    return {};
  }
}

}  // namespace

bool Moment::concerns(std::uint32_t context) const {
  return std::ranges::find(contexts, context) != contexts.end();
}

std::vector<Moment> read_boundary(std::istream& transcript, std::span<const std::byte> times) {
  transcript::Reader reader(transcript);
  transcript::Describer describer(names_of(reader.header()));
  std::vector<Moment> moments;
  transcript::Event event;
  while (reader.next(event)) {
    const std::size_t at = moments.size() * kTimeSize;
    if (at + kTimeSize > times.size()) {
      throw ProfileError(fmt::format("expected the computer's clock at each of more than {} recorded events, came {}",
                                     moments.size(), times.size() / kTimeSize));
    }
    std::uint64_t host = 0;
    for (std::size_t i = 0; i < kTimeSize; ++i) host |= std::to_integer<std::uint64_t>(times[at + i]) << (8 * i);
    Moment moment{.host = static_cast<Nanoseconds>(host),
                  .time_ps = event.time_ps,
                  .by_host = transcript::started_by_host(event.kind)};
    if (moment.host < (moments.empty() ? 0 : moments.back().host) || host > 1'000'000'000'000'000'000) {
      throw ProfileError(
          fmt::format("expected times that do not decrease, came {} for event {}", host, moments.size()));
    }
    const transcript::Description description = describer.describe(event);
    moment.function = description.function;
    classify(moment, event, description);
    moments.push_back(std::move(moment));
  }
  return moments;
}

}  // namespace aie4::profile
