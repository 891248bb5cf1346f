// SPDX-License-Identifier: Apache-2.0
// Convolutions and pooling against loops over pixels, with strides, padding and odd shapes.
#include <array>

#include "tests/support/catch.hpp"
#include "tests/unit/compute/kernels/call.hpp"
#include "tests/unit/compute/kernels/exact.hpp"
#include "tests/unit/compute/kernels/values.hpp"

using namespace aie4::test;

namespace {

struct Image {
  unsigned height = 1;
  unsigned width = 1;
  unsigned channels = 1;
  unsigned kernel_h = 1;
  unsigned kernel_w = 1;
  unsigned stride_h = 1;
  unsigned stride_w = 1;
  unsigned top = 0;
  unsigned bottom = 0;
  unsigned left = 0;
  unsigned right = 0;

  [[nodiscard]] unsigned out_height() const { return (height + top + bottom - kernel_h) / stride_h + 1; }
  [[nodiscard]] unsigned out_width() const { return (width + left + right - kernel_w) / stride_w + 1; }
  [[nodiscard]] unsigned out_pixels() const { return out_height() * out_width(); }
  void set(CallBuilder& call) const {
    call.set("height", height).set("width", width).set("channels", channels).set("kernel_h", kernel_h);
    call.set("kernel_w", kernel_w).set("stride_h", stride_h).set("stride_w", stride_w).set("pad_top", top);
    call.set("pad_bottom", bottom).set("pad_left", left).set("pad_right", right);
  }
  // Calls visit(kernel row, kernel column, pixel of x) for the pixels of an output's window that exist.
  template <class Visit>
  void window(unsigned out, const Visit& visit) const {
    for (unsigned i = 0; i < kernel_h; ++i) {
      for (unsigned j = 0; j < kernel_w; ++j) {
        const int row = static_cast<int>(out / out_width() * stride_h + i) - static_cast<int>(top);
        const int column = static_cast<int>(out % out_width() * stride_w + j) - static_cast<int>(left);
        if (row < 0 || column < 0 || row >= static_cast<int>(height) || column >= static_cast<int>(width)) continue;
        visit(i, j, static_cast<unsigned>(row) * width + static_cast<unsigned>(column));
      }
    }
  }
};

Image random_image(Random& random) {
  Image image;
  image.kernel_h = between(random, 1, 4);
  image.kernel_w = between(random, 1, 4);
  image.height = between(random, image.kernel_h, 11);
  image.width = between(random, image.kernel_w, 11);
  image.channels = between(random, 1, 13);
  image.stride_h = between(random, 1, 3);
  image.stride_w = between(random, 1, 3);
  image.top = between(random, 0, image.kernel_h - 1);
  image.bottom = between(random, 0, image.kernel_h - 1);
  image.left = between(random, 0, image.kernel_w - 1);
  image.right = between(random, 0, image.kernel_w - 1);
  return image;
}

// The result of one sum, as gemm finishes it.
struct Finish {
  std::string_view type_x;
  std::string_view type_y;
  unsigned shift = 0;
  bool relu = false;

  void integer(Bytes& y, std::size_t index, std::uint64_t sum) const {
    std::int64_t value = static_cast<std::int64_t>(sum);
    if (type_x == "i8") value = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum));
    if (relu && value < 0) value = 0;
    put_integer(y, type_y, index, clamp_to_bits(divide_rounded(value, shift, "conv_even"), bits_of(type_y)));
  }
  void real(Bytes& y, std::size_t index, float sum) const {
    put_nearest(y, type_y, index, relu && sum < 0 ? 0.0 : static_cast<double>(sum));
  }
};

}  // namespace

