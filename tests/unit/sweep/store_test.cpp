// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/store.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/support/catch.hpp"
#include "tests/unit/sweep/folder.hpp"

namespace aie4::sweep {
namespace {

using test::Folder;

const Provenance kProvenance = {"1.2.3", "abcd", "text <&>", {{"in.bin", "12"}, {"w.elf", "34"}}};

Spec spec() {
  Spec result;
  result.name = "a sweep";
  result.factors = {{Factor::Kind::Parameter, "noc.latency_ns", {value_of(std::int64_t{1}), value_of(std::int64_t{2})}},
                    {Factor::Kind::Variable, "type", {value_of("i8"), value_of("12x")}}};
  result.presets = {{"fast", {}, {}}};
  result.workloads = {{"w", {"run", "{type}"}, {"2", "3"}, "i8"}};
  return result;
}

Outcome outcome() {
  Outcome result;
  result.time_ps = 11;
  result.window_ps = 12;
  result.operations = 13;
  result.energy_pj = 15;
  result.bin_ps = 14;
  result.series = {{"NoC and DDR", {1, 2, 3}}};
  result.resources = {{"NoC and DDR", 5, 6, 7, {{"lock", 8}}}};
  result.breakdown_ps = {{"compute", 9}, {"DMA", 2}};
  result.parameters = {{"noc.latency_ns", 1}};
  result.unmodelled = {"thing"};
  return result;
}

TEST_CASE("What was put into a file comes out of it") {
  const Folder folder;
  const std::vector<Point> points = points_of(spec(), "s");
  {
    SweepWriter writer(folder.file(), spec(), points, kProvenance);
    CHECK(writer.open_points() == std::vector<std::size_t>{0, 1, 2, 3});
    writer.put(2, outcome());
    Outcome failed;
    failed.error = "no luck";
    failed.exit_status = 3;
    writer.put(0, failed);
    CHECK(writer.open_points() == std::vector<std::size_t>{1, 3});
  }
  const StoredSweep sweep = read_sweep(folder.file());
  CHECK(sweep.name == "a sweep");
  CHECK(sweep.provenance.version == "1.2.3");
  CHECK(sweep.provenance.spec == "text <&>");
  REQUIRE(sweep.points.size() == 4);
  CHECK(sweep.points[2].values == std::vector<std::pair<std::string, Value>>{
                                      {"noc.latency_ns", value_of(std::int64_t{2})}, {"type", value_of("i8")}});
  CHECK(sweep.points[3].values[1].second == value_of("12x"));
  CHECK(sweep.points[2].words == points[2].words);
  CHECK(sweep.points[2].operations == 6);
  CHECK(!sweep.points[1].outcome);
  CHECK(sweep.points[0].outcome->error == "no luck");
  CHECK(sweep.points[0].outcome->exit_status == 3);
  const Outcome& back = *sweep.points[2].outcome;
  CHECK(back.time_ps == 11);
  CHECK(back.window_ps == 12);
  CHECK(back.operations == 13);
  CHECK(back.energy_pj == 15);
  CHECK(back.bin_ps == 14);
  CHECK(back.series[0].bytes == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(back.resources[0].stalled_ps == outcome().resources[0].stalled_ps);
  CHECK(back.breakdown_ps == outcome().breakdown_ps);
  CHECK(back.parameters == outcome().parameters);
  CHECK(back.unmodelled == outcome().unmodelled);
}

TEST_CASE("A file goes on with equal points by the same program only, and failures can be forgotten") {
  const Folder folder;
  const std::vector<Point> points = points_of(spec(), "s");
  {
    SweepWriter writer(folder.file(), spec(), points, kProvenance);
    Outcome failed;
    failed.error = "no luck";
    writer.put(0, failed);
    writer.put(1, outcome());
  }
  {
    SweepWriter writer(folder.file(), spec(), points, kProvenance);
    CHECK(writer.open_points() == std::vector<std::size_t>{2, 3});
    writer.forget_failures();
    CHECK(writer.open_points() == std::vector<std::size_t>{0, 2, 3});
    CHECK_THROWS_AS(writer.put(1, outcome()), SqliteError);
  }
}

/// What a file of `spec()` that was begun says to another sweep.
std::string refusal(const Spec& other, const Provenance& provenance) {
  const Folder folder;
  {
    const SweepWriter writer(folder.file(), spec(), points_of(spec(), "s"), kProvenance);
  }
  try {
    const SweepWriter writer(folder.file(), other, points_of(other, "s"), provenance);
  } catch (const StoreError& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("A file of another sweep, build or input says what differs and what to do") {
  CHECK(refusal(spec(), kProvenance).empty());

  Spec other = spec();
  other.factors[0].values[1] = value_of(std::int64_t{3});
  CHECK(says(refusal(other, kProvenance),
             "the spec has changed: point 2 was `aie4sim run i8 --set noc.latency_ns=2`, is `aie4sim run i8 --set "
             "noc.latency_ns=3`. --restart throws them away"));
  other = spec();
  other.factors[0].values.push_back(value_of(std::int64_t{3}));
  CHECK(says(refusal(other, kProvenance), "there were 4 points, there are 6"));
  other = spec();
  other.workloads[0].operations = {"2", "4"};
  CHECK(says(refusal(other, kProvenance), "point 0 has another name, preset, operations or dtype"));
  other = spec();
  other.presets[0].name = "slow";
  CHECK(says(refusal(other, kProvenance), "point 0 has another name, preset, operations or dtype"));

  Provenance changed = kProvenance;
  changed.build = "other";
  CHECK(says(refusal(spec(), changed), "another build of aie4sim (version 1.2.3)"));
  changed = kProvenance;
  changed.inputs[1].sha256 = "56";
  CHECK(says(refusal(spec(), changed), ": w.elf has changed. "));
  changed.inputs.erase(changed.inputs.begin());
  CHECK(says(refusal(spec(), changed), "in.bin is not there any more; w.elf has changed"));
}

TEST_CASE("Comments in the spec and inputs that were missing may come later") {
  const Folder folder;
  const std::vector<Point> points = points_of(spec(), "s");
  {
    const SweepWriter writer(folder.file(), spec(), points, kProvenance);
  }
  Provenance later = kProvenance;
  later.spec = "# a comment";
  later.inputs.push_back({"z.bin", "78"});
  {
    const SweepWriter writer(folder.file(), spec(), points, later);
  }
  CHECK(read_sweep(folder.file()).provenance.spec == "# a comment");
  later.inputs.back().sha256 = "90";
  CHECK_THROWS_AS(SweepWriter(folder.file(), spec(), points, later), StoreError);
}

TEST_CASE("A sweep that begins anew has none of the results that were there") {
  const Folder folder;
  const std::vector<Point> points = points_of(spec(), "s");
  {
    SweepWriter writer(folder.file(), spec(), points, kProvenance);
    writer.put(1, outcome());
  }
  Spec longer = spec();
  longer.factors[0].values.push_back(value_of(std::int64_t{3}));
  {
    SweepWriter writer(folder.file(), longer, points_of(longer, "s"), {"2", "other", "new", {}}, Begin::Restart);
    CHECK(writer.open_points() == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
  }
  const StoredSweep sweep = read_sweep(folder.file());
  CHECK(sweep.provenance.spec == "new");
  CHECK(sweep.points.size() == 6);
}

TEST_CASE("Two sweeps cannot write to one file at the same time") {
  const Folder folder;
  const std::vector<Point> points = points_of(spec(), "s");
  const SweepWriter writer(folder.file(), spec(), points, kProvenance);
  CHECK_THROWS_AS(SweepWriter(folder.file(), spec(), points, kProvenance), StoreError);
}

TEST_CASE("A file that is something else is refused and left as it is") {
  const Folder folder;
  const std::string text = "this is a letter of some length, and no database at all; " + std::string(200, 'x');
  std::ofstream(folder.file()) << text;
  for (const Begin begin : {Begin::GoOn, Begin::Restart}) {
    CHECK_THROWS_AS(SweepWriter(folder.file(), spec(), points_of(spec(), "s"), kProvenance, begin), StoreError);
  }
  CHECK_THROWS_AS(read_sweep(folder.file()), StoreError);
  CHECK(std::filesystem::file_size(folder.file()) == text.size());
}

}  // namespace
}  // namespace aie4::sweep
