// SPDX-License-Identifier: Apache-2.0
// The whole of our data against the machine-readable specification, where a checkout has that beside it.
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "models/registers/array/events.hpp"
#include "models/registers/array/streams.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace aie4::registers;
using nlohmann::json;

/// shared/spec/registers.json in a folder above the sources; null, with a message: there is none.
json specification() {
  namespace fs = std::filesystem;
  for (fs::path folder = AIE4SIM_SOURCE_DIR; folder.has_relative_path(); folder = folder.parent_path()) {
    std::ifstream file(folder / "shared/spec/registers.json");
    if (file) return json::parse(file);
  }
  WARN("skipped: no shared/spec/registers.json in a folder above the sources");
  return {};
}

const std::map<std::string, TileKind> kKinds = {{"CORE", TileKind::Compute},   {"CORE_INTERNAL", TileKind::Compute},
                                                {"MEMORY", TileKind::Compute}, {"MEM_TILE", TileKind::Memory},
                                                {"NOC", TileKind::Shim},       {"PL", TileKind::Shim},
                                                {"UC", TileKind::Shim}};

std::uint32_t number(const json& text) {
  return static_cast<std::uint32_t>(std::stoul(text.get<std::string>(), nullptr, 16));
}

Access access(const json& entry) {
  static const std::map<std::string, Access> kAccess = {{"", Access::ReadWrite},
                                                        {"ro", Access::ReadOnly},
                                                        {"wo", Access::WriteOnly},
                                                        {"w1c", Access::WriteOneToClear},
                                                        {"r/w1c", Access::WriteOneToClear},
                                                        {"w1c of mask", Access::WriteOneToClear},
                                                        {"w1s", Access::WriteOneToSet},
                                                        {"rw (a write sets the count)", Access::ReadWrite},
                                                        {"ro, read pops", Access::ReadPops},
                                                        {"ro, read has side effect", Access::ReadActs}};
  return kAccess.at(entry.value("access", ""));
}

Confidence confidence(const json& field) {
  static const std::map<std::string, Confidence> kConfidence = {{"", Confidence::Listed},
                                                                {"confirmed_by_control_code", Confidence::Confirmed},
                                                                {"executed", Confidence::Executed},
                                                                {"derived", Confidence::Derived},
                                                                {"assumed_from_AIE2PS", Confidence::AssumedFromAie2ps},
                                                                {"position_unknown", Confidence::PositionUnknown}};
  return kConfidence.at(field.value("conf", ""));
}

void replace(std::string& text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
}

bool both_halves_are_called_alike(const json& entry) {
  const json& b = entry["app_b"];
  return !b.contains("name") && !b.contains("index_delta") && !b.contains("channel_index_delta");
}

/// The name of an entry with the hardware's "_a" or "_b", which the specification drops: before a final index, else at
/// the end; `{...}` are still in it.
std::string with_half(std::string name, unsigned half) {
  const std::string letter = half == 0 ? "_a" : "_b";
  for (const std::string_view start : {"combo_event_inputs", "combo_event_control"}) {
    if (name.starts_with(start)) return name.insert(start.size(), letter);
  }
  const std::size_t open = name.rfind('{');
  if (open == std::string::npos || !name.ends_with('}')) return name + letter;
  return name.substr(0, name[open - 1] == '_' ? open - 1 : open) + letter + "_" + name.substr(open);
}

