// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/control_code.hpp"

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <span>
#include <stdexcept>
#include <utility>
#include <variant>

#include "models/compute/core/core_image.hpp"
#include "sim/workload/array_registers.hpp"
#include "sim/workload/control_writer.hpp"

namespace aie4::workload {
namespace {

/// Transfers of a column that control code hands out together.
struct Batch {
  std::span<const HostTransfer> transfers;
  std::uint32_t last_step = 0;
};

/// The queue of a channel as control code knows it: a task is gone when its step is over.
class TaskQueue {
 public:
  explicit TaskQueue(const TileChannel& channel) : channel_(&channel) {}

  /// Hands out what fits. `over`: steps that are over.
  void fill(std::uint32_t over, ControlWriter& writer) {
    while (!waiting_.empty() && waiting_.front() < over) waiting_.pop_front();
    for (; next_ < channel_->tasks.size() && waiting_.size() < kQueueDepth; ++next_) {
      const Task& task = channel_->tasks[next_];
      writer.write_now(write_task(channel_->channel, task.bd, task.executions, false));
      waiting_.push_back(task.step);
    }
  }

 private:
  const TileChannel* channel_;
  std::size_t next_ = 0;
  std::deque<std::uint32_t> waiting_;  // Steps.
};

/// The transfers of one column, handed out batch by batch.
class ColumnTransfers {
 public:
  ColumnTransfers(const Plan& plan, unsigned column) : plan_(plan), column_(column) {
    std::ranges::copy_if(plan.transfers, std::back_inserter(transfers_),
                         [column](const HostTransfer& transfer) { return transfer.channel.tile.column == column; });
    for (const TileChannel& channel : plan_.channels) {
      if (channel.channel.tile.column == column) queues_.emplace_back(channel);
    }
    make_batches();
  }

  [[nodiscard]] std::size_t batches() const { return batches_.size(); }

  void fill_queues(ControlWriter& writer) {
    for (TaskQueue& queue : queues_) queue.fill(over_, writer);
  }

  /// First waits until there are descriptors for it.
  void hand_out(std::size_t number, ControlWriter& writer) {
    const Batch& batch = batches_[number];
    while (busy_bds_ > kShimBds - batch.transfers.size()) wait_for_oldest(writer);
    std::size_t last_output = batch.transfers.size();
    for (std::size_t i = 0; i < batch.transfers.size(); ++i) {
      const HostTransfer& transfer = batch.transfers[i];
      if (is_output(transfer)) last_output = i;
      writer.write_host_bd(write_bd(transfer.channel, bd(i), transfer.bd), transfer.argument);
    }
    for (std::size_t i = 0; i < batch.transfers.size(); ++i) {
      writer.write_now(write_task(batch.transfers[i].channel, bd(i), 1, i == last_output));
    }
    next_bd_ = bd(batch.transfers.size());
    busy_bds_ += batch.transfers.size();
    under_way_.push_back(&batch);
  }

  void wait_for_all(ControlWriter& writer) {
    while (!under_way_.empty()) wait_for_oldest(writer);
  }

 private:
  void make_batches() {
    const std::size_t room = plan_.overlap ? kShimBds / 2 : kShimBds;
    std::size_t first = 0;
    std::size_t end = 0;
    std::uint32_t first_step = 0;
    for (std::uint32_t step = 0; step < plan_.steps; ++step) {
      std::size_t step_end = end;
      while (step_end < transfers_.size() && transfers_[step_end].step == step) ++step_end;
      if (step_end - end > room) throw std::logic_error(fmt::format("step {} needs too many descriptors", step));
      if (step_end - first > room || step - first_step >= plan_.steps_in_batch) {
        batches_.push_back({std::span(transfers_).subspan(first, end - first), step - 1});
        first = end;
        first_step = step;
      }
      end = step_end;
    }
    batches_.push_back({std::span(transfers_).subspan(first, end - first), plan_.steps - 1});
  }

  static bool is_output(const HostTransfer& transfer) {
    return transfer.channel.direction == array::DmaDirection::S2mm;
  }
  static bool has_output(const Batch& batch) { return std::ranges::any_of(batch.transfers, is_output); }

  /// Descriptors of the half are taken in turn.
  [[nodiscard]] unsigned bd(std::size_t transfer) const {
    return static_cast<unsigned>((next_bd_ + transfer) % kShimBds);
  }

  void wait_for_oldest(ControlWriter& writer) {
    const Batch& batch = *under_way_.front();
    if (has_output(batch)) writer.wait_output(column_, 1);
    over_ = batch.last_step + 1;
    busy_bds_ -= batch.transfers.size();
    under_way_.pop_front();
    fill_queues(writer);
  }

