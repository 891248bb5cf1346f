// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/functions.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "models/compute/kernels/power_of_two.hpp"

namespace aie4::compute {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr std::size_t kTerms = 19;
/// 1 / i!
constexpr std::array<double, kTerms> kInverseFactorials = [] {
  std::array<double, kTerms> result = {};
  double factorial = 1;
  for (std::size_t i = 0; i < kTerms; ++i) {
    if (i > 0) factorial *= static_cast<double>(i);
    result[i] = 1 / factorial;
  }
  return result;
}();

/// (e^x - 1) / x for |x| <= 0.7; the first term left out is below 1e-19.
double exponential_less_one_over(double x) {
  double sum = 0;
  for (std::size_t i = kTerms - 1; i > 0; --i) sum = sum * x + kInverseFactorials[i];
  return sum;
}

/// 1 - erf(z) for z >= 0.
double complementary_error(double z) {
  constexpr double kTwoOverRootPi = 1.1283791670955126;
  constexpr double kOneOverRootPi = 0.5641895835477563;
  if (z > 28) return 0;
  const double gauss = exponential(-z * z);
  const double square = z * z;
  if (z < 2.5) {
    // All terms have the same sign: 2 / sqrt(pi) * e^-z^2 * sum of 2^n z^(2n + 1) / (2n + 1)!!
    constexpr int kSeries = 70;
    double sum = 0;
    for (int n = kSeries; n > 0; --n) sum = (sum + 1) * (2 * square / (2 * n + 1));
    return 1 - kTwoOverRootPi * gauss * z * (sum + 1);
  }
  constexpr int kFraction = 60;
  double fraction = z;
  for (int n = kFraction; n > 0; --n) fraction = z + n * 0.5 / fraction;
  return kOneOverRootPi * gauss / fraction;
}

}  // namespace

double exponential(double x) {
  constexpr double kLog2OfE = 1.4426950408889634;
  constexpr double kLn2High = 0.693147180369123816490;  // its product with |n| < 2^11 is exact
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr double kMagic = 6755399441055744.0;  // 1.5 * 2^52: rounds to an integer
  if (x != x) return x;
  if (x > 709.7) return kInfinity;
  if (x < -745.2) return 0;
  const double n = x * kLog2OfE + kMagic - kMagic;
  const double rest = x - n * kLn2High - n * kLn2Low;
  const double power = exponential_less_one_over(rest) * rest + 1;
  const int exponent = static_cast<int>(n);
  // In two steps: the result may be subnormal.
  return power * power_of_two(exponent / 2) * power_of_two(exponent - exponent / 2);
}

double hyperbolic_tangent(double x) {
  const double magnitude = std::abs(x);
  double result = 0;
  if (magnitude < 0.35) {
    const double less_one = exponential_less_one_over(2 * magnitude) * 2 * magnitude;
    result = less_one / (less_one + 2);
  } else {
    result = magnitude > 40 ? 1 : 1 - 2 / (exponential(2 * magnitude) + 1);
  }
  if (x != x) return x;
  return std::copysign(result, x);
}

double sigmoid(double x) {
  if (x >= 0) return 1 / (1 + exponential(-x));
  const double power = exponential(x);
  return power / (1 + power);
}

double silu(double x) {
  return x == -kInfinity ? -0.0 : x * sigmoid(x);
}

double gelu(double x) {
  constexpr double kRootOfHalf = 0.7071067811865476;
  if (x == -kInfinity) return -0.0;
  const double tail = 0.5 * complementary_error(std::abs(x) * kRootOfHalf);
  return x * (x >= 0 ? 1 - tail : tail);
}

double gelu_by_tanh(double x) {
  constexpr double kTwiceRootOfTwoOverPi = 1.5957691216057308;
  if (x == -kInfinity) return -0.0;
  // (1 + tanh(u)) / 2 = sigmoid(2u), which loses nothing for negative u.
  return x * sigmoid(kTwiceRootOfTwoOverPi * (x + 0.044715 * x * x * x));
}

}  // namespace aie4::compute
