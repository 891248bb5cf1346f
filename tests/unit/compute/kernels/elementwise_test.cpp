// SPDX-License-Identifier: Apache-2.0
// add, mul, relu and the functions of one element, against their definitions.
#include <array>

#include "tests/support/catch.hpp"
#include "tests/unit/compute/kernels/call.hpp"
#include "tests/unit/compute/kernels/exact.hpp"
#include "tests/unit/compute/kernels/values.hpp"

using namespace aie4::test;

namespace {

constexpr std::array<std::string_view, 5> kTypes = {"i8", "i16", "i32", "bf16", "fp32"};
constexpr std::array<std::string_view, 8> kRoundings = {
    "floor", "ceil", "positive_inf", "negative_inf", "symmetric_inf", "symmetric_zero", "conv_even", "conv_odd"};

struct Binary {
  bool adds = true;
  std::string_view type;
  unsigned count = 1;
  unsigned period = 1;
  unsigned shift = 0;
  unsigned shift_a = 0;
  unsigned shift_b = 0;
  std::string_view rounding = "conv_even";
  bool relu = false;
};

void put_expected(const Binary& p, const Bytes& a, const Bytes& b, Bytes& c, unsigned i) {
  const unsigned j = i % p.period;
  if (p.type[0] == 'i') {
    const std::int64_t x = get_integer(a, p.type, i);
    const std::int64_t y = get_integer(b, p.type, j);
    std::int64_t value = p.adds ? x * (std::int64_t{1} << p.shift_a) + y * (std::int64_t{1} << p.shift_b) : x * y;
    if (p.relu && value < 0) value = 0;
    return put_integer(c, p.type, i, clamp_to_bits(divide_rounded(value, p.shift, p.rounding), bits_of(p.type)));
  }
  const float x = get_float(a, p.type, i);
  const float y = get_float(b, p.type, j);
  volatile float value = p.adds ? x + y : x * y;
  if (p.relu && value < 0) value = 0;
  put_nearest(c, p.type, i, static_cast<double>(value));
}

}  // namespace

TEST_CASE("add and mul are exact in integers and round fp32 results once in floats") {
  Random random(21);
  for (int round = 0; round < 600; ++round) {
    Binary p{.adds = round % 2 == 0, .type = kTypes[random() % 5], .period = between(random, 1, 40)};
    p.count = p.period * between(random, 1, 5);
    p.relu = random() % 3 == 0;
    if (p.type[0] == 'i') {
      p.shift = random() % 4 == 0 ? between(random, 0, 62) : between(random, 0, 9);
      p.shift_a = p.adds ? between(random, 0, 16) : 0;
      p.shift_b = p.adds ? between(random, 0, 16) : 0;
      p.rounding = kRoundings[random() % 8];
    }
    Bytes a = buffer(p.type, p.count);
    Bytes b = buffer(p.type, p.period);
    Bytes c = buffer(p.type, p.count);
    fill(random, a, p.type, p.count, round % 4 < 2);
    fill(random, b, p.type, p.period, round % 4 < 2);
    Bytes expected = c;
    for (unsigned i = 0; i < p.count; ++i) put_expected(p, a, b, expected, i);
    CallBuilder call(p.adds ? "add" : "mul");
    call.set("count", p.count).set("count_b", p.period == p.count ? 0 : p.period).set("type", p.type);
    call.set("shift", p.shift).set("rounding", p.rounding).set("relu", p.relu ? 1 : 0);
    if (p.adds) call.set("shift_a", p.shift_a).set("shift_b", p.shift_b);
    call.operand("a", a).operand("b", b).operand("c", c);
    call.run();
    INFO((p.adds ? "add " : "mul ") << p.type << " count " << p.count << " shift " << p.shift << " " << p.rounding);
    REQUIRE(c == expected);
  }
}

TEST_CASE("relu keeps what is not negative, NaN included") {
  const std::string_view type = GENERATE(from_range(kTypes));
  Random random(3);
  Bytes x = buffer(type, 999);
  fill(random, x, type, 999, true);
  Bytes y = buffer(type, 999);
  Bytes expected = y;
  for (unsigned i = 0; i < 999; ++i) {
    if (type[0] == 'i') {
      put_integer(expected, type, i, std::max<std::int64_t>(get_integer(x, type, i), 0));
    } else {
      const float value = get_float(x, type, i);
      put_nearest(expected, type, i, value < 0 ? 0.0 : static_cast<double>(value));
    }
  }
  CallBuilder("relu").set("count", 999).set("type", type).operand("x", x).operand("y", y).run();
  CHECK(y == expected);
}