/// The name that we expect for an entry, half and printed indices.
std::string expected_name(const std::string& module, const json& entry, unsigned half,
                          const std::map<std::string, unsigned>& indices) {
  std::string name = entry["name"];
  const std::string original = name;
  const json b = entry.value("app_b", json::object());
  unsigned delta = 0;
  if (half == 1 && b.contains("name")) {
    // The specification abbreviates these: "deterministic_merge_arb4_...".
    const std::string other = b["name"];
    if (other.ends_with("...")) {
      for (const auto& [from, to] : {std::pair{"arb0", "arb4"}, std::pair{"arb1", "arb5"}}) {
        if (other.find(to) != std::string::npos) replace(name, from, to);
      }
    } else {
      name = other;
    }
  } else if (half == 1) {
    delta = b.value("index_delta", 0U) + b.value("channel_index_delta", 0U);
  }
  if (entry.contains("app_b") && both_halves_are_called_alike(entry)) {
    if (name == "dma_s2mm_current_write_count_0" || name == "dma_s2mm_fot_count_fifo_pop_0") {
      name.back() = half == 0 ? '0' : '1';  // one channel a half, as in the names around them
    } else if (name.starts_with("dma_control_mm2s_bd")) {
      replace(name, "mm2s_bd", half == 0 ? "mm2s_0_bd" : "mm2s_1_bd");  // "channel": control_mm2s_1
    } else {
      name = with_half(name, half);
    }
  }
  if (entry.contains("app") && original.starts_with("event_broadcast_block")) name = with_half(name, half);
  for (const auto& [index, value] : indices) {
    const bool renumbered = indices.size() == 1 || index == "c";
    replace(name, "{" + index + "}", std::to_string(value + (renumbered ? delta : 0)));
  }
  // Names that exist in two modules of a tile.
  static const std::map<std::string, std::string> kPrefixes = {
      {"CORE", "core_"}, {"MEMORY", "memory_"}, {"NOC", "noc_"}, {"PL", "pl_"}};
  const bool twice = original == "spare_reg" || (kKinds.at(module) == TileKind::Compute &&
                                                 (original == "ecc_failing_address" || original == "memory_control"));
  return twice && kPrefixes.contains(module) ? kPrefixes.at(module) + name : name;
}

/// Ports of a switch share one layout with us; the specification marks those that executed programs used.
bool of_ports(const Family& family) {
  return family.id.find("_config") != std::string_view::npos || family.id.ends_with("_slot");
}

void compare_fields(const json& entry, const RegisterRef& ref) {
  std::map<std::string, const Field*> ours;
  for (const Field& field : ref.family->fields) {
    if (ref.holds(field)) REQUIRE(ours.emplace(std::string(field.name), &field).second);
  }
  REQUIRE(ours.size() == entry["fields"].size());
  for (const json& field : entry["fields"]) {
    INFO(field.dump());
    const std::string name = field["name"];
    REQUIRE(ours.contains(name));
    const Field& our = *ours[name];
    if (!field["lsb"].is_null()) REQUIRE(our.lsb == field["lsb"]);
    if (!field["width"].is_null()) REQUIRE(our.width == field["width"]);
    if (of_ports(*ref.family) && confidence(field) == Confidence::Executed) {
      REQUIRE(our.confidence >= Confidence::Confirmed);
    } else {
      REQUIRE(our.confidence == confidence(field));
    }
    REQUIRE(field["lsb"].is_null() == (our.confidence == Confidence::PositionUnknown));
  }
}

void compare_register(const std::string& module, const json& entry, unsigned half, std::uint32_t offset,
                      const std::map<std::string, unsigned>& indices) {
  const auto ref = lookup(kKinds.at(module), offset);
  INFO(module << " " << entry["name"] << fmt::format(" at 0x{:X}", offset));
  REQUIRE(ref);
  REQUIRE(ref->byte == 0);
  REQUIRE(ref->offset() == offset);
  REQUIRE(ref->family->module == module);
  REQUIRE(static_cast<unsigned>(ref->half) == half);
  REQUIRE(ref->name() == expected_name(module, entry, half, indices));
  REQUIRE(ref->family->access == access(entry));
  REQUIRE(ref->family->privileged == entry.value("privileged", false));
  REQUIRE(ref->family->self_clearing == entry.value("selfclear", false));
  REQUIRE(ref->family->memory == (entry.value("kind", "") == "memory"));
  if (entry.contains("size")) REQUIRE(ref->family->size == number(entry["size"]));
  compare_fields(entry, *ref);
}

