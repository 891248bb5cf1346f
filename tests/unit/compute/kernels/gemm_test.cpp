// SPDX-License-Identifier: Apache-2.0
// Products of all types against loops over the definition, on every instruction set of this host.
#include <array>

#include "tests/support/catch.hpp"
#include "tests/unit/compute/kernels/call.hpp"
#include "tests/unit/compute/kernels/exact.hpp"
#include "tests/unit/compute/kernels/values.hpp"

using namespace aie4::test;
using aie4::compute::Isa;

namespace {

std::vector<Isa> isas() {
  std::vector<Isa> result;
  for (const Isa isa : {Isa::Baseline, Isa::Avx2, Isa::Avx512, Isa::Avx512Vnni}) {
    if (isa <= aie4::compute::host_isa()) result.push_back(isa);
  }
  return result;
}

// A matrix of rows x columns, cut into blocks that follow each other row by row.
std::size_t place(unsigned columns, unsigned block_rows, unsigned block_columns, unsigned row, unsigned column) {
  const std::size_t blocks_before = std::size_t{row / block_rows} * (columns / block_columns) + column / block_columns;
  return blocks_before * block_rows * block_columns + (row % block_rows) * std::size_t{block_columns} +
         column % block_columns;
}

constexpr std::array<std::string_view, 8> kRoundings = {
    "floor", "ceil", "positive_inf", "negative_inf", "symmetric_inf", "symmetric_zero", "conv_even", "conv_odd"};

// One product with its operands.
struct Product {
  unsigned m = 1;
  unsigned k = 1;
  unsigned n = 1;
  unsigned r = 0;
  unsigned s = 0;
  unsigned t = 0;
  bool transpose = false;
  std::string type_a;
  std::string type_b;
  std::string type_c;
  bool first = true;
  bool last = true;
  bool own_sums = false;
  bool bias = false;
  bool relu = false;
  unsigned shift = 0;
  std::string rounding = "conv_even";
  Bytes a = {};
  Bytes b = {};
  Bytes c = {};
  Bytes sums = {};
  Bytes biases = {};

  [[nodiscard]] bool is_integer() const { return type_a[0] == 'i'; }
  [[nodiscard]] std::string sum_type() const { return !is_integer() ? "fp32" : type_a == "i16" ? "i64" : "i32"; }
  [[nodiscard]] std::size_t a_at(unsigned i, unsigned p) const {
    return place(k, r == 0 ? m : r, s == 0 ? k : s, i, p);
  }
  [[nodiscard]] std::size_t b_at(unsigned p, unsigned j) const {
    return transpose ? place(k, t == 0 ? n : t, s == 0 ? k : s, j, p) : place(n, s == 0 ? k : s, t == 0 ? n : t, p, j);
  }
  [[nodiscard]] std::size_t c_at(unsigned i, unsigned j) const {
    return place(n, r == 0 ? m : r, t == 0 ? n : t, i, j);
  }

  void allocate() {
    a = buffer(type_a, std::size_t{m} * k);
    b = buffer(type_b, std::size_t{k} * n);
    const Bytes sums_only = buffer(sum_type(), std::size_t{m} * n);
    c = buffer(type_c, std::size_t{m} * n);
    if (own_sums) {
      sums = sums_only;
    } else if (!(first && last) && c.size() < sums_only.size()) {
      c = sums_only;
    }
    biases.resize(std::size_t{n} * 4);
  }
  [[nodiscard]] CallBuilder call() {
    CallBuilder builder("gemm");
    builder.set("M", m).set("K", k).set("N", n).set("r", r).set("s", s).set("t", t).set("transpose_b",
                                                                                        transpose ? 1 : 0);
    builder.set("type_a", type_a).set("type_b", type_b).set("type_c", type_c).set("first", first ? 1 : 0);
    builder.set("last", last ? 1 : 0).set("relu", relu ? 1 : 0).set("shift", shift).set("rounding", rounding);
    builder.operand("a", a).operand("b", b).operand("c", c);
    if (own_sums) builder.operand("acc", sums);
    if (bias) builder.operand("bias", biases);
    return builder;
  }
};

// Sums wrap at the width of their type.
Bytes integer_reference(const Product& p) {
  Bytes result = p.c;
  Bytes sums = p.own_sums ? p.sums : p.c;
  Bytes out = p.last || p.own_sums ? p.c : sums;
  for (unsigned i = 0; i < p.m; ++i) {
    for (unsigned j = 0; j < p.n; ++j) {
      std::uint64_t sum = 0;
      if (!p.first) sum = static_cast<std::uint64_t>(get_integer(sums, p.sum_type(), p.c_at(i, j)));
      for (unsigned x = 0; x < p.k; ++x) {
        sum += static_cast<std::uint64_t>(get_integer(p.a, p.type_a, p.a_at(i, x)) *
                                          get_integer(p.b, p.type_b, p.b_at(x, j)));
      }
      if (p.last && p.bias) sum += static_cast<std::uint64_t>(get_integer(p.biases, "i32", j));
      std::int64_t value = static_cast<std::int64_t>(sum);
      if (p.sum_type() == "i32") value = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum));
      if (!p.last) {
        put_integer(sums, p.sum_type(), p.c_at(i, j), value);
        continue;
      }
      if (p.relu && value < 0) value = 0;
      put_integer(out, p.type_c, p.c_at(i, j),
                  clamp_to_bits(divide_rounded(value, p.shift, p.rounding), bits_of(p.type_c)));
    }
  }
  return p.last ? out : sums;
}

