// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/gemm/conv_operation.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sim/workload/error.hpp"
#include "sim/workload/gemm/gemm_candidates.hpp"
#include "sim/workload/gemm/gemm_operation.hpp"
#include "sim/workload/gemm/gemm_plan.hpp"
#include "sim/workload/reference/conv_reference.hpp"

namespace aie4::workload {
namespace {

using gemm::round_up;
using reference::Matrix;

constexpr std::uint64_t kCheckedMacs = std::uint64_t{1} << 28;
/// A beat of a stream.
constexpr std::uint64_t kBeatBits = 512;

void check_problem(const ConvProblem& p) {
  const auto check = [](std::string_view name, std::uint64_t value, std::uint64_t most) {
    if (value == 0 || value > most)
      throw WorkloadError(fmt::format("{}: expected 1 to {}, came {}", name, most, value));
  };
  check("height", p.height, 4096);
  check("width", p.width, 4096);
  check("channels", p.channels, 16384);
  check("out-channels", p.out_channels, 65536);
  check("window", p.window, std::min<std::uint64_t>({63, p.height + 2 * p.padding, p.width + 2 * p.padding}));
  check("stride", p.stride, 63);
  if (p.padding >= p.window) {
    throw WorkloadError(fmt::format("padding: expected less than the window of {}, came {}", p.window, p.padding));
  }
}

struct ConvLayout {
  std::uint32_t channels = 0;  ///< Whole words.
  std::uint32_t width = 0;     ///< With padding.
  GemmProblem product;
};

ConvLayout lay_out(const ConvProblem& p, std::uint64_t unit_k) {
  ConvLayout layout;
  layout.channels = static_cast<std::uint32_t>(round_up(p.channels, word_elements(p.type)));
  layout.width = p.width + 2 * p.padding;
  const std::uint64_t pixel_words = words_of(p.type, layout.channels);
  const std::uint64_t piece = std::uint64_t{p.window} * layout.channels;
  // The widest block that makes the pieces of a window at most an eighth longer.
  std::uint64_t block = unit_k;
  while (2 * block * compute::bits_of(p.type) <= kBeatBits &&
         round_up(piece, 2 * block) * 8 <= round_up(piece, unit_k) * 9) {
    block *= 2;
  }
  GemmProblem& g = layout.product;
  g.m = std::uint64_t{p.out_height()} * p.out_width();
  g.n = p.out_channels;
  g.a = g.b = p.type;
  g.c = p.out_type;
  g.relu = p.relu;
  g.windows = ImageWindows{.out_width = p.out_width(),
                           .out_height = p.out_height(),
                           .image_row_words = layout.width * pixel_words,
                           .pixel_words = static_cast<std::uint32_t>(p.stride * pixel_words),
                           .stride_rows = p.stride,
                           .segments = p.window,
                           .segment_k = static_cast<std::uint32_t>(round_up(piece, block))};
  g.k = std::uint64_t{p.window} * g.windows->segment_k;
  return layout;
}

/// Weights of out_channels x window rows x segment_k; zeros where no pixel of the window is.
std::vector<std::byte> random_weights(const ConvProblem& p, const ConvLayout& layout, const Matrix& matrix,
                                      std::uint64_t seed) {
  std::vector<std::byte> bytes = random_matrix(matrix, seed);
  const std::uint64_t element = compute::bits_of(p.type) / 8;
  const std::uint64_t segment = layout.product.windows->segment_k;
  for (std::uint64_t row = 0; row < matrix.rows; ++row) {
    for (std::uint64_t k = 0; k < layout.product.k; ++k) {
      const std::uint64_t in_piece = k % segment;
      const bool real = in_piece < std::uint64_t{p.window} * layout.channels && in_piece % layout.channels < p.channels;
      if (!real)
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(row * matrix.row_bytes + k * element), element,
                    std::byte{0});
    }
  }
  return bytes;
}

/// An image with zeros around it.
std::vector<std::byte> random_image(const ConvProblem& p, const ConvLayout& layout, const Matrix& matrix,
                                    std::uint64_t bytes_in_all, std::uint64_t seed) {
  std::vector<std::byte> bytes = random_matrix(matrix, seed);
  const std::uint64_t pixel = words_of(p.type, layout.channels) * 4;
  for (std::uint64_t row = 0; row < matrix.rows; ++row) {
    for (std::uint64_t column = 0; column < layout.width; ++column) {
      const bool inside = row >= p.padding && row < p.padding + std::uint64_t{p.height} && column >= p.padding &&
                          column < p.padding + std::uint64_t{p.width};
      if (!inside)
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(row * matrix.row_bytes + column * pixel), pixel,
                    std::byte{0});
    }
  }
  bytes.resize(bytes_in_all);
  return bytes;
}

}  // namespace

