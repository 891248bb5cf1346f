// SPDX-License-Identifier: Apache-2.0
// softmax, the norms and reduce, against their definitions in long double and exact integers.
#include <array>

#include "tests/support/catch.hpp"
#include "tests/unit/compute/kernels/call.hpp"
#include "tests/unit/compute/kernels/exact.hpp"
#include "tests/unit/compute/kernels/values.hpp"

using namespace aie4::test;

namespace {

std::vector<long double> row_of(const Bytes& x, std::string_view type, unsigned start, unsigned count) {
  std::vector<long double> row(count);
  for (unsigned i = 0; i < count; ++i) row[i] = get_float(x, type, start + i);
  return row;
}

}  // namespace

TEST_CASE("softmax is the nearest to e^x over its sum") {
  Random random(31);
  for (int round = 0; round < 120; ++round) {
    const std::string_view type = round % 2 == 0 ? "bf16" : "fp32";
    const unsigned rows = between(random, 1, 6);
    const unsigned columns = between(random, 1, 90);
    const unsigned valid = between(random, 1, columns);
    const bool causal = random() % 3 == 0;
    const unsigned first_row = between(random, 0, 20);
    const float scale = std::array{1.0F, 0.125F, -2.0F}[random() % 3];
    Bytes x = buffer(type, rows * columns);
    Bytes y = x;
    fill_floats(random, x, type, rows * columns, Floats::Ordinary);
    CallBuilder call("softmax");
    call.set("rows", rows).set("columns", columns).set("type", type).set("valid", valid).set("causal", causal ? 1 : 0);
    call.set("first_row", first_row).set("scale", std::to_string(scale)).operand("x", x).operand("y", y);
    call.run();
    for (unsigned r = 0; r < rows; ++r) {
      const unsigned end = causal ? std::min(valid, first_row + r + 1) : valid;
      const std::vector<long double> row = row_of(x, type, r * columns, columns);
      long double sum = 0;
      for (unsigned i = 0; i < end; ++i) sum += std::exp(static_cast<long double>(scale) * row[i]);
      for (unsigned i = 0; i < columns; ++i) {
        const long double exact = i < end ? std::exp(static_cast<long double>(scale) * row[i]) / sum : 0;
        INFO(type << " row " << r << " column " << i);
        REQUIRE(is_nearest(y, type, r * columns + i, static_cast<double>(exact)));
      }
    }
  }
}

TEST_CASE("softmax knows no overflow, and rows without a largest number are NaN") {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto row = [&](std::array<float, 4> values) {
    Bytes x = buffer("fp32", 4);
    for (unsigned i = 0; i < 4; ++i) put_float(x, "fp32", i, values[i]);
    Bytes y = x;
    CallBuilder("softmax").set("columns", 4).set("type", "fp32").operand("x", x).operand("y", y).run();
    return std::array{get_float(y, "fp32", 0), get_float(y, "fp32", 1), get_float(y, "fp32", 2),
                      get_float(y, "fp32", 3)};
  };
  CHECK(row({3e38F, 3e38F, -3e38F, 0}) == std::array{0.5F, 0.5F, 0.0F, 0.0F});
  CHECK(row({-infinity, 1, 1, -infinity}) == std::array{0.0F, 0.5F, 0.5F, 0.0F});
  for (const float value : row({-infinity, -infinity, -infinity, -infinity})) CHECK(std::isnan(value));
  for (const float value : row({infinity, 1, 1, 1})) CHECK(std::isnan(value));
  for (const float value : row({std::numeric_limits<float>::quiet_NaN(), 1, 1, 1})) CHECK(std::isnan(value));
}