// In fp32, products one by one in the order of k; of bfp16, blocks of eight.
float float_sum(const Product& p, unsigned i, unsigned j) {
  volatile float sum = p.first ? 0.0F : get_float(p.own_sums ? p.sums : p.c, "fp32", p.c_at(i, j));
  for (unsigned x = 0; x < p.k; x += p.type_a == "bfp16" ? 8U : 1U) {
    volatile float product = 0;
    if (p.type_a == "bfp16") {
      double dot = 0;  // exact: 17 bits and a common exponent
      for (unsigned y = x; y < x + 8; ++y) {
        const auto mantissa = [](const Bytes& bytes, std::size_t index) {
          return static_cast<int>(static_cast<std::int8_t>(bytes[index / 8 * 9 + 1 + index % 8]));
        };
        dot += mantissa(p.a, p.a_at(i, y)) * mantissa(p.b, p.b_at(y, j));
      }
      const int exponent = static_cast<int>(p.a[p.a_at(i, x) / 8 * 9]) + static_cast<int>(p.b[p.b_at(x, j) / 8 * 9]);
      product = static_cast<float>(std::ldexp(dot, exponent - 266));
    } else {
      product = get_float(p.a, p.type_a, p.a_at(i, x)) * get_float(p.b, p.type_b, p.b_at(x, j));
    }
    sum = sum + product;
  }
  return sum;
}

Bytes float_reference(const Product& p) {
  Bytes out = p.last || !p.own_sums ? p.c : p.sums;
  for (unsigned i = 0; i < p.m; ++i) {
    for (unsigned j = 0; j < p.n; ++j) {
      volatile float sum = float_sum(p, i, j);
      if (p.last && p.bias) sum = sum + get_float(p.biases, "fp32", j);
      if (p.last && p.relu && sum < 0) sum = 0;
      const std::uint32_t nan = 0x7FC0'0000;
      float value = sum;
      if (std::isnan(value)) std::memcpy(&value, &nan, 4);
      if (p.last && p.type_c == "bf16") {
        const std::uint16_t bits = nearest_bf16(value);
        std::memcpy(&out[p.c_at(i, j) * 2], &bits, 2);
      } else {
        put_float(out, "fp32", p.c_at(i, j), value);
      }
    }
  }
  return out;
}

unsigned block(Random& random, unsigned& extent, unsigned unit) {
  static constexpr std::array<unsigned, 8> kBlocks = {0, 0, 1, 3, 4, 8, 16, 24};
  unsigned block = kBlocks[random() % kBlocks.size()] * unit;
  if (block == 0) {
    extent *= unit;
    return 0;
  }
  extent = (extent + block - 1) / block * block;
  return block;
}

Product random_product(Random& random, const std::string& type_a, const std::string& type_b) {
  Product p;
  p.type_a = type_a;
  p.type_b = type_b;
  const bool bfp = type_a == "bfp16";
  p.m = between(random, 1, 40);
  p.k = between(random, 1, bfp ? 8 : 70);
  p.n = between(random, 1, 70);
  p.r = block(random, p.m, 1);
  p.s = block(random, p.k, bfp ? 8 : 1);
  p.t = block(random, p.n, 1);
  p.transpose = bfp || random() % 2 == 0;
  p.first = random() % 2 == 0;
  p.last = random() % 3 != 0;
  p.own_sums = random() % 2 == 0;
  p.bias = random() % 2 == 0;
  p.relu = random() % 3 == 0;
  if (p.is_integer()) {
    p.type_c = std::array{"i8", "i16", "i32"}[random() % 3];
    p.shift = random() % 4 == 0 ? between(random, 0, 62) : between(random, 0, 20);
    p.rounding = kRoundings[random() % 8];
  } else {
    p.type_c = random() % 2 == 0 ? "bf16" : "fp32";
  }
  p.allocate();
  return p;
}