TEST_CASE("conv2d is the sum over rows, columns and channels of its windows") {
  Random random(51);
  for (int round = 0; round < 150; ++round) {
    const Image image = round % 10 == 0 ? Image{.height = 5, .width = 7, .channels = 12} : random_image(random);
    const std::string_view type_x = std::array{"i8", "i8", "i16", "bf16", "fp32"}[random() % 5];
    const std::string_view type_w = type_x == "i8" && random() % 2 == 0 ? "i4" : type_x;
    const bool integers = type_x[0] == 'i';
    const unsigned outs = between(random, 1, 40);
    Finish finish{.type_x = type_x, .type_y = integers ? "i8" : "bf16", .relu = random() % 2 == 0};
    if (integers) finish.shift = between(random, 0, 9);
    const unsigned weights = image.kernel_h * image.kernel_w * image.channels * outs;
    Bytes x = buffer(type_x, image.height * image.width * image.channels);
    Bytes w = buffer(type_w, weights);
    Bytes y = buffer(finish.type_y, image.out_pixels() * outs);
    Bytes bias = buffer("i32", outs);
    fill(random, x, type_x, image.height * image.width * image.channels, false);
    fill(random, w, type_w, weights, false);
    fill(random, bias, integers ? "i32" : "fp32", outs, false);
    Bytes expected = y;
    for (unsigned out = 0; out < image.out_pixels(); ++out) {
      for (unsigned n = 0; n < outs; ++n) {
        std::uint64_t whole = static_cast<std::uint64_t>(get_integer(bias, "i32", n));
        volatile float real = 0;
        image.window(out, [&](unsigned i, unsigned j, unsigned pixel) {
          for (unsigned c = 0; c < image.channels; ++c) {
            const unsigned weight = ((i * image.kernel_w + j) * image.channels + c) * outs + n;
            if (integers) {
              whole += static_cast<std::uint64_t>(get_integer(x, type_x, pixel * image.channels + c) *
                                                  get_integer(w, type_w, weight));
            } else {
              volatile float product = get_float(x, type_x, pixel * image.channels + c) * get_float(w, type_w, weight);
              real = real + product;
            }
          }
        });
        if (integers) {
          finish.integer(expected, out * outs + n, whole);
        } else {
          finish.real(expected, out * outs + n, real + get_float(bias, "fp32", n));
        }
      }
    }
    CallBuilder call("conv2d");
    image.set(call);
    call.set("out_channels", outs).set("type_x", type_x).set("type_w", type_w).set("type_y", finish.type_y);
    call.set("shift", finish.shift).set("relu", finish.relu ? 1 : 0);
    call.operand("x", x).operand("w", w).operand("y", y).operand("bias", bias).run();
    INFO(type_x << " " << image.height << " x " << image.width << " x " << image.channels << " to " << outs);
    REQUIRE(y == expected);
  }
}

TEST_CASE("conv2d over two halves of the channels adds up to the whole") {
  Random random(52);
  const Image half{.height = 6, .width = 5, .channels = 8, .kernel_h = 3, .kernel_w = 3, .top = 1, .left = 2};
  Bytes sums = buffer("i32", half.out_pixels() * 16);
  Bytes y = buffer("i8", half.out_pixels() * 16);
  std::array<Bytes, 2> x;
  std::array<Bytes, 2> w;
  for (unsigned i = 0; i < 2; ++i) {
    x[i] = buffer("i8", 6 * 5 * 8);
    w[i] = buffer("i8", 9 * 8 * 16);
    fill_integers(random, x[i], "i8", x[i].size());
    fill_integers(random, w[i], "i8", w[i].size());
    CallBuilder call("conv2d");
    half.set(call);
    call.set("out_channels", 16).set("first", i == 0 ? 1 : 0).set("last", i).set("shift", 6);
    call.operand("x", x[i]).operand("w", w[i]).operand("y", y).operand("acc", sums).run();
  }
  const Finish finish{.type_x = "i8", .type_y = "i8", .shift = 6};
  Bytes expected = y;
  for (unsigned out = 0; out < half.out_pixels(); ++out) {
    for (unsigned n = 0; n < 16; ++n) {
      std::uint64_t whole = 0;
      for (unsigned part = 0; part < 2; ++part) {
        half.window(out, [&](unsigned i, unsigned j, unsigned pixel) {
          for (unsigned c = 0; c < 8; ++c) {
            whole += static_cast<std::uint64_t>(get_integer(x[part], "i8", pixel * 8 + c) *
                                                get_integer(w[part], "i8", ((i * 3 + j) * 8 + c) * 16 + n));
          }
        });
      }
      finish.integer(expected, out * 16 + n, whole);
    }
  }
  CHECK(y == expected);
}

