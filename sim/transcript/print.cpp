// SPDX-License-Identifier: Apache-2.0
#include "sim/transcript/print.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <ostream>

#include <nlohmann/json.hpp>

#include "sim/config/config.hpp"
#include "sim/transcript/describe.hpp"
#include "sim/transcript/names.hpp"
#include "sim/transcript/reader.hpp"

namespace aie4::transcript {
namespace {

template <typename Container, typename Value>
bool passes(const Container& wanted, const Value& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

std::string json_line(std::uint64_t number, const Event& event, const Description& description) {
  nlohmann::ordered_json json = {{"event", number},
                                 {"time_ps", event.time_ps},
                                 {"function", description.function},
                                 {"kind", to_string(event.kind)}};
  if (is_bar(event.kind)) json["bar"] = event.bar;
  if (has_address(event.kind)) json["address"] = event.address;
  if (!description.place.empty()) json["place"] = description.place;
  if (is_dma(event.kind)) {
    json["space"] = event.space == DmaSpace::GuestPhysical ? "guest-physical" : "function";
    json["status"] = to_string(event.status);
  }
  if (has_data(event.kind)) {
    json["size"] = event.data.size();
    json["data"] = to_hex(event.data);
  }
  if (!description.note.empty()) json["note"] = description.note;
  if (description.message) {
    const MailboxMessage& message = *description.message;
    nlohmann::ordered_json fields = nlohmann::ordered_json::object();
    for (const management::Field& field : message.fields()) {
      if (field.end() <= message.payload.size()) {
        fields[std::string(field.name)] = management::get(message.payload, field);
      }
    }
    json["message"] = {{"direction", message.response ? "response" : "request"},
                       {"name", message.name()},
                       {"opcode", message.header.opcode},
                       {"id", message.header.id},
                       {"fields", std::move(fields)}};
    if (!message.problem.empty()) json["message"]["problem"] = message.problem;
  }
  return json.dump();
}

std::vector<std::string> names_of(const Header& header) {
  try {
    return function_names(config::parse(header.configuration, "configuration of the transcript"));
  } catch (const config::ConfigurationError&) {
    return {};  // recorded by a program with other parameters: functions are then named by number
  }
}

}  // namespace

PrintResult print(std::istream& in, std::ostream& out, const PrintOptions& options) {
  Reader reader(in);
  const std::vector<std::string> names = names_of(reader.header());
  for (const std::string& wanted : options.functions) {
    if (!names.empty() && !passes(names, wanted)) {
      throw TranscriptError(
          fmt::format("the transcript has no function {}; it has {}", wanted, fmt::join(names, ", ")));
    }
  }
  const bool text = options.format == PrintFormat::Text;
  if (text) out << fmt::format("# recorded by {}\n", reader.header().producer);

  PrintResult result;
  Describer describer(names);
  Event event;
  while (reader.next(event)) {
    const Description description = describer.describe(event);
    const std::uint64_t number = result.events++;
    if (event.time_ps < options.from_ps || event.time_ps > options.to_ps || !passes(options.kinds, event.kind) ||
        !passes(options.functions, description.function)) {
      continue;
    }
    ++result.printed;
    out << (text ? line_text(number, event, description) : json_line(number, event, description)) << '\n';
  }
  result.complete = reader.complete();
  result.hash = to_hex(reader.hash());
  if (text) {
    out << fmt::format("# {} events, trace hash {}{}\n", result.events, result.hash,
                       result.complete ? "" : "; the recording was cut short");
  }
  return result;
}

}  // namespace aie4::transcript
