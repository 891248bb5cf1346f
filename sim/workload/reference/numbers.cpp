// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/reference/numbers.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace aie4::workload::reference {
namespace {

using enum compute::ElementType;

template <class T>
T load(const std::byte* place) {
  T value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

double bf16_at(const std::byte* place) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(place)) << 16);
}

double element(compute::ElementType type, const std::byte* row, std::uint64_t column) {
  switch (type) {
    case i4: {
      const unsigned nibble = std::to_integer<unsigned>(row[column / 2]) >> (4 * (column % 2)) & 0xF;
      return static_cast<int>(nibble ^ 8U) - 8;
    }
    case i8:
      return load<std::int8_t>(row + column);
    case i16:
      return load<std::int16_t>(row + 2 * column);
    case i32:
      return load<std::int32_t>(row + 4 * column);
    case bf16:
      return bf16_at(row + 2 * column);
    case fp32:
      return load<float>(row + 4 * column);
    case bfp16: {
      const std::byte* block = row + column / 8 * 9;
      const int exponent = load<std::uint8_t>(block);
      return std::ldexp(load<std::int8_t>(block + 1 + column % 8), exponent - 133);
    }
  }
  return 0;
}

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (SplitMix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E37'79B9'7F4A'7C15 + 1) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E37'79B9'7F4A'7C15;
    z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EB;
    return z ^ z >> 31;
  }

 private:
  std::uint64_t state_;
};

float uniform(Random& random) {
  return static_cast<float>(static_cast<std::int32_t>(random.next() >> 32) >> 8) / 8388608.0F;
}

void fill_row(compute::ElementType type, std::span<std::byte> row, std::uint64_t columns, Random& random) {
  switch (type) {
    case bf16:
      for (std::uint64_t i = 0; i < columns; ++i) {
        const auto bits = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(uniform(random)) >> 16);
        std::memcpy(row.data() + 2 * i, &bits, sizeof bits);
      }
      return;
    case fp32:
      for (std::uint64_t i = 0; i < columns; ++i) {
        const float value = uniform(random);
        std::memcpy(row.data() + 4 * i, &value, sizeof value);
      }
      return;
    case bfp16:
      for (std::uint64_t block = 0; block < (columns + 7) / 8; ++block) {
        const std::uint64_t mantissas = random.next();
        std::byte* place = row.data() + 9 * block;
        place[0] = static_cast<std::byte>(124 + (random.next() & 3));
        std::memcpy(place + 1, &mantissas, sizeof mantissas);
        for (std::uint64_t i = columns - 8 * block; i < 8; ++i) place[1 + i] = std::byte{0};
      }
      return;
    default: {
      const std::uint64_t bytes = compute::bytes_of(type, columns);
      for (std::uint64_t i = 0; i < bytes; i += 8) {
        const std::uint64_t value = random.next();
        std::memcpy(row.data() + i, &value, std::min<std::uint64_t>(8, bytes - i));
      }
      if (type == i4 && columns % 2 != 0) row[bytes - 1] &= std::byte{0xF};
    }
  }
}

}  // namespace

void read_row(const Matrix& matrix, std::span<const std::byte> bytes, std::uint64_t row, std::uint64_t count,
              std::vector<double>& values) {
  const std::byte* place = bytes.subspan(row * matrix.row_bytes, matrix.row_bytes).data();
  values.resize(count);
  for (std::uint64_t i = 0; i < count; ++i) values[i] = element(matrix.type, place, i);
}

double read_element(const Matrix& matrix, std::span<const std::byte> bytes, std::uint64_t row, std::uint64_t column) {
  return element(matrix.type, bytes.subspan(row * matrix.row_bytes, matrix.row_bytes).data(), column);
}

double nearest_bf16(double value) {
  // Eight significant bits; the smallest step is that of the least normal exponent.
  if (value == 0 || !std::isfinite(value)) return value;
  const int exponent = std::max(std::ilogb(value), -126);
  const double step = std::ldexp(1.0, exponent - 7);
  return std::nearbyint(value / step) * step;
}

std::vector<std::byte> random_matrix(const Matrix& matrix, std::uint64_t seed) {
  std::vector<std::byte> bytes(matrix.bytes());
  Random random(seed);
  for (std::uint64_t row = 0; row < matrix.rows; ++row) {
    fill_row(matrix.type, std::span(bytes).subspan(row * matrix.row_bytes, matrix.row_bytes), matrix.columns, random);
  }
  return bytes;
}

void Verdict::compare(double came, double expected, double allowed, std::uint64_t row, std::uint64_t column) {
  ++compared;
  const double error = std::abs(came - expected);
  if (allowed > 0) worst = std::max(worst, error / allowed);
  if (error <= allowed) return;
  if (different++ == 0) first = fmt::format("row {}, column {}: expected {}, came {}", row, column, expected, came);
}

void Verdict::add(const Verdict& other) {
  compared += other.compared;
  different += other.different;
  total += other.total;
  worst = std::max(worst, other.worst);
  if (first.empty()) first = other.first;
  rule = other.rule;
}

}  // namespace aie4::workload::reference
