// SPDX-License-Identifier: Apache-2.0
// Plans of matrix products, carried out word by word: every core sees the right words of A and B in the layout of its
// kernel, and every word of C comes from the core and the pass that it belongs to.
#include "sim/workload/gemm/gemm_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <random>
#include <set>

#include "models/compute/kernels/element_type.hpp"
#include "models/registers/array/streams.hpp"
#include "sim/workload/control_code.hpp"
#include "sim/workload/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/workload/plan_walk.hpp"

namespace {

using namespace aie4::workload;
using aie4::compute::ElementType;
using test::host_word;
using test::PlanWalk;
using test::Word;

GemmTarget target(unsigned columns) {
  GemmTarget t;
  t.columns = columns;
  t.call_cycles = [](std::uint32_t m, std::uint32_t k, std::uint32_t n, bool, bool) {
    return std::uint64_t{m} * k * n / 4096 + 20;
  };
  return t;
}

unsigned bits(ElementType type) {
  return aie4::compute::bits_of(type);
}

/// What a core finds in its memory, and what it makes of it.
class GemmWatcher {
 public:
  GemmWatcher(const GemmProblem& problem, const GemmTiling& tiling, const Plan& plan)
      : p_(problem), t_(tiling), plan_(plan), layout_(gemm_layout(problem, tiling)) {}

  void call(aie4::array::TileId tile, const std::vector<std::uint32_t>& rounds, std::vector<Word>& memory,
            const std::vector<aie4::compute::CoreBuffer>& operands) {
    const std::uint32_t pass = rounds.at(0);
    const std::uint32_t call = rounds.at(1);
    const GemmTiling::Pass at = t_.pass(pass);
    const std::uint64_t row = first_row(p_, t_, at.row, tile.row - 2U);
    const std::uint64_t column = first_column(p_, t_, at.column, tile.column);
    const std::uint64_t k0 = std::uint64_t{call} * t_.k;
    expect_rows(memory, operands[0].address / 4, row, t_.m, k0, gemm_argument::a, p_.a, layout_.a_row_words);
    if (p_.b_rows) {
      expect_b_rows(memory, operands[1].address / 4, k0, column);
    } else {
      expect_rows(memory, operands[1].address / 4, column, t_.n, k0, gemm_argument::b, p_.b, layout_.b_row_words);
    }
    if (call + 1 < t_.calls) return;
    const std::uint64_t width = t_.n * bits(p_.c) / 32;
    for (std::uint64_t i = 0; i < t_.m; ++i) {
      for (std::uint64_t j = 0; j < width; ++j) {
        memory[operands[2].address / 4 + i * width + j] =
            host_word(gemm_argument::c, (row + i) * layout_.c_row_words + column * bits(p_.c) / 32 + j);
      }
    }
  }

  std::uint64_t wrong = 0;

 private:
  /// Blocks of all rows by block_k elements of K.
  void expect_rows(const std::vector<Word>& memory, std::uint64_t at, std::uint64_t row, std::uint32_t rows,
                   std::uint64_t k0, std::uint32_t argument, ElementType type, std::uint64_t row_words) {
    const std::uint64_t width = t_.block_k * bits(type) / 32;
    const std::uint64_t valid = (p_.k * bits(type) + 31) / 32;
    for (std::uint64_t block = 0; block < t_.k / t_.block_k; ++block) {
      for (std::uint64_t i = 0; i < rows; ++i) {
        for (std::uint64_t word = 0; word < width; ++word, ++at) {
          const std::uint64_t k_word = k0 * bits(type) / 32 + block * width + word;
          const Word expected = k_word < valid ? host_word(argument, (row + i) * row_words + k_word) : 0;
          if (memory.at(at) != expected) ++wrong;
        }
      }
    }
  }

  /// Blocks of block_k rows by all columns: plain rows.
  void expect_b_rows(const std::vector<Word>& memory, std::uint64_t at, std::uint64_t k0, std::uint64_t column) {
    const std::uint64_t width = t_.n * bits(p_.b) / 32;
    for (std::uint64_t k = k0; k < k0 + t_.k; ++k) {
      for (std::uint64_t word = 0; word < width; ++word, ++at) {
        const Word expected =
            k < p_.k ? host_word(gemm_argument::b, k * layout_.b_row_words + column * bits(p_.b) / 32 + word) : 0;
        if (memory.at(at) != expected) ++wrong;
      }
    }
  }

