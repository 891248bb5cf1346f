// SPDX-License-Identifier: Apache-2.0
// transpose, relayout, quantise and dequantise, element by element.
#include <array>

#include "tests/support/catch.hpp"
#include "tests/unit/compute/kernels/call.hpp"
#include "tests/unit/compute/kernels/exact.hpp"
#include "tests/unit/compute/kernels/values.hpp"

using namespace aie4::test;

namespace {

constexpr std::array<std::string_view, 5> kTypes = {"i8", "i16", "i32", "bf16", "fp32"};

std::string_view bits_as_integer(std::string_view type) {
  return bits_of(type) == 8 ? "i8" : bits_of(type) == 16 ? "i16" : "i32";
}

// Number of an element in blocks, found by counting.
std::size_t count_to(unsigned rows, unsigned columns, unsigned r, unsigned s, unsigned row, unsigned column) {
  std::size_t index = 0;
  for (unsigned i = 0; i < rows; i += r) {
    for (unsigned j = 0; j < columns; j += s) {
      for (unsigned k = i; k < i + r; ++k) {
        for (unsigned l = j; l < j + s; ++l, ++index) {
          if (k == row && l == column) return index;
        }
      }
    }
  }
  return index;
}

}  // namespace

TEST_CASE("transpose puts rows where columns were, in each matrix of a batch") {
  Random random(41);
  for (int round = 0; round < 60; ++round) {
    const std::string_view type = kTypes[random() % 5];
    const std::string_view as = bits_as_integer(type);
    const unsigned batch = between(random, 1, 4);
    const unsigned rows = between(random, 1, 17);
    const unsigned columns = between(random, 1, 17);
    Bytes x = buffer(type, batch * rows * columns);
    fill_integers(random, x, as, batch * rows * columns);
    Bytes y = x;
    CallBuilder call("transpose");
    call.set("batch", batch).set("rows", rows).set("columns", columns).set("type", type);
    call.operand("x", x).operand("y", y).run();
    for (unsigned b = 0; b < batch; ++b) {
      for (unsigned i = 0; i < rows; ++i) {
        for (unsigned j = 0; j < columns; ++j) {
          REQUIRE(get_integer(x, as, (b * rows + i) * columns + j) == get_integer(y, as, (b * columns + j) * rows + i));
        }
      }
    }
  }
}

TEST_CASE("relayout changes blocks, cuts off and fills up with zeros") {
  Random random(42);
  for (int round = 0; round < 60; ++round) {
    const std::string_view type = kTypes[random() % 5];
    const std::string_view as = bits_as_integer(type);
    const unsigned r = between(random, 1, 5);
    const unsigned s = between(random, 1, 5);
    const unsigned from_r = between(random, 1, 5);
    const unsigned from_s = between(random, 1, 5);
    const unsigned rows = r * between(random, 1, 4);
    const unsigned columns = s * between(random, 1, 4);
    const unsigned from_rows = from_r * between(random, 1, 4);
    const unsigned from_columns = from_s * between(random, 1, 4);
    Bytes x = buffer(type, from_rows * from_columns);
    Bytes y = buffer(type, rows * columns);
    fill_integers(random, x, as, from_rows * from_columns);
    fill_integers(random, y, as, rows * columns);
    CallBuilder call("relayout");
    call.set("rows", rows).set("columns", columns).set("from_rows", from_rows).set("from_columns", from_columns);
    call.set("r", r).set("s", s).set("from_r", from_r).set("from_s", from_s).set("type", type);
    call.operand("x", x).operand("y", y).run();
    for (unsigned i = 0; i < rows; ++i) {
      for (unsigned j = 0; j < columns; ++j) {
        const std::int64_t expected = i < from_rows && j < from_columns
                                          ? get_integer(x, as, count_to(from_rows, from_columns, from_r, from_s, i, j))
                                          : 0;
        REQUIRE(get_integer(y, as, count_to(rows, columns, r, s, i, j)) == expected);
      }
    }
  }
  CHECK(check_parameters(CallBuilder("relayout").set("r", 5).call()) ==
        "relayout: y must be whole blocks, came 64 x 64 in blocks of 5 x 64");
}

TEST_CASE("quantise rounds x * scale to nearest even, adds the zero point and saturates") {
  Random random(43);
  for (int round = 0; round < 200; ++round) {
    const std::string_view type_x = std::array{"i32", "bf16", "fp32"}[random() % 3];
    const std::string_view type_y = std::array{"i4", "i8", "i16"}[random() % 3];
    const unsigned count = between(random, 1, 99);
    const std::int64_t zero = static_cast<std::int64_t>(between(random, 0, 40)) - 20;
    const std::string_view scale = std::array{"1", "0.5", "7.25", "-0.001", "1e30"}[random() % 5];
    Bytes x = buffer(type_x, count);
    fill(random, x, type_x, count, round % 3 == 0);
    Bytes y = buffer(type_y, count);
    CallBuilder call("quantise");
    call.set("count", count).set("type_x", type_x).set("type_y", type_y).set("scale", scale).set("zero", zero);
    call.operand("x", x).operand("y", y).run();
    for (unsigned i = 0; i < count; ++i) {
      const double value = type_x == "i32" ? static_cast<double>(get_integer(x, "i32", i)) : get_float(x, type_x, i);
      const long double product = static_cast<long double>(value) * std::stof(std::string(scale));
      const long double high = std::ldexp(1.0L, static_cast<int>(bits_of(type_y)) - 1);
      long double expected = std::isnan(product) ? 0.0L : std::nearbyint(product);
      expected = std::min(std::max(expected + static_cast<long double>(zero), -high), high - 1);
      INFO(type_x << " " << value << " * " << scale << " + " << zero << " to " << type_y);
      REQUIRE(get_integer(y, type_y, i) == static_cast<std::int64_t>(expected));
    }
  }
}

