// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/map/map_operations.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>

#include "models/compute/kernels/catalogue.hpp"
#include "models/compute/kernels/rounding.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/gemm/gemm_problem.hpp"
#include "sim/workload/map/map_plan.hpp"
#include "sim/workload/reference/row_reference.hpp"

namespace aie4::workload {
namespace {

using compute::ElementType;
using reference::Matrix;
using reference::Verdict;
using enum ElementType;

constexpr std::uint64_t kLargest = std::uint64_t{1} << 30;

void require(bool good, const std::string& expected, const std::string& came) {
  if (!good) throw WorkloadError(fmt::format("expected {}, came {}", expected, came));
}

void check_count(std::string_view name, std::uint64_t value, std::uint64_t most = kLargest) {
  require(value >= 1 && value <= most, fmt::format("{} of 1 to {}", name, most), fmt::format("{}", value));
}

/// Rows have to be whole words, because DMAs move words.
void check_row(std::string_view name, ElementType type, std::uint64_t elements) {
  const std::uint64_t step = word_elements(type);
  require(elements % step == 0, fmt::format("{} in multiples of {} for {}", name, step, to_string(type)),
          fmt::format("{} (nearest: {})", elements, (elements + step - 1) / step * step));
}

void check_type(ElementType type, std::initializer_list<ElementType> allowed) {
  if (std::ranges::find(allowed, type) != allowed.end()) return;
  std::vector<std::string_view> names;
  for (const ElementType one : allowed) names.push_back(to_string(one));
  throw WorkloadError(fmt::format("expected one of {}, came {}", fmt::join(names, ", "), to_string(type)));
}

std::vector<std::pair<std::string, std::string>> facts_of(const MapTiling& t) {
  return {{"array", fmt::format("{} x {} cores", t.columns, t.rows)},
          {"tile", fmt::format("{} row{} in each of {} step{}", t.tile_rows, t.tile_rows == 1 ? "" : "s", t.steps,
                               t.steps == 1 ? "" : "s")}};
}

Operation make(const MapProblem& problem, const MapTiling& tiling, const MachineShape& shape, std::string title,
               std::uint64_t operations) {
  Operation operation;
  operation.title = std::move(title);
  operation.plan = plan_map(problem, tiling);
  operation.plan.overlap = shape.overlap;
  operation.plan.one_controller = shape.one_controller;
  operation.operations = operations;
  operation.facts = facts_of(tiling);
  return operation;
}

/// Input and result of an operation from rows to rows; buffers may have more of them.
void set_rows(Operation& operation, const RowProblem& p, const Matrix& matrix) {
  operation.result = {.type = p.type, .shape = {p.rows, p.columns}, .row_bytes = matrix.row_bytes};
  operation.operands = {operation.result};
}

std::uint32_t number(ElementType type) {
  return static_cast<std::uint32_t>(type);
}

}  // namespace

const std::vector<std::string>& elementwise_kinds() {
  static const std::vector<std::string> kinds = {"add", "mul", "relu", "gelu", "silu", "sigmoid", "tanh"};
  return kinds;
}

Operation elementwise_operation(const ElementwiseProblem& p, const MachineShape& shape) {
  check_count("elements", p.elements);
  const bool two = p.kind == "add" || p.kind == "mul";
  if (two || p.kind == "relu") {
    check_type(p.type, {i8, i16, i32, bf16, fp32});
  } else {
    check_type(p.type, {bf16, fp32});
  }
  require(two || (p.shift == 0 && !p.relu), "shift and relu only with add and mul", p.kind);
  // Doubles, which judge, do not hold these products.
  require(p.type != i32 || p.kind != "mul" || p.shift == 0, "no shift of products of i32", fmt::format("{}", p.shift));
  const std::uint64_t per_word = word_elements(p.type);
  MapProblem map{.name = p.kind,
                 .rows = words_of(p.type, p.elements),
                 .inputs = {{.name = "a", .row_words = 1}},
                 .output_row_words = 1};
  if (two) map.inputs.push_back({.name = "b", .row_words = 1});
  map.kernel = [p, two, per_word](CoreBuilder& core, const MapRings& rings, std::uint32_t rows) {
    std::vector<compute::CoreOperand> operands = {{.ring = rings.inputs[0]}};
    if (two) operands.push_back({.ring = rings.inputs[1]});
    operands.push_back({.ring = rings.output});
    CoreBuilder::Parameters parameters = {{"count", static_cast<std::uint32_t>(rows * per_word)},
                                          {"type", number(p.type)}};
    if (two) parameters.insert(parameters.end(), {{"shift", p.shift}, {"relu", p.relu ? 1U : 0U}});
    core.kernel(p.kind, operands, parameters);
  };
  const MapTiling t = tile_map(map, shape.columns, shape.double_buffer);
  Operation operation =
      make(map, t, shape, fmt::format("{} of {} elements, {}", p.kind, p.elements, to_string(p.type)), p.elements);
  const std::uint64_t bytes = result_rows(map, t) * 4;
  const Matrix matrix{p.type, bytes, 1, p.elements};
  operation.inputs = [matrix, two](std::uint64_t seed) {
    Buffers buffers = {random_matrix(matrix, 2 * seed)};
    if (two) buffers.push_back(random_matrix(matrix, 2 * seed + 1));
    buffers.emplace_back();
    return buffers;
  };
  operation.check = [p, matrix, two](const Buffers& before, const Buffers& after) {
    std::vector<double> a;
    std::vector<double> b;
    std::vector<double> y;
    read_row(matrix, before[0], 0, p.elements, a);
    if (two) read_row(matrix, before[1], 0, p.elements, b);
    read_row(matrix, after.back(), 0, p.elements, y);
    Verdict verdict{.total = p.elements, .rule = compute::is_integer(p.type) ? "exact" : "within one rounding"};
    for (std::uint64_t i = 0; i < p.elements; ++i) {
      double value = reference::elementwise(p.kind, a[i], two ? b[i] : 0);
      if (p.relu) value = std::max(value, 0.0);
      const double expected = reference::saturated(p.type, reference::shifted(p.type, value, p.shift));
      verdict.compare(y[i], expected, reference::allowed_error(p.type, expected, 0), 0, i);
    }
    return verdict;
  };
  operation.result = {.type = p.type, .shape = {p.elements}};
  operation.operands.assign(map.inputs.size(), operation.result);
  return operation;
}

Operation softmax_operation(const RowProblem& p, const MachineShape& shape) {
  check_count("rows", p.rows);
  check_count("columns", p.columns, 65536);
  check_type(p.type, {bf16, fp32});
  check_row("columns", p.type, p.columns);
  const auto words = static_cast<std::uint32_t>(words_of(p.type, p.columns));
  MapProblem map{
      .name = "softmax", .rows = p.rows, .inputs = {{.name = "x", .row_words = words}}, .output_row_words = words};
  map.kernel = [p](CoreBuilder& core, const MapRings& rings, std::uint32_t rows) {
    core.kernel("softmax", {{.ring = rings.inputs[0]}, {.ring = rings.output}},
                {{"rows", rows},
                 {"columns", p.columns},
                 {"type", number(p.type)},
                 {"scale", std::bit_cast<std::uint32_t>(p.scale)}});
  };
  const MapTiling t = tile_map(map, shape.columns, shape.double_buffer);
  Operation operation = make(map, t, shape, fmt::format("softmax {} x {}, {}", p.rows, p.columns, to_string(p.type)),
                             5 * p.rows * p.columns);
  const Matrix matrix{p.type, std::uint64_t{words} * 4, result_rows(map, t), p.columns};
  operation.inputs = [matrix](std::uint64_t seed) { return Buffers{random_matrix(matrix, seed), {}}; };
  operation.check = [p, matrix](const Buffers& before, const Buffers& after) {
    Verdict verdict{.total = p.rows * p.columns, .rule = "within one rounding and 2^-20"};
    std::vector<double> expected;
    std::vector<double> came;
    for (std::uint64_t row = 0; row < p.rows; ++row) {
      read_row(matrix, before[0], row, p.columns, expected);
      for (double& value : expected) value *= static_cast<double>(p.scale);
      reference::softmax(expected);
      read_row(matrix, after.back(), row, p.columns, came);
      for (std::uint32_t i = 0; i < p.columns; ++i) {
        verdict.compare(came[i], expected[i], reference::allowed_error(p.type, expected[i], expected[i]), row, i);
      }
    }
    return verdict;
  };
  set_rows(operation, p, matrix);
  return operation;
}

Operation norm_operation(const std::string& kind, const RowProblem& p, const MachineShape& shape) {
  const bool layer = kind == "layer";
  check_count("rows", p.rows);
  check_count("columns", p.columns, 65536);
  check_type(p.type, {bf16, fp32});
  check_row("columns", p.type, p.columns);
  const auto words = static_cast<std::uint32_t>(words_of(p.type, p.columns));
  MapProblem map{.name = kind + "_norm",
                 .rows = p.rows,
                 .inputs = {{.name = "x", .row_words = words}},
                 .output_row_words = words,
                 .constant_words = layer ? 2 * words : words};
  map.kernel = [p, layer, words](CoreBuilder& core, const MapRings& rings, std::uint32_t rows) {
    std::vector<compute::CoreOperand> operands = {
        {.ring = rings.inputs[0]}, {.ring = rings.output}, {.ring = rings.constants, .offset = 0, .bytes = words * 4}};
    if (layer) operands.push_back({.ring = rings.constants, .offset = words * 4, .bytes = words * 4});
    core.kernel(layer ? "layer_norm" : "rms_norm", operands,
                {{"rows", rows}, {"columns", p.columns}, {"type", number(p.type)}});
  };
  const MapTiling t = tile_map(map, shape.columns, shape.double_buffer);
  Operation operation =
      make(map, t, shape, fmt::format("{} norm {} x {}, {}", kind, p.rows, p.columns, to_string(p.type)),
           (layer ? 8 : 5) * p.rows * p.columns);
  const Matrix matrix{p.type, std::uint64_t{words} * 4, result_rows(map, t), p.columns};
  const Matrix constants{p.type, std::uint64_t{words} * 4, layer ? 2U : 1U, p.columns};
  operation.inputs = [matrix, constants](std::uint64_t seed) {
    return Buffers{random_matrix(matrix, 2 * seed), random_matrix(constants, 2 * seed + 1), {}};
  };
  operation.check = [p, layer, matrix, constants](const Buffers& before, const Buffers& after) {
    Verdict verdict{.total = p.rows * p.columns, .rule = "within one rounding and 2^-20 of the terms"};
    std::vector<double> gamma;
    std::vector<double> beta;
    read_row(constants, before[1], 0, p.columns, gamma);
    if (layer) read_row(constants, before[1], 1, p.columns, beta);
    std::vector<double> expected;
    std::vector<double> came;
    for (std::uint64_t row = 0; row < p.rows; ++row) {
      read_row(matrix, before[0], row, p.columns, expected);
      reference::normalise(expected, gamma, beta);
      read_row(matrix, after.back(), row, p.columns, came);
      for (std::uint32_t i = 0; i < p.columns; ++i) {
        const double scale = std::abs(expected[i]) + 2 * std::abs(gamma[i]) + (layer ? std::abs(beta[i]) : 0);
        verdict.compare(came[i], expected[i], reference::allowed_error(p.type, expected[i], scale), row, i);
      }
    }
    return verdict;
  };
  set_rows(operation, p, matrix);
  return operation;
}

Operation pool_operation(const PoolProblem& p, const MachineShape& shape) {
  check_count("height", p.height, 4096);
  check_count("width", p.width, 4096);
  check_count("channels", p.channels, 65536);
  check_count("window", p.window, std::min<std::uint64_t>({255, p.height + 2 * p.padding, p.width + 2 * p.padding}));
  check_count("stride", p.stride, 255);
  require(p.padding < p.window, "padding smaller than the window", fmt::format("{} and {}", p.padding, p.window));
  require(p.largest || p.padding == 0, "no padding with the mean", fmt::format("{}", p.padding));
  check_type(p.type, {i8, i16, bf16, fp32});
  check_row("channels", p.type, p.channels);
  const std::uint32_t width = p.width + 2 * p.padding;
  const std::uint32_t out_height = (p.height + 2 * p.padding - p.window) / p.stride + 1;
  const std::uint32_t out_width = (width - p.window) / p.stride + 1;
  const auto pixel = static_cast<std::uint32_t>(words_of(p.type, p.channels));
  MapProblem map{.name = p.largest ? "max_pool" : "avg_pool",
                 .rows = out_height,
                 .inputs = {{.name = "x", .row_words = width * pixel, .stride = p.stride, .window = p.window}},
                 .output_row_words = out_width * pixel};
  require(width * pixel <= 4095, "image rows of at most 16380 bytes", fmt::format("{}", width * pixel * 4));
  map.kernel = [p, width](CoreBuilder& core, const MapRings& rings, std::uint32_t rows) {
    CoreBuilder::Parameters parameters = {{"height", (rows - 1) * p.stride + p.window},
                                          {"width", width},
                                          {"channels", p.channels},
                                          {"kernel_h", p.window},
                                          {"kernel_w", p.window},
                                          {"stride_h", p.stride},
                                          {"stride_w", p.stride},
                                          {"type", number(p.type)}};
    if (!p.largest) parameters.emplace_back("rounding", static_cast<std::uint32_t>(compute::Rounding::conv_even));
    core.kernel(p.largest ? "max_pool" : "avg_pool", {{.ring = rings.inputs[0]}, {.ring = rings.output}}, parameters);
  };
  const MapTiling t = tile_map(map, shape.columns, shape.double_buffer);
  const std::uint64_t out_elements = std::uint64_t{out_height} * out_width * p.channels;
  Operation operation =
      make(map, t, shape,
           fmt::format("{} pool {} x {} x {}, window {}, stride {}, padding {}, {}", p.largest ? "max" : "mean",
                       p.height, p.width, p.channels, p.window, p.stride, p.padding, to_string(p.type)),
           out_elements * p.window * p.window);
  const std::uint64_t rows = result_rows(map, t);
  const Matrix image{p.type, std::uint64_t{width} * pixel * 4, map.inputs[0].rows(rows),
                     std::uint64_t{width} * p.channels};
  operation.inputs = [p, image](std::uint64_t seed) {
    std::vector<std::byte> bytes = random_matrix(image, seed);
    // Padding never wins: the least number of the type, -128 and 0x8000 for integers, minus infinity for floats.
    const std::uint64_t element = compute::bits_of(p.type) / 8;
    const auto pad = [&](std::uint64_t row, std::uint64_t column) {
      for (std::uint64_t channel = 0; channel < p.channels; ++channel) {
        std::byte* place = bytes.data() + row * image.row_bytes + (column * p.channels + channel) * element;
        if (p.type == bf16 || p.type == fp32) {
          const float least = -std::numeric_limits<float>::infinity();
          const auto word = std::bit_cast<std::uint32_t>(least);
          const auto half = static_cast<std::uint16_t>(word >> 16);
          p.type == fp32 ? std::memcpy(place, &word, 4) : std::memcpy(place, &half, 2);
        } else {
          std::memset(place, 0, element);
          place[element - 1] = std::byte{0x80};
        }
      }
    };
    const std::uint64_t image_width = image.columns / p.channels;
    for (std::uint64_t row = 0; row < image.rows; ++row) {
      for (std::uint64_t column = 0; column < image_width; ++column) {
        const bool inside = row >= p.padding && row < p.padding + std::uint64_t{p.height} && column >= p.padding &&
                            column < p.padding + std::uint64_t{p.width};
        if (!inside && p.padding != 0) pad(row, column);
      }
    }
    return Buffers{std::move(bytes), {}};
  };
  const Matrix result{p.type, std::uint64_t{out_width} * pixel * 4, rows, std::uint64_t{out_width} * p.channels};
  operation.check = [=](const Buffers& before, const Buffers& after) {
    Verdict verdict{.total = out_elements,
                    .rule = compute::is_integer(p.type) || p.largest ? "exact" : "within one rounding and 2^-20"};
    for (std::uint64_t row = 0; row < out_height; ++row) {
      for (std::uint64_t column = 0; column < result.columns; ++column) {
        const std::uint64_t channel = column % p.channels;
        double most = -std::numeric_limits<double>::infinity();
        double sum = 0;
        double magnitude = 0;
        for (std::uint64_t y = 0; y < p.window; ++y) {
          for (std::uint64_t x = 0; x < p.window; ++x) {
            const double value = read_element(image, before[0], row * p.stride + y,
                                              (column / p.channels * p.stride + x) * p.channels + channel);
            most = std::max(most, value);
            sum += value;
            magnitude += std::abs(value);
          }
        }
        const double pixels = static_cast<double>(p.window) * p.window;
        double expected = p.largest ? most : sum / pixels;
        // Ties to even is the rounding mode that the environment starts with.
        if (compute::is_integer(p.type)) expected = std::nearbyint(expected);
        const double allowed = p.largest ? 0 : reference::allowed_error(p.type, expected, magnitude / pixels);
        verdict.compare(read_element(result, after.back(), row, column), expected, allowed, row, column);
      }
    }
    return verdict;
  };
  const std::uint64_t pixel_bytes = std::uint64_t{pixel} * 4;
  operation.operands = {{.type = p.type,
                         .shape = {p.height, p.width, p.channels},
                         .offset = p.padding * (image.row_bytes + pixel_bytes),
                         .row_bytes = image.row_bytes,
                         .pixel_bytes = pixel_bytes}};
  operation.result = {.type = p.type,
                      .shape = {out_height, out_width, p.channels},
                      .row_bytes = result.row_bytes,
                      .pixel_bytes = pixel_bytes};
  return operation;
}

}  // namespace aie4::workload