/// Calls `visit(offset relative to the first, printed indices)` for all elements of an entry.
template <class Visit>
void for_each_element(const json& entry, const Visit& visit, std::size_t depth = 0, std::uint32_t offset = 0,
                      std::map<std::string, unsigned> indices = {}) {
  const json dimensions = entry.value("array", json::array());
  if (depth == dimensions.size()) {
    visit(offset, indices);
    return;
  }
  const json& dimension = dimensions[depth];
  for (unsigned k = 0; k < dimension["count"].get<unsigned>(); ++k) {
    indices[dimension["index"]] = k + dimension.value("first", 0U);
    for_each_element(entry, visit, depth + 1, offset + k * number(dimension["stride"]), indices);
  }
}

const json& spelled_out(json& entry) {
  // "q: ll,lh,hl,hh" of the accumulators: names instead of numbers.
  if (entry["name"] == "bm{b}_{q}_{i}_part{p}") entry["name"] = "bm{b}_{q: ll,lh,hl,hh}_{i}_part{p}";
  return entry;
}

}  // namespace

TEST_CASE("Every register of the specification is in the data, and nothing else is") {
  const json specified = specification();
  if (specified.is_null()) return;
  std::map<TileKind, std::set<std::uint32_t>> seen;
  std::size_t registers = 0;
  for (const auto& [module, kind] : kKinds) {
    for (json entry : specified[module]) {
      const bool accumulator = spelled_out(entry)["name"].get<std::string>().starts_with("bm");
      for (unsigned half = 0; half < (entry.contains("app_b") ? 2U : 1U); ++half) {
        const std::uint32_t delta = half == 0 ? 0 : number(entry["app_b"]["offset_delta"]);
        for_each_element(entry, [&](std::uint32_t relative, const std::map<std::string, unsigned>& indices) {
          const std::uint32_t offset = number(entry["offset"]) + delta + relative;
          json named = entry;
          if (accumulator) {
            std::string name = entry["name"];
            replace(name, "{q: ll,lh,hl,hh}", std::array{"ll", "lh", "hl", "hh"}[indices.at("q: ll,lh,hl,hh")]);
            named["name"] = name;
          }
          compare_register(module, named, half, offset, indices);
          REQUIRE(seen[kind].insert(offset).second);
          ++registers;
        });
      }
    }
  }
  CHECK(registers > 6000);
  for (const TileKind kind : {TileKind::Shim, TileKind::Memory, TileKind::Compute}) {
    for (std::uint32_t offset = 0; offset < 0x10'0000; offset += 4) {
      const auto ref = lookup(kind, offset);
      if (!ref || ref->byte != 0 || seen[kind].contains(offset)) continue;
      INFO(ref->name());
      // A word that descriptors of the control channel do not implement, but that programs write with the others.
      CHECK(kind == TileKind::Shim);
      CHECK(ref->id<ShimRegister>() == ShimRegister::dma_control_mm2s_bd);
      CHECK(ref->indices[1] == 4);
    }
  }
}

TEST_CASE("Events are those of the specification") {
  const json specified = specification();
  if (specified.is_null()) return;
  for (const auto& [module, kind] : {std::pair{"CORE", TileKind::Compute}, std::pair{"MEM_TILE", TileKind::Memory},
                                     std::pair{"SHIM", TileKind::Shim}}) {
    const json& events = specified["_events"][module];
    std::size_t named = 0;
    for (unsigned event = 0; event < 256; ++event) {
      INFO(module << " " << event);
      const std::string expected = events.value(std::to_string(event), "");
      CHECK(event_name(kind, static_cast<std::uint8_t>(event)) == expected);
      if (expected.empty()) continue;
      ++named;
      CHECK(event_by_name(kind, expected) == event);
    }
    CHECK(named == events.size());
  }
}