void check_on_all(Product& p, const Bytes& expected) {
  const Bytes c = p.c;
  const Bytes sums = p.sums;
  for (const Isa isa : isas()) {
    INFO("isa " << static_cast<int>(isa) << ": " << p.m << " x " << p.k << " x " << p.n << ", blocks " << p.r << ", "
                << p.s << ", " << p.t << (p.transpose ? ", transposed " : " ") << p.type_a << " " << p.type_b << " "
                << p.type_c << ", first " << p.first << " last " << p.last << " own sums " << p.own_sums << " bias "
                << p.bias << " relu " << p.relu << " shift " << p.shift << " " << p.rounding);
    p.c = c;
    p.sums = sums;
    p.call().run(isa);
    REQUIRE((!p.last && p.own_sums ? p.sums : p.c) == expected);
  }
}

}  // namespace

TEST_CASE("Products of integers are exact for random shapes, blocks, shifts and roundings") {
  const auto [type_a, type_b] =
      GENERATE(std::pair<std::string, std::string>{"i8", "i8"}, std::pair<std::string, std::string>{"i8", "i4"},
               std::pair<std::string, std::string>{"i16", "i16"});
  Random random(4711);
  for (int round = 0; round < 300; ++round) {
    Product p = random_product(random, type_a, type_b);
    fill_integers(random, p.a, type_a, std::size_t{p.m} * p.k);
    fill_integers(random, p.b, type_b, std::size_t{p.k} * p.n);
    fill_integers(random, p.biases, "i32", p.n);
    fill_integers(random, p.sums, p.sum_type(), p.sums.size() / (bits_of(p.sum_type()) / 8));
    fill_integers(random, p.c, "i8", p.c.size());
    check_on_all(p, integer_reference(p));
  }
}

TEST_CASE("Products of integers in the layouts of the matrix unit are exact") {
  Random random(1);
  const unsigned unit = GENERATE(8U, 16U, 32U, 64U);
  for (const bool first : {true, false}) {
    for (const bool last : {true, false}) {
      for (const std::string type_b : {"i8", "i4"}) {
        Product p{.m = 64,
                  .k = 64,
                  .n = 128,
                  .r = unit,
                  .s = unit,
                  .t = unit,
                  .type_a = "i8",
                  .type_b = type_b,
                  .type_c = "i8",
                  .first = first,
                  .last = last,
                  .shift = 7};
        p.allocate();
        fill_integers(random, p.a, "i8", 64 * 64);
        fill_integers(random, p.b, type_b, 64 * 128);
        fill_integers(random, p.c, "i8", p.c.size());
        check_on_all(p, integer_reference(p));
      }
    }
  }
}

TEST_CASE("Products of bytes are exact with B transposed, in blocks of whole and of broken chunks, at any edge") {
  Random random(2);
  for (const unsigned s : {4U, 8U, 12U, 16U, 20U, 48U, 64U, 68U}) {
    for (const unsigned n : {1U, 15U, 16U, 48U, 64U, 80U}) {
      for (const unsigned t : {0U, n % 16 == 0 ? 16U : 1U, n % 8 == 0 ? 8U : 1U}) {
        for (const std::string type_b : {"i8", "i4"}) {
          Product p{.m = 9,
                    .k = 3 * s,
                    .n = n,
                    .s = random() % 2 == 0 ? s : 0,
                    .t = t,
                    .transpose = true,
                    .type_a = "i8",
                    .type_b = type_b,
                    .type_c = "i32",
                    .first = random() % 2 == 0,
                    .last = random() % 2 == 0};
          p.allocate();
          fill_integers(random, p.a, "i8", std::size_t{p.m} * p.k);
          fill_integers(random, p.b, type_b, std::size_t{p.k} * p.n);
          fill_integers(random, p.c, "i8", p.c.size());
          check_on_all(p, integer_reference(p));
        }
      }
    }
  }
}

TEST_CASE("The largest products of bytes stay exact over long sums, which then wrap") {
  // -128 * -128 = 2^14: 2^17 of them are 2^31, one more than fits; a float would have stopped at 2^24.
  for (const unsigned k : {1023U, 1024U, 1025U, 4100U, 65536U}) {
    Product p{.m = 1, .k = k, .n = 1, .type_a = "i8", .type_b = "i8", .type_c = "i32", .first = k != 65536};
    p.allocate();
    std::fill(p.a.begin(), p.a.end(), std::byte{0x80});
    std::fill(p.b.begin(), p.b.end(), std::byte{0x80});
    if (k == 65536) put_integer(p.c, "i32", 0, std::int64_t{1} << 30);
    const Bytes expected = integer_reference(p);
    CHECK(get_integer(expected, "i32", 0) == (k == 65536 ? -(std::int64_t{1} << 31) : std::int64_t{k} << 14));
    check_on_all(p, expected);
  }
}