  const GemmProblem& p_;
  const GemmTiling& t_;
  const Plan& plan_;
  GemmLayout layout_;
};

/// Nothing is outside of what descriptors, queues, memories and locks can hold.
void check_limits(const Plan& plan) {
  std::map<std::pair<unsigned, unsigned>, unsigned> per_step;
  for (const TileChannel& channel : plan.channels) {
    CHECK(channel.bds.size() + channel.first_bd <= 16);
    for (const Task& task : channel.tasks) CHECK((task.executions >= 1 && task.executions <= 4096));
    for (const auto& bd : channel.bds) {
      CHECK(bd.buffer_length > 0);
      const auto kind = channel.channel.tile.row == 1 ? aie4::array::BdKind::Memory : aie4::array::BdKind::Compute;
      const auto words = aie4::array::encode_bd(kind, bd);
      CHECK(aie4::array::decode_bd(kind, words) == bd);
      CHECK(aie4::array::padding_error(bd) == nullptr);
    }
  }
  for (const HostTransfer& transfer : plan.transfers) {
    const auto words = aie4::array::encode_bd(aie4::array::BdKind::Shim, transfer.bd);
    CHECK(aie4::array::decode_bd(aie4::array::BdKind::Shim, words) == transfer.bd);
    CHECK(++per_step[{transfer.channel.tile.column, transfer.step}] <= 8);
  }
  std::set<std::tuple<unsigned, unsigned, unsigned, unsigned>> managers;
  for (const Circuit& circuit : plan.circuits) {
    // An output has one input.
    CHECK(
        managers
            .insert({circuit.tile.column, circuit.tile.row, static_cast<unsigned>(circuit.to.group), circuit.to.index})
            .second);
  }
  for (const LockValue& lock : plan.locks) CHECK((lock.lock < (lock.tile.row == 1 ? 64 : 16) && lock.value <= 63));
}

void check_plan(const GemmProblem& p, const GemmTiling& t) {
  const Plan plan = plan_gemm(p, t);
  INFO(fmt::format(
      "{} x {} x {}, types {} {} {}, B as {}, {} rows {} columns, tile {} {} {}, passes {} x {}, group {} {}, "
      "replays {} {}",
      p.m, p.k, p.n, to_string(p.a), to_string(p.b), to_string(p.c), p.b_rows ? "kn" : "nk", t.rows, t.columns, t.m,
      t.k, t.n, t.m_passes, t.n_passes, t.group, t.a_stays ? "a" : "b", t.a.replays, t.b.replays));
  check_limits(plan);
  GemmWatcher watcher(p, t, plan);
  PlanWalk walk(plan, [&watcher](auto tile, const auto& rounds, auto& memory, const auto& operands) {
    watcher.call(tile, rounds, memory, operands);
  });
  CHECK(walk.run() == "");
  CHECK(watcher.wrong == 0);
  // C: each word of a row that exists was written, with what belongs there.
  const GemmLayout layout = gemm_layout(p, t);
  std::uint64_t missing = 0;
  for (std::uint64_t word = 0; word < layout.c_row_words * p.m; ++word) {
    if (walk.content(gemm_argument::c)[word] != host_word(gemm_argument::c, word)) ++missing;
  }
  CHECK(missing == 0);
  // A and B: all or nothing of them is read, and as often as the tiling says where blocks do not overlap.
  for (const std::uint32_t argument : {gemm_argument::a, gemm_argument::b}) {
    const auto& visits = walk.visits(argument);
    const std::uint64_t rows = argument == gemm_argument::a ? p.m : p.b_rows ? p.k : layout.n_padded;
    const std::uint64_t words = rows * (argument == gemm_argument::a ? layout.a_row_words : layout.b_row_words);
    CHECK(std::all_of(visits.begin(), visits.begin() + static_cast<std::ptrdiff_t>(words),
                      [](std::uint32_t count) { return count > 0; }));
  }
  if (p.m == std::uint64_t{t.m_passes} * t.rows * t.m) {
    const std::uint32_t loads = t.n_passes / (t.a_stays ? t.a.replays : t.a.replays == 1 ? 1 : t.a.replays);
    CHECK(std::ranges::all_of(walk.visits(gemm_argument::a), [loads](std::uint32_t count) { return count == loads; }));
  }
  // The text for the assembler exists.
  CHECK(control_code(plan).find("WAIT_TCTS") != std::string::npos);
}

}  // namespace