TEST_CASE("layer_norm and rms_norm are the nearest to their definitions") {
  Random random(32);
  for (int round = 0; round < 160; ++round) {
    const std::string_view type = round % 2 == 0 ? "bf16" : "fp32";
    const bool centred = round % 4 < 2;
    const unsigned rows = between(random, 1, 5);
    const unsigned columns = between(random, 1, 130);
    const unsigned valid = between(random, 1, columns);
    const bool has_gamma = random() % 4 != 0;
    const bool has_beta = centred && has_gamma && random() % 3 != 0;
    Bytes x = buffer(type, rows * columns);
    Bytes y = x;
    Bytes gamma = buffer(type, valid);
    Bytes beta = buffer(type, valid);
    fill_floats(random, x, type, rows * columns, Floats::Ordinary);
    fill_floats(random, gamma, type, valid, Floats::Ordinary);
    fill_floats(random, beta, type, valid, Floats::Ordinary);
    CallBuilder call(centred ? "layer_norm" : "rms_norm");
    call.set("rows", rows).set("columns", columns).set("valid", valid).set("type", type).set("epsilon", "0.25");
    call.operand("x", x).operand("y", y);
    if (has_gamma) call.operand("gamma", gamma);
    if (has_beta) call.operand("beta", beta);
    call.run();
    for (unsigned r = 0; r < rows; ++r) {
      const std::vector<long double> row = row_of(x, type, r * columns, columns);
      long double mean = 0;
      for (unsigned i = 0; i < valid && centred; ++i) mean += row[i] / valid;
      long double variance = 0;
      for (unsigned i = 0; i < valid; ++i) variance += (row[i] - mean) * (row[i] - mean) / valid;
      for (unsigned i = 0; i < columns; ++i) {
        long double exact = (row[i] - mean) / std::sqrt(variance + 0.25L);
        if (has_gamma && i < valid) exact *= get_float(gamma, type, i);
        if (has_beta && i < valid) exact += get_float(beta, type, i);
        if (i >= valid) exact = 0;
        INFO(type << " centred " << centred << " row " << r << " column " << i << " of " << valid);
        // A sum near zero keeps the absolute error of its parts, a double's.
        const bool cancels = std::abs(exact) < 1e-6L;
        REQUIRE((is_nearest(y, type, r * columns + i, static_cast<double>(exact)) || cancels));
        if (cancels) REQUIRE(std::abs(get_float(y, type, r * columns + i) - static_cast<double>(exact)) < 1e-12);
      }
    }
  }
}

TEST_CASE("reduce is exact in integers, and rounds once in floats") {
  Random random(33);
  constexpr std::array<std::string_view, 3> kIntegers = {"i8", "i16", "i32"};
  constexpr std::array<std::string_view, 2> kFloats = {"bf16", "fp32"};
  constexpr std::array<std::string_view, 4> kOperations = {"sum", "mean", "max", "min"};
  for (int round = 0; round < 400; ++round) {
    const bool integers = round % 2 == 0;
    const std::string_view type_x = integers ? kIntegers[random() % 3] : kFloats[random() % 2];
    const std::string_view type_y = integers ? kIntegers[random() % 3] : kFloats[random() % 2];
    const std::string_view operation = kOperations[random() % 4];
    const bool along_columns = random() % 2 == 0;
    const unsigned rows = between(random, 1, 20);
    const unsigned columns = between(random, 1, 20);
    const unsigned shift = integers && operation == "sum" ? between(random, 0, 12) : 0;
    const std::string_view rounding = std::array{"floor", "ceil", "symmetric_inf", "conv_even"}[random() % 4];
    const unsigned results = along_columns ? rows : columns;
    const unsigned count = along_columns ? columns : rows;
    Bytes x = buffer(type_x, rows * columns);
    fill(random, x, type_x, rows * columns, false);
    Bytes y = buffer(type_y, results);
    CallBuilder call("reduce");
    call.set("rows", rows).set("columns", columns).set("axis", along_columns ? "columns" : "rows");
    call.set("operation", operation).set("type_x", type_x).set("type_y", type_y).set("shift", shift);
    call.set("rounding", rounding).operand("x", x).operand("y", y);
    call.run();
    for (unsigned i = 0; i < results; ++i) {
      std::int64_t whole = 0;
      long double real = 0;
      for (unsigned j = 0; j < count; ++j) {
        const unsigned at = along_columns ? i * columns + j : j * columns + i;
        const std::int64_t integer = integers ? get_integer(x, type_x, at) : 0;
        const long double value = integers ? 0.0L : static_cast<long double>(get_float(x, type_x, at));
        const bool keeps = j > 0 && operation != "sum" && operation != "mean";
        const bool larger = integers ? integer > whole : value > real;
        if (operation == "sum" || operation == "mean") {
          whole += integer;
          real += value;
        } else if (!keeps || larger == (operation == "max")) {
          whole = integer;
          real = value;
        }
      }
      INFO(operation << " " << type_x << " to " << type_y << " " << rounding << ", " << rows << " x " << columns);
      if (!integers) {
        if (operation == "mean") real /= count;
        REQUIRE((is_nearest(y, type_y, i, static_cast<double>(real)) || std::abs(real) < 1e-9L));
        continue;
      }
      if (operation == "sum") whole = divide_rounded(whole, shift, rounding);
      if (operation == "mean") {
        const auto floor = static_cast<std::int64_t>(std::floor(static_cast<long double>(whole) / count));
        const std::int64_t twice = 2 * (whole - floor * count);  // of the rest
        bool up = twice > count;
        if (twice == count) up = rounding == "symmetric_inf" ? whole > 0 : floor % 2 != 0;
        if (rounding == "floor") up = false;
        if (rounding == "ceil") up = twice != 0;
        whole = floor + (up ? 1 : 0);
      }
      REQUIRE(get_integer(y, type_y, i) == clamp_to_bits(whole, bits_of(type_y)));
    }
  }
}