TEST_CASE("Stream ports have the physical ids of the specification") {
  const json specified = specification();
  if (specified.is_null()) return;
  for (const auto& [tile, kind] : {std::pair{"compute", TileKind::Compute}, std::pair{"mem", TileKind::Memory},
                                   std::pair{"shim", TileKind::Shim}}) {
    for (const auto& [key, which, direction] :
         {std::tuple{"manager", Switch::Wide512, PortDirection::Manager},
          std::tuple{"subordinate", Switch::Wide512, PortDirection::Subordinate},
          std::tuple{"manager_32b", Switch::Narrow32, PortDirection::Manager},
          std::tuple{"subordinate_32b", Switch::Narrow32, PortDirection::Subordinate}}) {
      const json& ids = specified["_stream_ports"][tile][key];
      CHECK(ports(kind, which, direction).size() == ids.size());
      for (const StreamPort& port : ports(kind, which, direction)) {
        INFO(tile << " " << key << " " << port.name);
        CHECK(ids[std::string(port.name)] == port.physical);
      }
    }
  }
}

namespace {

/// The port that the tables of circuits call "S2M3", "NC0", "32b".
const StreamPort* port_of(TileKind kind, PortDirection direction, std::string_view label) {
  using enum PortGroup;
  const std::size_t digits = label.starts_with("32b") ? 3 : label.find_last_not_of("0123456789") + 1;
  static const std::map<std::string_view, PortGroup> kGroups = {
      {"C", AieCore},       {"S2M", Dma},        {"M2S", Dma},      {"TS2M", DmaTrace}, {"M2SC", DmaControl},
      {"S", South},         {"W", West},         {"N", North},      {"E", East},        {"NC", NorthControl},
      {"SC", SouthControl}, {"TC", TileControl}, {"32b", Switch32b}};
  const std::string_view index = label.substr(digits);
  return find_port(kind, Switch::Wide512, direction, kGroups.at(label.substr(0, digits)),
                   index.empty() ? 0 : static_cast<unsigned>(index[0] - '0'));
}

}  // namespace

TEST_CASE("Legal circuits are those of the specification") {
  const json specified = specification();
  if (specified.is_null()) return;
  for (const auto& [name, kind] : {std::pair{"AieTile", TileKind::Compute}, std::pair{"MemTile", TileKind::Memory},
                                   std::pair{"ShimTile", TileKind::Shim}}) {
    const json& table = specified["_stream_connectivity"][name];
    std::size_t expected = 0;
    for (const auto& [label, bits] : table["subordinates"].items()) {
      const StreamPort* subordinate = port_of(kind, PortDirection::Subordinate, label);
      REQUIRE(subordinate != nullptr);
      for (std::size_t i = 0; i < table["managers"].size(); ++i) {
        const StreamPort* manager = port_of(kind, PortDirection::Manager, table["managers"][i].get<std::string>());
        REQUIRE(manager != nullptr);
        const bool legal = bits.get<std::string>()[i] == '1';
        INFO(name << " " << label << " to " << manager->name);
        CHECK(legal_circuit_route(kind, manager->physical, subordinate->physical) == legal);
        expected += legal ? 1U : 0U;
      }
    }
    std::size_t ours = 0;
    for (unsigned manager = 0; manager < 32; ++manager) {
      for (unsigned subordinate = 0; subordinate < 32; ++subordinate) {
        ours += legal_circuit_route(kind, manager, subordinate) ? 1U : 0U;
      }
    }
    CHECK(ours == expected);
    std::size_t of_halves = 0;
    for (const auto& [label, bits] :
         specified["_stream_connectivity"][fmt::format("{}_DualApp", name)]["subordinates"].items()) {
      for (const char bit : bits.get<std::string>()) of_halves += bit == '1' ? 1U : 0U;
    }
    std::size_t ours_of_halves = 0;
    for (unsigned manager = 0; manager < 32; ++manager) {
      for (unsigned subordinate = 0; subordinate < 32; ++subordinate) {
        ours_of_halves += legal_circuit_route_of_half(kind, manager, subordinate) ? 1U : 0U;
      }
    }
    // Half B lacks the trace channel: one bit of each row that may reach it.
    if (kind == TileKind::Compute) CHECK(ours_of_halves == of_halves);
    if (kind == TileKind::Memory) CHECK(ours_of_halves == 2 * of_halves);
    if (kind == TileKind::Shim) CHECK(ours_of_halves < 2 * of_halves);
  }
}