Operation conv_operation(const ConvProblem& p, const Parameters& parameters, const MachineShape& shape,
                         const GemmWishes& wishes) {
  check_problem(p);
  if (p.type == compute::ElementType::bfp16 || p.type == compute::ElementType::i4 ||
      p.type == compute::ElementType::i32) {
    throw WorkloadError(fmt::format("dtype: expected one of i8, i16, bf16, fp32, came {}", to_string(p.type)));
  }
  ConvLayout layout = lay_out(p, gemm_target(GemmProblem{.a = p.type, .b = p.type}, parameters, shape).unit_k);
  GemmProblem& g = layout.product;
  GemmProblem dense = g;
  dense.k = std::uint64_t{p.window} * p.window * p.channels;
  g.shift = p.shift >= 0 ? static_cast<std::uint32_t>(p.shift) : usual_shift(dense);
  const GemmTiling t = tile_gemm(g, gemm_target(g, parameters, shape), wishes);
  Operation operation = product_operation(g, t, parameters, shape);
  operation.title = fmt::format("conv {} x {} x {} -> {} x {} x {}, window {}, stride {}, padding {}, {} -> {}",
                                p.height, p.width, p.channels, p.out_height(), p.out_width(), p.out_channels, p.window,
                                p.stride, p.padding, to_string(p.type), to_string(p.out_type));
  operation.operations = 2 * dense.m * dense.k * dense.n;
  const GemmLayout host = gemm_layout(g, t);
  const Matrix image{p.type, host.a_row_words * 4, host.a_rows, std::uint64_t{layout.width} * layout.channels};
  const Matrix weights{p.type, host.b_row_words * 4, host.b_rows, g.k};
  const Matrix result{p.out_type, host.c_row_words * 4, host.c_rows, g.n};
  const std::uint64_t image_bytes = operation.plan.arguments[gemm_argument::a].bytes;
  operation.inputs = [=](std::uint64_t seed) {
    return Buffers{
        random_image(p, layout, image, image_bytes, 2 * seed), random_weights(p, layout, weights, 2 * seed + 1), {}};
  };
  operation.check = [=](const Buffers& before, const Buffers& after) {
    const reference::ConvShape conv{.window = p.window,
                                    .stride = p.stride,
                                    .channels = p.channels,
                                    .pixel_elements = layout.channels,
                                    .piece_elements = g.windows->segment_k,
                                    .out_width = p.out_width(),
                                    .pixels = g.m,
                                    .out_channels = p.out_channels,
                                    .shift = g.shift,
                                    .relu = p.relu};
    return reference::check_conv(conv, image, weights, result, before[gemm_argument::a], before[gemm_argument::b],
                                 after[gemm_argument::c], kCheckedMacs);
  };
  const std::uint64_t pixel_bytes = words_of(p.type, layout.channels) * 4;
  operation.operands = {{.type = p.type,
                         .shape = {p.height, p.width, p.channels},
                         .offset = p.padding * (image.row_bytes + pixel_bytes),
                         .row_bytes = image.row_bytes,
                         .pixel_bytes = pixel_bytes},
                        {.type = p.type, .shape = {p.out_channels, g.k}, .row_bytes = weights.row_bytes}};
  operation.result = {.type = p.out_type,
                      .shape = {p.out_height(), p.out_width(), p.out_channels},
                      .row_bytes = p.out_width() * result.row_bytes,
                      .pixel_bytes = result.row_bytes};
  operation.products_in_sum = dense.k;
  return operation;
}

}  // namespace aie4::workload