  const Plan& plan_;
  unsigned column_;
  std::vector<HostTransfer> transfers_;
  std::vector<Batch> batches_;
  std::vector<TaskQueue> queues_;
  std::deque<const Batch*> under_way_;  // The oldest first.
  std::size_t busy_bds_ = 0;
  unsigned next_bd_ = 0;
  std::uint32_t over_ = 0;  // Steps that are.
};

/// Columns that one uC, that of the first, drives.
struct Columns {
  unsigned first = 0;
  unsigned count = 1;

  [[nodiscard]] bool contains(unsigned column) const { return column >= first && column - first < count; }
  [[nodiscard]] unsigned uc() const { return 2 * first; }
};

class UcCode {
 public:
  UcCode(const Plan& plan, Columns columns, const std::vector<std::vector<std::byte>>& images)
      : plan_(plan), columns_(columns), images_(images), writer_(columns.uc()) {
    for (unsigned i = 0; i < columns.count; ++i) transfers_.emplace_back(plan, columns.first + i);
  }

  /// `all`: the uCs of the plan.
  std::string run(std::uint32_t all) {
    set_up();
    if (all != 1U << columns_.uc()) writer_.remote_barrier(all);
    hand_out();
    return writer_.text();
  }

 private:
  [[nodiscard]] bool mine(array::TileId tile) const { return columns_.contains(tile.column); }

  void set_up() {
    for (const CoreLoad& core : plan_.cores) {
      if (!mine(core.tile)) continue;
      writer_.write(write_core_control(core.tile, false, true));
      writer_.write(write_interleaving(core.tile));
    }
    for (unsigned i = 0; i < columns_.count; ++i) {
      for (const RegisterWrite& write : write_token_route(columns_.first + i, columns_.first, columns_.count)) {
        writer_.write(write);
      }
    }
    std::map<std::pair<std::uint8_t, std::uint8_t>, std::vector<Circuit>> circuits;  // By column and row.
    for (const Circuit& circuit : plan_.circuits) {
      if (mine(circuit.tile)) circuits[{circuit.tile.column, circuit.tile.row}].push_back(circuit);
    }
    for (const auto& [place, through] : circuits) {
      for (const RegisterWrite& write : write_switch(through.front().tile, through)) writer_.write(write);
    }
    for (const LockValue& lock : plan_.locks) {
      if (mine(lock.tile)) writer_.write(write_lock(lock));
    }
    for (const TileChannel& channel : plan_.channels) {
      if (!mine(channel.channel.tile)) continue;
      for (std::size_t i = 0; i < channel.bds.size(); ++i) {
        writer_.write(write_bd(channel.channel, channel.first_bd + static_cast<unsigned>(i), channel.bds[i]));
      }
    }
    for (const CoreLoad& core : plan_.cores) {
      if (mine(core.tile)) writer_.write(write_program(core.tile, images_[core.program]));
    }
    for (const CoreLoad& core : plan_.cores) {
      if (mine(core.tile)) writer_.write(write_core_control(core.tile, true, false));
    }
  }

  void wait_for_all() {
    for (ColumnTransfers& column : transfers_) column.wait_for_all(writer_);
  }

  void hand_out() {
    std::size_t batches = 0;
    for (ColumnTransfers& column : transfers_) {
      column.fill_queues(writer_);
      batches = std::max(batches, column.batches());
    }
    for (std::size_t batch = 0; batch < batches; ++batch) {
      if (!plan_.overlap) wait_for_all();
      for (ColumnTransfers& column : transfers_) {
        if (batch < column.batches()) column.hand_out(batch, writer_);
      }
    }
    wait_for_all();
  }

  const Plan& plan_;
  Columns columns_;
  const std::vector<std::vector<std::byte>>& images_;
  ControlWriter writer_;
  std::deque<ColumnTransfers> transfers_;  // Whose parts point at each other.
};

std::vector<std::byte> image_of(const compute::CoreProgram& program) {
  std::variant<std::vector<std::byte>, compute::CoreProgramError> image = compute::encode_core_image(program);
  if (const auto* error = std::get_if<compute::CoreProgramError>(&image)) {
    throw std::logic_error(
        fmt::format("core program {}: expected {}, came {}", program.name, error->expected, error->came));
  }
  return std::get<std::vector<std::byte>>(std::move(image));
}

}  // namespace

std::string control_code(const Plan& plan) {
  std::vector<std::vector<std::byte>> images;
  for (const compute::CoreProgram& program : plan.programs) images.push_back(image_of(program));
  std::string text = fmt::format(".target aie4\n.partition {}column\n", plan.columns);
  std::vector<Columns> ucs;
  if (plan.one_controller) {
    ucs.push_back({0, plan.columns});
  } else {
    for (unsigned column = 0; column < plan.columns; ++column) ucs.push_back({column, 1});
  }
  std::uint32_t all = 0;
  for (const Columns& columns : ucs) all |= 1U << columns.uc();
  for (const Columns& columns : ucs) text += UcCode(plan, columns, images).run(all);
  return text;
}

}  // namespace aie4::workload