TEST_CASE("A plan brings every word of A and B to the cores that need it, and C back") {
  std::mt19937 random(4);
  const auto below = [&random](std::uint64_t limit) { return 1 + random() % limit; };
  using enum ElementType;
  const std::vector<std::array<ElementType, 3>> types = {{i8, i8, i8},      {i8, i8, i32},      {i8, i4, i8},
                                                         {i16, i16, i16},   {bf16, bf16, bf16}, {bf16, bf16, fp32},
                                                         {fp32, fp32, fp32}};
  for (int round = 0; round < 120; ++round) {
    const auto& [a, b, c] = types[random() % types.size()];
    GemmProblem p{.m = below(300), .k = below(700), .n = below(300), .a = a, .b = b, .c = c};
    p.b_rows = random() % 2 == 0;
    GemmTarget where = target(static_cast<unsigned>(below(3)));
    where.double_buffer = random() % 4 != 0;
    // Small tiles, so that there are several passes, replays and tails.
    GemmWishes wishes;
    if (random() % 2 == 0) wishes.m = static_cast<std::uint32_t>(16 * below(2));
    GemmTiling t;
    try {
      t = tile_gemm(p, where, wishes);
    } catch (const WorkloadError&) {
      t = tile_gemm(p, where, {});
    }
    check_plan(p, t);
  }
}

TEST_CASE("Plans for wider arrays, of which only some columns load A, keep within smaller memory tiles") {
  for (const unsigned columns : {4U, 8U}) {
    GemmTarget where = target(columns);
    where.memory_tile_bytes = 512U << 10;
    where.beat_bytes = 4;
    for (const Stay stay : {Stay::Any, Stay::A, Stay::B, Stay::Nothing}) {
      const GemmProblem p{.m = 4 * 16 * 2, .k = 1000, .n = columns * std::uint64_t{16} * 2};
      const GemmTiling t = tile_gemm(p, where, {.m = 16, .n = 16, .stay = stay});
      CHECK(t.columns == columns);
      if (stay == Stay::A) CHECK((t.a_stays && t.a.replays == 2));
      if (stay == Stay::B) CHECK((!t.a_stays && t.b.replays == 2));
      if (stay == Stay::Nothing) CHECK((t.a.replays == 1 && t.b.replays == 1));
      CHECK((t.a.memory_words() + t.b.memory_words()) * 4 <= where.memory_tile_bytes);
      check_plan(p, t);
    }
  }
}

TEST_CASE("Cores have as many buffers of C as were asked for") {
  const GemmProblem p{.m = 256, .k = 256, .n = 192};
  for (const std::uint32_t outputs : {1U, 2U}) {
    const GemmTiling t = tile_gemm(p, target(3), {.m = 16, .n = 16, .outputs = outputs});
    CHECK(t.core_outputs == outputs);
    CHECK(t.core_buffers == 2);
    check_plan(p, t);
  }
}

TEST_CASE("One controller hands out the transfers of all columns and waits for all their tokens") {
  const GemmProblem p{.m = 256, .k = 256, .n = 256};
  Plan plan = plan_gemm(p, tile_gemm(p, target(4), {.m = 32, .n = 32}));
  const auto count = [](const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  const std::string each = control_code(plan);
  CHECK(count(each, ".attach_to_group") == 4);
  CHECK(count(each, "REMOTE_BARRIER") == 4);
  plan.one_controller = true;
  const std::string one = control_code(plan);
  CHECK(count(one, ".attach_to_group") == 1);
  CHECK(count(one, "REMOTE_BARRIER") == 0);
  CHECK(count(one, "APPLY_OFFSET_57") == plan.transfers.size());
  for (unsigned column = 0; column < 4; ++column) {
    const std::string wait = fmt::format("WAIT_TCTS TILE_{}_0", column);
    CHECK(count(one, wait) == count(each, wait));
  }
}

TEST_CASE("Panels that stay in memory tiles are replayed in both orders") {
  for (const bool b_rows : {false, true}) {
    for (const std::uint32_t k : {512U, 520U, 509U}) {
      const GemmProblem p{.m = 4 * 16 * 4, .k = k, .n = 3 * 16 * 4, .b_rows = b_rows};
      for (const std::uint32_t group : {1U, 2U, 4U}) {
        const GemmTiling t = tile_gemm(p, target(3), {.m = 16, .k = 0, .n = 16, .group = group});
        check_plan(p, t);
      }
    }
  }
}

TEST_CASE("A matrix product that cannot be tiled says what can") {
  CHECK_THROWS_AS(tile_gemm({.m = 0, .k = 1, .n = 1}, target(3), {}), WorkloadError);
  try {
    static_cast<void>(tile_gemm({.m = 64, .k = 64, .n = 64}, target(3), {.m = 64, .k = 50, .n = 64}));
    FAIL("K = 50 is no multiple of what the matrix unit takes");
  } catch (const WorkloadError& error) {
    const std::string message = error.what();
    CHECK(message.find("64,50,64 that was asked for") != std::string::npos);
    CHECK(message.find("fits") != std::string::npos);
  }
}
