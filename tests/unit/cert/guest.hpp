// SPDX-License-Identifier: Apache-2.0
// The guest's side of the bench: control code pages and a host queue, written the way user-mode software does.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "firmware-stub/cert/host_queue.hpp"
#include "firmware-stub/cert/opcodes.hpp"
#include "tests/unit/cert/bench.hpp"

namespace aie4::cert::bench {

using Code = std::vector<std::byte>;

// Instructions as bytes, by hand: the decoder under test has no part in them.
namespace code {
[[nodiscard]] Code bytes(std::initializer_list<unsigned> values);
[[nodiscard]] Code start_job(unsigned id, unsigned size);
[[nodiscard]] Code nop();
[[nodiscard]] Code yield();
[[nodiscard]] Code end_job();
[[nodiscard]] Code eof();
[[nodiscard]] Code add(unsigned reg, std::uint32_t value);
[[nodiscard]] Code mov(unsigned reg, std::uint32_t value);
[[nodiscard]] Code local_barrier(unsigned id, unsigned participants);
[[nodiscard]] Code remote_barrier(unsigned id, std::uint32_t party);
[[nodiscard]] Code write_32(std::uint32_t address, std::uint32_t value);
[[nodiscard]] Code mask_write_32(std::uint32_t address, std::uint32_t mask, std::uint32_t value);
[[nodiscard]] Code write_32_d(unsigned flags, std::uint32_t address, std::uint32_t value);
[[nodiscard]] Code read_32(unsigned reg, std::uint32_t address);
[[nodiscard]] Code read_32_d(unsigned address_reg, unsigned reg);
[[nodiscard]] Code poll_32(std::uint32_t address, std::uint32_t value);
[[nodiscard]] Code mask_poll_32(std::uint32_t address, std::uint32_t mask, std::uint32_t value);
[[nodiscard]] Code rel_acq_sync(std::uint32_t rel, std::uint32_t acq);
[[nodiscard]] Code uc_dma_write_des(unsigned reg, unsigned pointer);
[[nodiscard]] Code uc_dma_write_des_sync(unsigned pointer);
[[nodiscard]] Code wait_uc_dma(unsigned reg);
[[nodiscard]] Code wait_tcts(unsigned tile, unsigned actor, unsigned count);
[[nodiscard]] Code apply_offset_57(unsigned table, unsigned count, unsigned offset);
[[nodiscard]] Code launch_job(unsigned id);
[[nodiscard]] Code preempt(unsigned id, unsigned save, unsigned restore);
[[nodiscard]] Code load_pdi(std::uint32_t id, unsigned page);
[[nodiscard]] Code load_cores(std::uint32_t id, unsigned page);
[[nodiscard]] Code load_cores_cp(std::uint32_t id);
[[nodiscard]] Code load_last_pdi();
[[nodiscard]] Code save_timestamps(std::uint32_t id);
[[nodiscard]] Code save_register(std::uint32_t address, std::uint32_t id);
/// The 16 bytes of a descriptor: `words` words at `data` bytes from the descriptor to array address `to`.
[[nodiscard]] Code descriptor(unsigned words, std::uint32_t data, std::uint32_t to, bool next);
[[nodiscard]] Code words(std::initializer_list<std::uint32_t> values);
/// A job that begins with another START_*: 0x17 deferred, 0x1F conditional.
[[nodiscard]] Code job_of(unsigned start, unsigned id, const std::vector<Code>& instructions);
/// START_JOB, the instructions, END_JOB.
[[nodiscard]] Code job(unsigned id, const std::vector<Code>& instructions);
/// One page of 8192 bytes. `next_length`: in_order_page_len.
[[nodiscard]] Code page(unsigned index, const std::vector<Code>& text, unsigned next_length = 0);
/// cur_page_len of such a page.
[[nodiscard]] unsigned page_length(const std::vector<Code>& text);
/// Pages of one sequence, one list of jobs each, EOF added, linked.
[[nodiscard]] Code program(const std::vector<std::vector<Code>>& pages);
/// Pages of one sequence behind others: the first has index `first`.
[[nodiscard]] Code sequence(unsigned first, const std::vector<std::vector<Code>>& pages);
/// One page with a data section. `text` makes the jobs, given the body offset of the data.
[[nodiscard]] Code page_with_data(unsigned index, const std::function<std::vector<Code>(unsigned)>& text,
                                  const Code& data);
/// busy_poll_hint of the first page.
[[nodiscard]] Code hinted(Code program);
[[nodiscard]] Code operator+(Code first, const Code& second);
/// START_JOB 0, NOP, END_JOB, EOF: the 8192 bytes of the page of control-code notes 9.2.
[[nodiscard]] Code nop_program();
}  // namespace code

/// A queue in host memory.
class GuestQueue {
 public:
  static constexpr std::uint32_t kCompletionState = 0x1234'5601;  ///< NEW, and something above it.

  /// Maps and fills the queue at `address` and, 64 KiB above, one completion word for each packet.
  GuestQueue(Bench& bench, std::uint64_t address, QueueLayout layout = QueueLayout::Wide, std::uint32_t capacity = 32,
             std::uint64_t first_index = 0);

  /// Writes packets and write_index; rings no doorbell. Return the index of the packet.
  std::uint64_t direct(std::uint64_t code_address, bool more = false);
  std::uint64_t indirect(const std::vector<std::pair<unsigned, std::uint64_t>>& uc_and_code, bool more = false);
  std::uint64_t raw(std::span<const std::byte> packet);
  /// Writes a packet without moving write_index.
  void prepare_direct(std::uint64_t index, std::uint64_t code_address, bool more = false);
  void publish(std::uint64_t write_index);

  [[nodiscard]] std::uint64_t address() const { return address_; }
  [[nodiscard]] std::uint64_t slot(std::uint64_t index) const;
  [[nodiscard]] std::uint64_t indirect_slot(unsigned uc, std::uint64_t index) const;
  [[nodiscard]] std::uint64_t completion_address(std::uint64_t index) const;
  [[nodiscard]] std::uint32_t completion(std::uint64_t index) const;
  [[nodiscard]] std::uint64_t read_index() const;
  [[nodiscard]] std::uint64_t write_index() const { return write_index_; }
  [[nodiscard]] std::uint64_t mirror() const;

  [[nodiscard]] std::vector<std::byte> direct_packet(std::uint64_t index, std::uint64_t code_address, bool more) const;

 private:
  Bench& bench_;
  std::uint64_t address_;
  QueueLayout layout_;
  std::uint32_t capacity_;
  std::uint64_t data_address_;
  std::uint64_t write_index_;
};

}  // namespace aie4::cert::bench