namespace {

struct Named {
  std::string_view kernel;
  std::string_view variant;
  long double (*function)(long double);
};

long double reference_sigmoid(long double x) {
  return 1 / (1 + std::exp(-x));
}
long double reference_silu(long double x) {
  return std::isinf(x) && x < 0 ? -0.0L : x * reference_sigmoid(x);
}
long double reference_gelu(long double x) {
  return std::isinf(x) && x < 0 ? -0.0L : x * 0.5L * std::erfc(-x * 0.70710678118654752440084436210485L);
}
long double reference_gelu_tanh(long double x) {
  if (std::isinf(x) && x < 0) return -0.0L;
  const long double u = 0.79788456080286535587989211986876L * (x + 0.044715L * x * x * x);
  // (1 + tanh(u)) / 2 without cancellation
  return x / (1 + std::exp(-2 * u));
}

const std::array<Named, 5> kFunctions = {{{"sigmoid", "", reference_sigmoid},
                                          {"tanh", "", [](long double x) { return std::tanh(x); }},
                                          {"silu", "", reference_silu},
                                          {"gelu", "erf", reference_gelu},
                                          {"gelu", "tanh", reference_gelu_tanh}}};

CallBuilder function_call(const Named& named, std::string_view type, unsigned count) {
  CallBuilder call(named.kernel);
  call.set("count", count).set("type", type);
  if (!named.variant.empty()) call.set("variant", named.variant);
  return call;
}

}  // namespace

TEST_CASE("Functions of every bf16 are the nearest bf16") {
  Bytes x(65536 * 2);
  for (unsigned i = 0; i < 65536; ++i) put_integer(x, "i16", i, i);
  for (const Named& named : kFunctions) {
    INFO(named.kernel << " " << named.variant);
    Bytes y(x.size());
    function_call(named, "bf16", 65536).operand("x", x).operand("y", y).run();
    for (unsigned i = 0; i < 65536; ++i) {
      const long double exact = named.function(get_float(x, "bf16", i));
      if (get_integer(y, "i16", i) != static_cast<std::int16_t>(nearest_bf16(static_cast<double>(exact)))) {
        INFO(get_float(x, "bf16", i) << " gave " << get_float(y, "bf16", i));
        REQUIRE(is_nearest(y, "bf16", i, static_cast<double>(exact)));
      }
    }
  }
}

TEST_CASE("Functions of random fp32 are the nearest fp32") {
  Random random(17);
  constexpr unsigned kCount = 20'000;
  for (const Floats kind : {Floats::Ordinary, Floats::Extreme}) {
    Bytes x = buffer("fp32", kCount);
    fill_floats(random, x, "fp32", kCount, kind);
    for (const Named& named : kFunctions) {
      INFO(named.kernel << " " << named.variant);
      Bytes y(x.size());
      function_call(named, "fp32", kCount).operand("x", x).operand("y", y).run();
      for (unsigned i = 0; i < kCount; ++i) {
        const auto exact = static_cast<double>(named.function(get_float(x, "fp32", i)));
        INFO(get_float(x, "fp32", i) << " gave " << get_float(y, "fp32", i) << " instead of " << exact);
        REQUIRE(is_nearest(y, "fp32", i, exact));
      }
    }
  }
}

TEST_CASE("Elementwise kernels work in place") {
  Random random(2);
  Bytes x = buffer("bf16", 100);
  fill_floats(random, x, "bf16", 100, Floats::Ordinary);
  Bytes y = x;
  CallBuilder("gelu").set("count", 100).operand("x", x).operand("y", y).run();
  CallBuilder in_place("gelu");
  in_place.set("count", 100).operand("x", x).operand("y", x);
  aie4::compute::KernelCall call = in_place.call();
  call.operands[1].address = call.operands[0].address;
  REQUIRE(check(call).empty());
  in_place.run();
  CHECK(x == y);
  call.operands[1].address += 2;
  CHECK(check(call) == "gelu: operands y and x overlap");
}
