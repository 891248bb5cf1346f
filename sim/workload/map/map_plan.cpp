// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/map/map_plan.hpp"

#include <algorithm>
#include <array>

#include "sim/workload/narrow.hpp"
#include "sim/workload/tile_locks.hpp"

namespace aie4::workload {
namespace {

using array::BufferDescriptor;
using array::DmaDirection;
using enum registers::PortGroup;

constexpr std::uint32_t kSlots = 2;  // Of each core's tiles in memory tiles.

// Channels of memory tiles by input: what fills them, and what sends to the rows. MM2S i reaches North i or i - 1.
constexpr std::array<std::uint8_t, 2> kFill = {2, 3};
constexpr std::array<std::array<std::uint8_t, kMapRows>, 2> kSend = {{{0, 1, 2, 3}, {5, 6, 7, 8}}};
constexpr std::uint8_t kDrain = 4;
constexpr std::array<std::uint8_t, kMapRows> kCollect = {0, 1, 4, 5};

/// Locks of a compute tile.
enum CoreLock : std::uint8_t { kFull0, kEmpty0, kFull1, kEmpty1, kOutFull, kOutEmpty };

class MapPlanner {
 public:
  MapPlanner(const MapProblem& problem, const MapTiling& tiling) : p_(problem), t_(tiling) {}

  Plan run() {
    plan_.name = p_.name;
    plan_.columns = static_cast<std::uint8_t>(t_.columns);
    plan_.steps = t_.steps;
    plan_.steps_in_batch = 2;
    const std::uint64_t rows = result_rows(p_, t_);
    for (const MapInput& input : p_.inputs) {
      plan_.arguments.push_back({input.name, input.rows(rows) * input.row_words * 4, false});
    }
    if (p_.constant_words != 0) plan_.arguments.push_back({"constants", std::uint64_t{p_.constant_words} * 4, false});
    plan_.arguments.push_back({"y", rows * p_.output_row_words * 4, true});
    plan_program();
    for (unsigned column = 0; column < t_.columns; ++column) plan_column(column);
    std::ranges::stable_sort(plan_.transfers, {}, &HostTransfer::step);
    return std::move(plan_);
  }

 private:
  struct Place {
    std::uint32_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t step = 0;
  };

  Place core_place(std::uint64_t bytes, unsigned count) {
    const Place place{core_next_, narrow(bytes), narrow(aligned_core_bytes(bytes))};
    core_next_ += count * place.step;
    return place;
  }

  void plan_program() {
    for (const MapInput& input : p_.inputs) {
      inputs_.push_back(core_place(input.rows(t_.tile_rows) * input.row_words * 4, t_.buffers));
    }
    output_ = core_place(std::uint64_t{t_.tile_rows} * p_.output_row_words * 4, t_.buffers);
    constants_ = core_place(std::uint64_t{p_.constant_words} * 4, 1);
    CoreBuilder core(p_.name);
    MapRings rings;
    const std::array<const char*, 2> names = {"x", "x2"};
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      rings.inputs.push_back(core.ring(names.at(i), inputs_[i].offset, inputs_[i].bytes, inputs_[i].step, t_.buffers));
    }
    rings.output = core.ring("y", output_.offset, output_.bytes, output_.step, t_.buffers);
    if (p_.constant_words != 0) {
      rings.constants = core.ring("constants", constants_.offset, constants_.bytes, constants_.step, 1);
      core.acquire(kFull1);
    }
    core.loop(t_.steps);
    for (std::size_t i = 0; i < inputs_.size(); ++i) core.acquire(full(i));
    core.acquire(kOutEmpty);
    p_.kernel(core, rings, t_.tile_rows);
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      core.release(empty(i));
      core.next(rings.inputs[i]);
    }
    core.release(kOutFull);
    core.next(rings.output);
    core.end();
    plan_.programs.push_back(core.done());
  }

  static std::uint8_t full(std::size_t input) { return input == 0 ? kFull0 : kFull1; }
  static std::uint8_t empty(std::size_t input) { return input == 0 ? kEmpty0 : kEmpty1; }

  std::uint8_t lock(unsigned column, std::uint32_t value) {
    plan_.locks.push_back({memory_tile(column), next_lock_, static_cast<std::uint8_t>(value)});
    return next_lock_++;
  }
  std::uint32_t allocate(std::uint64_t words) {
    const std::uint32_t place = next_word_;
    next_word_ += narrow(words);
    return place;
  }
  void circuit(array::TileId tile, Port from, Port to) { plan_.circuits.push_back({tile, from, to}); }