TEST_CASE("A product that lies next to the middle of two bf16 is not rounded twice") {
  // Found by search: the nearest fp32 of each product is the middle itself, whose even neighbour is the wrong one.
  struct Case {
    float x;
    std::string_view scale;
    float nearest;
  };
  for (const Case& c : {Case{1.1179485321044922F, "0.8979896903038025", 1.0078125F},
                        Case{1.5505951642990112F, "0.7280470728874207", 1.1328125F},
                        Case{1.8289556503295898F, "0.5659821629524231", 1.0390625F},
                        Case{1.3405945301055908F, "0.7488515377044678", 1.0078125F}}) {
    for (const float sign : {1.0F, -1.0F}) {
      Bytes x = buffer("fp32", 1);
      Bytes y = buffer("bf16", 1);
      put_float(x, "fp32", 0, sign * c.x);
      CallBuilder call("quantise");
      call.set("count", 1).set("type_x", "fp32").set("type_y", "bf16").set("scale", c.scale);
      call.operand("x", x).operand("y", y).run();
      CHECK(get_float(y, "bf16", 0) == sign * c.nearest);
    }
  }
}

TEST_CASE("dequantise is the nearest to (x - zero) * scale") {
  Random random(44);
  for (int round = 0; round < 200; ++round) {
    const std::string_view type_x = std::array{"i4", "i8", "i16", "i32", "bfp16"}[random() % 5];
    const std::string_view type_y = round % 2 == 0 ? "bf16" : "fp32";
    const unsigned count = 8 * between(random, 1, 12);
    const std::int64_t zero = type_x == "bfp16" ? 0 : static_cast<std::int64_t>(between(random, 0, 40)) - 20;
    Bytes x = buffer(type_x, count);
    fill(random, x, type_x == "bfp16" ? "bfp16" : type_x, count, false);
    Bytes y = buffer(type_y, count);
    CallBuilder call("dequantise");
    call.set("count", count).set("type_x", type_x).set("type_y", type_y).set("scale", "0.0123").set("zero", zero);
    call.operand("x", x).operand("y", y).run();
    for (unsigned i = 0; i < count; ++i) {
      const long double value = type_x == "bfp16" ? static_cast<long double>(get_float(x, "bfp16", i))
                                                  : static_cast<long double>(get_integer(x, type_x, i) - zero);
      REQUIRE(is_nearest(y, type_y, i, static_cast<double>(value * static_cast<long double>(0.0123F))));
    }
  }
}

TEST_CASE("Blocks of bfp16 hold the nearest mantissas at the smallest exponent") {
  Random random(45);
  constexpr unsigned kCount = 8 * 500;
  Bytes x = buffer("fp32", kCount);
  fill_floats(random, x, "fp32", kCount, Floats::Extreme);
  for (unsigned i = 0; i < 8; ++i) put_float(x, "fp32", i, 0);
  for (unsigned i = 8; i < 16; ++i) put_float(x, "fp32", i, i == 11 ? 127.75F : -1.5F);
  Bytes y = buffer("bfp16", kCount);
  CallBuilder("quantise")
      .set("count", kCount)
      .set("type_x", "fp32")
      .set("type_y", "bfp16")
      .operand("x", x)
      .operand("y", y)
      .run();
  CHECK(y[0] == std::byte{0});
  // 127.75 rounds to 128 at the exponent of 64: the next one is needed, and -1.5 becomes -0.75 of its units.
  CHECK(static_cast<int>(y[9]) == 134);
  CHECK(static_cast<int>(y[9 + 1 + 3]) == 64);
  for (unsigned group = 0; group < kCount; group += 8) {
    const int exponent = static_cast<int>(y[group / 8 * 9]);
    bool fits_below = exponent > 0;
    for (unsigned i = group; i < group + 8; ++i) {
      double value = get_float(x, "fp32", i);
      if (std::isnan(value)) value = 0;
      value = std::min(std::max(value, -static_cast<double>(std::numeric_limits<float>::max())),
                       static_cast<double>(std::numeric_limits<float>::max()));
      const int mantissa = static_cast<std::int8_t>(y[i / 8 * 9 + 1 + i % 8]);
      INFO("element " << i << " = " << value << ", exponent " << exponent);
      REQUIRE(mantissa == std::nearbyint(std::ldexp(value, 133 - exponent)));
      REQUIRE(std::abs(mantissa) <= 127);
      fits_below = fits_below && std::abs(std::nearbyint(std::ldexp(value, 134 - exponent))) <= 127;
    }
    REQUIRE(!fits_below);
  }
}