TEST_CASE("dwconv2d convolves each channel with its own window") {
  Random random(53);
  for (int round = 0; round < 150; ++round) {
    const Image image = random_image(random);
    const std::string_view type_x = std::array{"i8", "i16", "bf16", "fp32"}[random() % 4];
    const bool integers = type_x[0] == 'i';
    const bool has_bias = random() % 2 == 0;
    Finish finish{.type_x = type_x, .type_y = integers ? "i16" : "fp32", .relu = random() % 2 == 0};
    if (integers) finish.shift = between(random, 0, 9);
    const unsigned weights = image.kernel_h * image.kernel_w * image.channels;
    Bytes x = buffer(type_x, image.height * image.width * image.channels);
    Bytes w = buffer(type_x, weights);
    Bytes y = buffer(finish.type_y, image.out_pixels() * image.channels);
    Bytes bias = buffer("i32", image.channels);
    fill(random, x, type_x, image.height * image.width * image.channels, round % 3 == 0);
    fill(random, w, type_x, weights, round % 3 == 0);
    fill(random, bias, integers ? "i32" : "fp32", image.channels, false);
    Bytes expected = y;
    for (unsigned out = 0; out < image.out_pixels(); ++out) {
      for (unsigned c = 0; c < image.channels; ++c) {
        std::uint64_t whole = has_bias ? static_cast<std::uint64_t>(get_integer(bias, "i32", c)) : 0;
        volatile float real = 0;
        image.window(out, [&](unsigned i, unsigned j, unsigned pixel) {
          const unsigned weight = (i * image.kernel_w + j) * image.channels + c;
          if (integers) {
            whole += static_cast<std::uint64_t>(get_integer(x, type_x, pixel * image.channels + c) *
                                                get_integer(w, type_x, weight));
          } else {
            volatile float product = get_float(x, type_x, pixel * image.channels + c) * get_float(w, type_x, weight);
            real = real + product;
          }
        });
        if (has_bias && !integers) real = real + get_float(bias, "fp32", c);
        if (integers) {
          finish.integer(expected, out * image.channels + c, whole);
        } else {
          finish.real(expected, out * image.channels + c, real);
        }
      }
    }
    CallBuilder call("dwconv2d");
    image.set(call);
    call.set("type_x", type_x).set("type_y", finish.type_y).set("shift", finish.shift).set("relu", finish.relu ? 1 : 0);
    call.operand("x", x).operand("w", w).operand("y", y);
    if (has_bias) call.operand("bias", bias);
    call.run();
    REQUIRE(y == expected);
  }
}

TEST_CASE("max_pool and avg_pool take the pixels that exist, or count padding if asked to") {
  Random random(54);
  for (int round = 0; round < 200; ++round) {
    const Image image = random_image(random);
    const std::string_view type = std::array{"i8", "i16", "i32", "bf16", "fp32"}[random() % 5];
    const bool integers = type[0] == 'i';
    const bool largest = round % 2 == 0;
    const bool counts = !largest && random() % 2 == 0;
    Bytes x = buffer(type, image.height * image.width * image.channels);
    Bytes y = buffer(type, image.out_pixels() * image.channels);
    fill(random, x, type, image.height * image.width * image.channels, largest);
    CallBuilder call(largest ? "max_pool" : "avg_pool");
    image.set(call);
    call.set("type", type);
    if (!largest) call.set("count_padding", counts ? 1 : 0).set("rounding", "symmetric_inf");
    call.operand("x", x).operand("y", y).run();
    for (unsigned out = 0; out < image.out_pixels() * image.channels; ++out) {
      std::vector<long double> values;
      image.window(out / image.channels, [&](unsigned, unsigned, unsigned pixel) {
        const unsigned at = pixel * image.channels + out % image.channels;
        values.push_back(integers ? static_cast<long double>(get_integer(x, type, at))
                                  : static_cast<long double>(get_float(x, type, at)));
      });
      long double expected = largest ? values.front() : 0.0L;
      for (const long double value : values) {
        if (!largest) expected += value;
        if (largest && (std::isnan(value) || value > expected)) expected = std::isnan(expected) ? expected : value;
      }
      if (!largest) expected /= counts ? image.kernel_h * image.kernel_w : static_cast<unsigned>(values.size());
      INFO(type << (largest ? " max " : " average ") << out);
      if (integers) {
        REQUIRE(static_cast<long double>(get_integer(y, type, out)) == std::round(expected));
      } else {
        REQUIRE((is_nearest(y, type, out, static_cast<double>(expected)) || std::abs(expected) < 1e-9L));
      }
    }
  }
}

TEST_CASE("Windows that do not fit are refused") {
  const auto error = [](CallBuilder& call) { return check_parameters(call.call()); };
  CHECK(error(CallBuilder("max_pool").set("pad_left", 1)) ==
        "max_pool: padding must be smaller than the window, came 0, 0, 1, 0 around one of 1 x 1");
  CHECK(error(CallBuilder("conv2d").set("kernel_h", 17)) ==
        "conv2d: the window must fit into the padded image, came 17 x 1 and 16 x 16");
  CHECK(error(CallBuilder("conv2d").set("height", 1024).set("width", 1024)) ==
        "conv2d: windows, and elements of one, must be at most 65536, came 1048576 and 16");
  CHECK(error(CallBuilder("conv2d").set("type_w", "i16")) == "conv2d: type_w must be i8 or i4, came i16");
  CHECK(error(CallBuilder("dwconv2d").set("type_y", "bf16")) ==
        "dwconv2d: type_x and type_y must both be integers or both be floats, came i8 and bf16");
}