  void plan_column(unsigned column) {
    next_lock_ = kZeroLock;
    next_word_ = 0;
    static_cast<void>(lock(column, 0));
    for (std::size_t i = 0; i < p_.inputs.size(); ++i) plan_input(column, i);
    if (p_.constant_words != 0) plan_constants(column);
    plan_output(column);
    for (unsigned row = 0; row < t_.rows; ++row) plan_core(column, row);
  }

  /// From the memory tile's North `lane` up to a row.
  void up(unsigned column, unsigned row, std::uint8_t lane, std::uint8_t channel) {
    for (unsigned below = 0; below < row; ++below) circuit(compute_tile(column, below), {South, lane}, {North, lane});
    circuit(compute_tile(column, row), {South, lane}, {Dma, channel});
  }

  TileChannel memory_channel(unsigned column, DmaDirection direction, std::uint8_t number) const {
    return {.channel = {memory_tile(column), direction, number}, .bds = {}, .first_bd = 0, .tasks = {}};
  }

  void plan_input(unsigned column, std::size_t i) {
    const MapInput& input = p_.inputs[i];
    const auto channel_number = static_cast<std::uint8_t>(i);
    circuit(shim_tile(column), {Dma, channel_number}, {North, channel_number});
    circuit(memory_tile(column), {South, channel_number}, {Dma, kFill[i]});
    const std::uint32_t words = narrow(input.rows(t_.tile_rows) * input.row_words);
    TileChannel fill = memory_channel(column, DmaDirection::S2mm, kFill[i]);
    for (unsigned row = 0; row < t_.rows; ++row) {
      const auto lane = static_cast<std::uint8_t>(kMapRows * i + row);
      circuit(memory_tile(column), {Dma, kSend[i][row]}, {North, lane});
      up(column, row, lane, channel_number);
      BufferDescriptor bd;
      bd.base_address = kOwnMemoryWord + allocate(std::uint64_t{kSlots} * words);
      bd.buffer_length = words;
      iterate(bd, words, kSlots);
      const std::uint8_t free = lock(column, kSlots);
      const std::uint8_t filled = lock(column, 0);
      fill.bds.push_back(bd);
      acquire(fill.bds.back(), free);
      release(fill.bds.back(), filled);
      TileChannel send = memory_channel(column, DmaDirection::Mm2s, kSend[i][row]);
      send.bds.push_back(bd);
      acquire(send.bds.back(), filled);
      release(send.bds.back(), free);
      add_task(send, 0, t_.steps, t_.steps - 1);
      plan_.channels.push_back(std::move(send));
    }
    chain(fill.bds, 0);
    add_task(fill, 0, t_.steps, t_.steps - 1);
    plan_.channels.push_back(std::move(fill));
    for (std::uint32_t step = 0; step < t_.steps; ++step) {
      const std::uint64_t first = first_row(p_, t_, step, column) * input.stride;
      BufferDescriptor bd = host_descriptor(first * input.row_words, std::uint64_t{t_.rows} * words);
      if (input.window != input.stride) {
        // Tiles share rows: each one starts anew.
        bd.d0_wrap = input.row_words;
        bd.d1_wrap = narrow(input.rows(t_.tile_rows));
        bd.d1_stepsize = input.row_words;
        bd.d2_stepsize = t_.tile_rows * input.stride * input.row_words;
      }
      plan_.transfers.push_back(
          {{shim_tile(column), DmaDirection::Mm2s, channel_number}, bd, static_cast<std::uint32_t>(i), step});
    }
  }

  /// The same for all cores of the column, once, on the way of a second input.
  void plan_constants(unsigned column) {
    circuit(shim_tile(column), {Dma, 1}, {North, 1});
    circuit(memory_tile(column), {South, 1}, {Dma, kFill[1]});
    circuit(memory_tile(column), {Dma, kSend[1][0]}, {North, kMapRows});
    for (unsigned row = 0; row < t_.rows; ++row) {
      circuit(compute_tile(column, row), {South, kMapRows}, {Dma, 1});
      if (row + 1 < t_.rows) circuit(compute_tile(column, row), {South, kMapRows}, {North, kMapRows});
    }
    BufferDescriptor bd;
    bd.base_address = kOwnMemoryWord + allocate(p_.constant_words);
    bd.buffer_length = p_.constant_words;
    const std::uint8_t free = lock(column, 1);
    const std::uint8_t filled = lock(column, 0);
    TileChannel fill = memory_channel(column, DmaDirection::S2mm, kFill[1]);
    fill.bds.push_back(bd);
    acquire(fill.bds.back(), free);
    release(fill.bds.back(), filled);
    add_task(fill, 0, 1, 0);
    TileChannel send = memory_channel(column, DmaDirection::Mm2s, kSend[1][0]);
    send.bds.push_back(bd);
    acquire(send.bds.back(), filled);
    add_task(send, 0, 1, 0);
    plan_.channels.push_back(std::move(fill));
    plan_.channels.push_back(std::move(send));
    plan_.transfers.push_back({{shim_tile(column), DmaDirection::Mm2s, 1},
                               host_descriptor(0, p_.constant_words),
                               narrow(p_.inputs.size()),
                               0});
  }

