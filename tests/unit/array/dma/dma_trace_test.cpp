// SPDX-License-Identifier: Apache-2.0
// What a DMA channel shows of itself: slices on a timeline, statistics.
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/array/dma/dma_rig.hpp"

namespace aie4::array {
namespace {

class FakeProbe : public Probe {
 public:
  struct Slice {
    std::string track;
    std::string name;
    sc_core::sc_time begin;
    sc_core::sc_time end;
    std::uint64_t flow = 0;
  };

  TrackId track(std::string_view path) override {
    tracks.emplace_back(path);
    return static_cast<TrackId>(tracks.size() - 1);
  }
  void slice(TrackId track, sc_core::sc_time begin, sc_core::sc_time end, std::string_view name,
             std::uint64_t flow) override {
    slices.push_back({tracks.at(track), std::string(name), begin, end, flow});
  }
  void instant(TrackId /*track*/, sc_core::sc_time /*at*/, std::string_view /*name*/, std::uint64_t /*flow*/) override {
  }
  void counter(TrackId /*track*/, sc_core::sc_time /*at*/, std::int64_t /*value*/) override {}

  [[nodiscard]] std::vector<Slice> on(std::string_view track) const {
    std::vector<Slice> result;
    for (const Slice& entry : slices) {
      if (entry.track == track) result.push_back(entry);
    }
    return result;
  }

  std::vector<std::string> tracks;
  std::vector<Slice> slices;
};

const ResourceUse& use_of(const DmaRig& rig, std::string_view name) {
  for (const ResourceUse& row : rig.resources.rows()) {
    if (row.name == name) return row;
  }
  FAIL("no resource " << name);
  throw std::logic_error("unreachable");
}

sc_core::sc_time stalled(const ResourceUse& use, WaitReason reason) {
  return use.stalled.at(static_cast<std::size_t>(reason));
}

TEST_CASE("BDs are slices with their waits inside, tied together by the flow that the burst carries") {
  FakeProbe probe;
  DmaRig rig(kComputeTile, &probe);
  const unsigned out = rig.mm2s();
  const unsigned in = rig.s2mm(1);
  BufferDescriptor bd{.base_address = 0, .buffer_length = 16};
  bd.lock_acq_enable = true;
  bd.lock_acq_id = 3;
  bd.lock_acq_value = -1;
  rig.write_bd(out, 4, bd);
  rig.write_bd(in, 5, {.base_address = 0x100, .buffer_length = 16});
  rig.push(in, 5);
  rig.push(out, 4);
  DmaRig::run_to(50);
  rig.locks.set(3, 1);
  DmaRig::run_to(70);
  const FakeOutput::Sent sent = rig.outputs[out]->sent.at(0);
  CHECK(sent.flow != 0);
  rig.deliver(in, sent.words, ns(80), true, sent.flow);
  run(ns(50));

  const auto mm2s = probe.on("column 0/compute tile 2/DMA/MM2S_0");
  REQUIRE(mm2s.size() == 2);
  CHECK(mm2s[0].name == "lock 3");
  CHECK(mm2s[0].begin == ns(6));
  CHECK(mm2s[0].end == ns(51));
  CHECK(mm2s[1].name == "BD 4: 64 B");
  CHECK(mm2s[1].begin == ns(0));
  CHECK(mm2s[1].end == ns(51 + 5 + 1));
  CHECK(mm2s[1].flow == sent.flow);

  const auto s2mm = probe.on("column 0/compute tile 2/DMA/S2MM_1");
  REQUIRE(s2mm.size() == 2);
  CHECK(s2mm[0].name == "stream starvation");
  CHECK(s2mm[0].begin == ns(6));
  CHECK(s2mm[0].end == ns(80));
  CHECK(s2mm[1].name == "BD 5: 64 B");
  CHECK(s2mm[1].end == ns(80 + 1 + 5));
  CHECK(s2mm[1].flow == sent.flow);
}

TEST_CASE("flows of different BDs, channels and tiles differ") {
  FakeProbe probe;
  DmaRig rig(kMemoryTile, &probe);
  for (const unsigned number : {0U, 9U}) {
    rig.write_bd(rig.mm2s(number), 0, {.base_address = DmaRig::kOwnWord, .buffer_length = 1});
    rig.push(rig.mm2s(number), 0, 1);
  }
  run(ns(50));
  std::vector<std::uint64_t> flows;
  for (const unsigned number : {0U, 9U}) {
    for (const auto& sent : rig.outputs[rig.mm2s(number)]->sent) flows.push_back(sent.flow);
  }
  std::ranges::sort(flows);
  CHECK(flows.size() == 4);
  CHECK(std::ranges::adjacent_find(flows) == flows.end());
}

TEST_CASE("a channel counts its bytes, its BDs, its busy time and its stalls by reason") {
  DmaRig rig(kComputeTile);
  const unsigned channel = rig.s2mm();
  rig.memory.cycles_per_beat = 3;
  BufferDescriptor bd{.base_address = 0, .buffer_length = 32};
  bd.lock_acq_enable = true;
  bd.lock_acq_id = 1;
  bd.lock_acq_value = 1;
  rig.write_bd(channel, 0, bd);
  rig.push(channel, 0);
  DmaRig::run_to(30);
  rig.locks.set(1, 1);
  DmaRig::run_to(40);
  rig.deliver(channel, count_up(32), ns(41));
  run(ns(50));
  const ResourceUse& use = use_of(rig, "column 0/compute tile 2/DMA/S2MM_0");
  CHECK(use.bytes == 128);
  CHECK(use.operations == 1);
  CHECK(use.busy == ns(6));
  CHECK(stalled(use, WaitReason::Lock) == ns(31 - 6));
  CHECK(stalled(use, WaitReason::Stream) == ns(41 - 31));
  CHECK(stalled(use, WaitReason::Memory) == ns(4));
}

}  // namespace
}  // namespace aie4::array