TEST_CASE("Long sums of odd products are exact, which a float cannot hold") {
  // 127 * 127 * 1041 is the first of them above 2^24.
  for (const unsigned k : {1041U, 2048U, 4100U}) {
    Product p{.m = 1, .k = k, .n = 1, .type_a = "i8", .type_b = "i8", .type_c = "i32"};
    p.allocate();
    std::fill(p.a.begin(), p.a.end(), std::byte{127});
    std::fill(p.b.begin(), p.b.end(), std::byte{127});
    const Bytes expected = integer_reference(p);
    CHECK(get_integer(expected, "i32", 0) == std::int64_t{k} * 127 * 127);
    check_on_all(p, expected);
  }
}

TEST_CASE("Floating-point products add in the order of k and round once, bit by bit, whatever the host") {
  const std::string type = GENERATE("bf16", "fp32", "bfp16");
  const Floats kind = GENERATE(Floats::Ordinary, Floats::Extreme);
  Random random(kind == Floats::Ordinary ? 5 : 6);
  for (int round = 0; round < 150; ++round) {
    Product p = random_product(random, type, type);
    fill_floats(random, p.a, type, std::size_t{p.m} * p.k, kind);
    fill_floats(random, p.b, type, std::size_t{p.k} * p.n, kind);
    fill_floats(random, p.biases, "fp32", p.n, kind);
    fill_floats(random, p.sums, "fp32", p.sums.size() / 4, kind);
    fill_floats(random, p.c, "fp32", p.c.size() / 4, kind);
    check_on_all(p, float_reference(p));
  }
}

TEST_CASE("bfp16 results have the smallest exponent that holds all eight, and the nearest mantissas") {
  Random random(8);
  for (int round = 0; round < 40; ++round) {
    Product p{.m = 5,
              .k = 16,
              .n = 24,
              .t = round % 2 == 0 ? 8U : 0U,
              .transpose = true,
              .type_a = "bfp16",
              .type_b = "bfp16",
              .type_c = "fp32"};
    p.allocate();
    fill_floats(random, p.a, "bfp16", 5 * 16, Floats::Ordinary);
    fill_floats(random, p.b, "bfp16", 16 * 24, Floats::Ordinary);
    const Bytes exact = float_reference(p);
    p.type_c = "bfp16";
    p.c = buffer("bfp16", 5 * 24);
    p.call().run();
    for (std::size_t group = 0; group < std::size_t{5} * 24; group += 8) {
      const int exponent = static_cast<int>(p.c[group / 8 * 9]);
      int largest = 0;
      double largest_value = 0;
      for (std::size_t i = group; i < group + 8; ++i) {
        const double value = get_float(exact, "fp32", i);
        const int mantissa = static_cast<std::int8_t>(p.c[i / 8 * 9 + 1 + i % 8]);
        CHECK(std::abs(value - get_float(p.c, "bfp16", i)) <= std::ldexp(0.5, exponent - 133));
        CHECK(mantissa == std::nearbyint(std::ldexp(value, 133 - exponent)));
        largest = std::max(largest, std::abs(mantissa));
        largest_value = std::max(largest_value, std::abs(value));
      }
      CHECK(largest <= 127);
      CHECK((exponent == 0 || std::nearbyint(std::ldexp(largest_value, 134 - exponent)) > 127));
    }
  }
}

TEST_CASE("Types that do not go together are refused") {
  const auto error = [](std::string_view a, std::string_view b, std::string_view c) {
    return check_parameters(CallBuilder("gemm").set("type_a", a).set("type_b", b).set("type_c", c).call());
  };
  CHECK(error("i8", "i16", "i32") == "gemm: type_b must be i8 or i4, came i16");
  CHECK(error("bf16", "fp32", "fp32") == "gemm: type_b must be bf16, came fp32");
  CHECK(error("i8", "i8", "bf16") == "gemm: type_c must be an integer, came bf16");
  CHECK(error("bf16", "bf16", "i8") == "gemm: type_c must be bf16, fp32 or bfp16, came i8");
  CHECK(error("bfp16", "bfp16", "fp32").find("transpose_b") != std::string::npos);
}
