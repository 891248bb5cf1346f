// SPDX-License-Identifier: Apache-2.0
// The kernel `gemm`: packs its operands and computes tile by tile.
#include <algorithm>
#include <array>
#include <cstring>

#include "models/compute/kernels/gemm.hpp"
#include "models/compute/kernels/gemm_bytes.hpp"
#include "models/compute/kernels/gemm_call.hpp"
#include "models/compute/kernels/gemm_pack.hpp"
#include "models/compute/kernels/gemm_sums.hpp"
#include "models/compute/kernels/gemm_tile.hpp"

namespace aie4::compute {
namespace {

namespace operand = gemm_operand;

struct Operands {
  std::span<const std::byte> a;
  std::span<const std::byte> b;
};

enum Slot : std::size_t { kSlotA, kSlotB, kSlotExponents, kSlotResults };

std::uint32_t panels_of(const GemmCall& gemm) {
  return (gemm.n + kTileColumns - 1) / kTileColumns;
}

/// `add(row, rows, panel, sums)` adds products to a tile's sums.
template <class Sum, class Add>
void for_each_tile(Isa isa, const GemmOutput& output, const Add& add) {
  const GemmCall& gemm = output.gemm;
  alignas(64) std::array<Sum, std::size_t{kTileRows} * kTileColumns> sums;
  for (std::uint32_t panel = 0; panel < panels_of(gemm); ++panel) {
    const std::uint32_t column = panel * kTileColumns;
    for (std::uint32_t row = 0; row < gemm.m; row += kTileRows) {
      const TilePlace place{row, std::min(kTileRows, gemm.m - row), column, std::min(kTileColumns, gemm.n - column)};
      load_sums(output, place, sums.data());
      add(row, place.rows, panel, sums.data());
      store_sums(isa, output, place, sums.data());
    }
  }
}

/// Both operands as `Element`, K rounded up to `interleave`.
template <class Element>
struct Packed {
  Packed(const GemmCall& gemm, const Operands& operands, std::uint32_t interleave, Workspace& workspace)
      : k((gemm.k + interleave - 1) / interleave * interleave),
        a(workspace.scratch<Element>(kSlotA, std::size_t{gemm.m} * k)),
        b(workspace.scratch<Element>(kSlotB, std::size_t{panels_of(gemm)} * kTileColumns * k)) {
    pack_a(gemm, operands.a, k, a);
    pack_b(gemm, operands.b, k, interleave, b);
  }
  [[nodiscard]] TileInput<Element> tile(std::uint32_t row, std::uint32_t panel) const {
    return {a + std::size_t{row} * k, k, b + std::size_t{panel} * kTileColumns * k, k};
  }

  std::uint32_t k;
  Element* a;
  Element* b;
};

template <class Element, class Sum>
void run_plain(const GemmOutput& output, const Operands& operands, Workspace& workspace) {
  const Packed<Element> packed(output.gemm, operands, 1, workspace);
  const Isa isa = workspace.isa();
  for_each_tile<Sum>(isa, output, [&](std::uint32_t row, std::uint32_t rows, std::uint32_t panel, Sum* sums) {
    add_tile(isa, packed.tile(row, panel), rows, sums);
  });
}

void run_bfp(const GemmOutput& output, const Operands& operands, Workspace& workspace) {
  const GemmCall& gemm = output.gemm;
  const Packed<std::int16_t> packed(gemm, operands, 1, workspace);
  const std::size_t blocks = gemm.k / kBfpBlock;
  auto* a_exponents =
      workspace.scratch<std::uint8_t>(kSlotExponents, blocks * (gemm.m + std::size_t{panels_of(gemm)} * kTileColumns));
  std::uint8_t* b_exponents = a_exponents + blocks * gemm.m;
  pack_a_exponents(gemm, operands.a, a_exponents);
  pack_b_exponents(gemm, operands.b, b_exponents);
  const Isa isa = workspace.isa();
  for_each_tile<float>(isa, output, [&](std::uint32_t row, std::uint32_t rows, std::uint32_t panel, float* sums) {
    add_tile(
        isa,
        BfpTileInput{packed.tile(row, panel), a_exponents + blocks * row, b_exponents + blocks * kTileColumns * panel},
        rows, sums);
  });
}

void run_bytes(const GemmOutput& output, const Operands& operands, Workspace& workspace) {
  const Isa isa = workspace.isa();
  if (isa == Isa::Avx512Vnni) return run_dot_products(output, operands.a, operands.b, workspace);
  if (isa != Isa::Baseline) {
    const Packed<std::int16_t> packed(output.gemm, operands, 2, workspace);
    for_each_tile<std::int32_t>(isa, output,
                                [&](std::uint32_t row, std::uint32_t rows, std::uint32_t panel, std::int32_t* sums) {
                                  add_byte_pairs_tile(packed.tile(row, panel), rows, sums);
                                });
    return;
  }
  const Packed<float> packed(output.gemm, operands, 1, workspace);
  for_each_tile<std::int32_t>(isa, output,
                              [&](std::uint32_t row, std::uint32_t rows, std::uint32_t panel, std::int32_t* sums) {
                                TileInput<float> input = packed.tile(row, panel);
                                for (std::uint32_t k = 0; k < packed.k; k += kExactFloatK) {
                                  input.k = std::min(kExactFloatK, packed.k - k);
                                  add_float_bytes_tile(isa, input, rows, sums);
                                  input.a += kExactFloatK;
                                  input.panel += std::size_t{kExactFloatK} * kTileColumns;
                                }
                              });
}

}  // namespace

void run_gemm(const KernelCall& call, OperandSpans operands, Workspace& workspace) {
  const GemmCall gemm(call);
  const Operands inputs{operands[operand::a], operands[operand::b]};
  const std::span<std::byte> c = operands[operand::c];
  GemmOutput output{gemm, c, call.has(operand::acc) ? operands[operand::acc] : c, {}};
  if (call.has(operand::bias)) output.bias = operands[operand::bias];
  // Results that lie in front of sums which are still to be read.
  const bool aside =
      !call.has(operand::acc) && !gemm.first && gemm.last && bits_of(gemm.type_c) != gemm.sum_bytes() * 8;
  const std::size_t bytes = bytes_of(gemm.type_c, gemm.c().size());
  if (aside) output.c = {workspace.scratch<std::byte>(kSlotResults, bytes), bytes};
  switch (gemm.type_a) {
    case ElementType::i16:
      run_plain<std::int16_t, std::int64_t>(output, inputs, workspace);
      break;
    case ElementType::bf16:
    case ElementType::fp32:
      run_plain<float, float>(output, inputs, workspace);
      break;
    case ElementType::bfp16:
      run_bfp(output, inputs, workspace);
      break;
    default:
      run_bytes(output, inputs, workspace);
  }
  if (aside) std::memcpy(c.data(), output.c.data(), bytes);
}

}  // namespace aie4::compute