  void plan_output(unsigned column) {
    circuit(memory_tile(column), {Dma, kDrain}, {South, 0});
    circuit(shim_tile(column), {North, 0}, {Dma, 0});
    const std::uint32_t words = t_.tile_rows * p_.output_row_words;
    TileChannel drain = memory_channel(column, DmaDirection::Mm2s, kDrain);
    for (unsigned row = 0; row < t_.rows; ++row) {
      const auto lane = static_cast<std::uint8_t>(row);
      circuit(compute_tile(column, row), {Dma, 0}, {South, lane});
      for (unsigned below = row; below-- > 0;) circuit(compute_tile(column, below), {North, lane}, {South, lane});
      circuit(memory_tile(column), {North, lane}, {Dma, kCollect[row]});
      BufferDescriptor bd;
      bd.base_address = kOwnMemoryWord + allocate(std::uint64_t{kSlots} * words);
      bd.buffer_length = words;
      iterate(bd, words, kSlots);
      const std::uint8_t free = lock(column, kSlots);
      const std::uint8_t filled = lock(column, 0);
      TileChannel collect = memory_channel(column, DmaDirection::S2mm, kCollect[row]);
      collect.bds.push_back(bd);
      acquire(collect.bds.back(), free);
      release(collect.bds.back(), filled);
      add_task(collect, 0, t_.steps, t_.steps - 1);
      plan_.channels.push_back(std::move(collect));
      drain.bds.push_back(bd);
      acquire(drain.bds.back(), filled);
      release(drain.bds.back(), free);
    }
    chain(drain.bds, 0);
    add_task(drain, 0, t_.steps, t_.steps - 1);
    plan_.channels.push_back(std::move(drain));
    for (std::uint32_t step = 0; step < t_.steps; ++step) {
      plan_.transfers.push_back(
          {{shim_tile(column), DmaDirection::S2mm, 0},
           host_descriptor(first_row(p_, t_, step, column) * p_.output_row_words, std::uint64_t{t_.rows} * words),
           narrow(plan_.arguments.size() - 1),
           step});
    }
  }

  void plan_core(unsigned column, unsigned row) {
    const array::TileId tile = compute_tile(column, row);
    plan_.cores.push_back({tile, 0});
    const auto value = [&](std::uint8_t number, unsigned initial) {
      plan_.locks.push_back({tile, number, static_cast<std::uint8_t>(initial)});
    };
    const auto add = [&](Channel channel, std::uint8_t bd, const Place& place, unsigned slots, std::uint8_t take,
                         std::uint8_t give, std::uint64_t executions) {
      plan_.channels.push_back(core_channel({.channel = channel,
                                             .bd = bd,
                                             .offset = place.offset,
                                             .bytes = place.bytes,
                                             .step = place.step,
                                             .slots = slots,
                                             .take = take,
                                             .give = give,
                                             .executions = executions,
                                             .last_step = t_.steps - 1}));
    };
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto number = static_cast<std::uint8_t>(i);
      add({tile, DmaDirection::S2mm, number}, number, inputs_[i], t_.buffers, empty(i), full(i), t_.steps);
      value(full(i), 0);
      value(empty(i), t_.buffers);
    }
    if (p_.constant_words != 0) {
      add({tile, DmaDirection::S2mm, 1}, 1, constants_, 1, kEmpty1, kFull1, 1);
      value(kFull1, 0);
      value(kEmpty1, 1);
    }
    add({tile, DmaDirection::Mm2s, 0}, 2, output_, t_.buffers, kOutFull, kOutEmpty, t_.steps);
    value(kOutFull, 0);
    value(kOutEmpty, t_.buffers);
  }

  const MapProblem& p_;
  const MapTiling& t_;
  Plan plan_;
  std::vector<Place> inputs_;
  Place output_;
  Place constants_;
  std::uint32_t core_next_ = 0;
  std::uint8_t next_lock_ = kZeroLock;
  std::uint32_t next_word_ = 0;
};

}  // namespace

Plan plan_map(const MapProblem& problem, const MapTiling& tiling) {
  return MapPlanner(problem, tiling).run();
}

}  // namespace aie4::workload
