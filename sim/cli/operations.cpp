// SPDX-License-Identifier: Apache-2.0
// `aie4sim gemm`, `conv`, `eltwise`, `softmax`, `norm`, `pool`, `attention`, `mlp`: one operation of any shape on the
// array. Options are the keys of a layer in a network's description.
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/cli/command.hpp"
#include "sim/cli/workload_options.hpp"
#include "sim/config/config.hpp"
#include "sim/workload/error.hpp"
#include "sim/workload/net/network.hpp"

namespace aie4::cli {
namespace {

enum class Kind : std::uint8_t { Number, Text, Flag, Numbers };

struct Key {
  std::string_view key;  ///< In JSON; the option has dashes for underscores.
  Kind kind = Kind::Number;
  bool required = false;
  std::string_view about;
};

struct Command {
  std::string_view name;
  std::string_view about;
  std::span<const Key> keys;
  std::string (*footer)();
};

constexpr std::string_view kTypes = "Type of the elements: i8, i16, bf16, fp32, ...";
constexpr Key kDtype{"dtype", Kind::Text, false, kTypes};

constexpr Key kGemm[] = {
    {"m", Kind::Number, true, "Rows of A and C"},
    {"n", Kind::Number, true, "Columns of B and C"},
    {"k", Kind::Number, true, "Columns of A, rows of B"},
    {"dtype", Kind::Text, false, "Type of A: i8 (default), i16, bf16, fp32 or bfp16"},
    {"dtype_b", Kind::Text, false, "Type of B: that of A, or i4 with i8"},
    {"dtype_c", Kind::Text, false, "Type of C (default: that of A)"},
    {"b_layout", Kind::Text, false, "B lies as N x K (nk, the default: weights of linear layers) or as K x N (kn)"},
    {"shift", Kind::Number, false, "Bits to shift sums of integers (default: what suits random data)"},
    {"relu", Kind::Flag, false, "Negative results become 0"},
    {"tile", Kind::Numbers, false, "M,K,N of a kernel call; 0: the planner's choice"},
    {"group", Kind::Number, false, "Passes for which an operand stays in memory tiles (default: the planner's choice)"},
    {"stay", Kind::Text, false, "Which operand stays in memory tiles for that: any (default), a, b or none"},
    {"outputs", Kind::Number, false, "Buffers of C in each core, 1 or 2 (default: the planner's choice)"},
};
constexpr Key kConv[] = {
    {"height", Kind::Number, true, "Rows of the image"},
    {"width", Kind::Number, true, "Pixels of a row"},
    {"channels", Kind::Number, true, "Channels of the image"},
    {"out_channels", Kind::Number, true, "Channels of the result"},
    {"window", Kind::Number, false, "Rows and columns of the window (default 1)"},
    {"stride", Kind::Number, false, "From window to window (default 1)"},
    {"padding", Kind::Number, false, "Zeros around the image (default 0)"},
    kDtype,
    {"dtype_c", Kind::Text, false, "Type of the result (default: that of the image)"},
    {"shift", Kind::Number, false, "Bits to shift sums of integers (default: what suits random data)"},
    {"relu", Kind::Flag, false, "Negative results become 0"},
};
constexpr Key kEltwise[] = {
    {"kind", Kind::Text, false, "add (default), mul, relu, gelu, silu, sigmoid or tanh"},
    {"elements", Kind::Number, true, "How many"},
    kDtype,
    {"shift", Kind::Number, false, "add, mul: bits to shift results of integers (default 0)"},
    {"relu", Kind::Flag, false, "add, mul: negative results become 0"},
};
constexpr Key kSoftmax[] = {
    {"rows", Kind::Number, true, "Rows, each of which sums up to 1"},
    {"width", Kind::Number, true, "Elements of a row"},
    kDtype,
};
constexpr Key kNorm[] = {
    {"kind", Kind::Text, false, "layer (default) or rms"},
    {"rows", Kind::Number, true, "Rows, each of which is normalised"},
    {"width", Kind::Number, true, "Elements of a row"},
    kDtype,
};
constexpr Key kPool[] = {
    {"kind", Kind::Text, false, "max (default) or mean"},
    {"height", Kind::Number, true, "Rows of the image"},
    {"width", Kind::Number, true, "Pixels of a row"},
    {"channels", Kind::Number, true, "Channels"},
    {"window", Kind::Number, true, "Rows and columns of the window"},
    {"stride", Kind::Number, false, "From window to window (default: the window)"},
    {"padding", Kind::Number, false, "Around the image, max only (default 0)"},
    kDtype,
};
constexpr Key kAttention[] = {
    {"heads", Kind::Number, true, "Heads"},
    {"queries", Kind::Number, true, "Rows of Q"},
    {"keys", Kind::Number, false, "Rows of K and V (default: as many as queries)"},
    {"head_dim", Kind::Number, true, "Columns of Q, K and V of one head"},
    kDtype,
};
constexpr Key kMlp[] = {
    {"rows", Kind::Number, true, "Tokens"},
    {"width", Kind::Number, true, "Columns of input and result"},
    {"hidden", Kind::Number, true, "Columns between"},
    {"gated", Kind::Flag, false, "Two products up, one of them through the activation"},
    {"activation", Kind::Text, false, "relu, gelu, silu, sigmoid or tanh (default: gelu, gated: silu)"},
    kDtype,
};

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      {"gemm", "Multiply matrices on the array: time, rate, what bounds it", kGemm,
       [] {
         return examples({"aie4sim gemm --m 4096 --n 4096 --k 4096 --dtype i8",
                          "aie4sim gemm --m 100 --n 77 --k 333 --dtype bf16 --check --columns 1",
                          "aie4sim gemm --m 512 --n 512 --k 512 --no-overlap --set noc.bytes_per_us=40000"});
       }},
      {"conv", "Convolve an image on the array", kConv,
       [] {
         return examples(
             {"aie4sim conv --height 56 --width 56 --channels 64 --out-channels 64 --window 3 --padding 1 --check"});
       }},
      {"eltwise", "Elementwise functions on the array", kEltwise,
       [] { return examples({"aie4sim eltwise --kind gelu --elements 393216 --check"}); }},
      {"softmax", "Softmax of rows on the array", kSoftmax,
       [] { return examples({"aie4sim softmax --rows 1536 --width 128 --check"}); }},
      {"norm", "Layer or RMS norm of rows on the array", kNorm,
       [] { return examples({"aie4sim norm --kind rms --rows 128 --width 4096 --check"}); }},
      {"pool", "Pooling of an image on the array", kPool,
       [] {
         return examples(
             {"aie4sim pool --height 112 --width 112 --channels 64 --window 3 --stride 2 --padding 1 --dtype i8"});
       }},
      {"attention", "Scores, softmax and context of attention on the array", kAttention,
       [] { return examples({"aie4sim attention --heads 12 --queries 128 --head-dim 64 --check"}); }},
      {"mlp", "A multilayer perceptron of transformers on the array", kMlp,
       [] { return examples({"aie4sim mlp --rows 128 --width 768 --hidden 3072 --check"}); }},
  };
  return all;
}

struct Values {
  std::vector<std::uint64_t> number;
  std::vector<std::string> text;
  std::vector<std::vector<std::uint64_t>> numbers;
  WorkloadOptions common;
};

std::string option_of(std::string_view key) {
  std::string option = "--" + std::string(key);
  for (char& letter : option) letter = letter == '_' ? '-' : letter;
  return option;
}

int run(const CLI::App& parsed, const Command& command, Values& values) {
  const Configuration configuration = values.common.configuration.apply();
  config::check(configuration);
  nlohmann::json layer = {{"op", command.name}};
  for (std::size_t i = 0; i < command.keys.size(); ++i) {
    const Key& key = command.keys[i];
    if (parsed.count(option_of(key.key)) == 0) continue;
    const std::string name(key.key);
    if (key.kind == Kind::Number) layer[name] = values.number[i];
    if (key.kind == Kind::Text) layer[name] = values.text[i];
    if (key.kind == Kind::Flag) layer[name] = true;
    if (key.kind == Kind::Numbers) layer[name] = values.numbers[i];
  }
  try {
    const workload::Network network{
        .name = std::string(command.name),
        .layers = workload::read_layer(layer, configuration.parameters, values.common.shape(configuration.parameters))};
    return run_workload(values.common, configuration, network);
  } catch (const workload::WorkloadError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_operations(CLI::App& app, Action& action) {
  for (const Command& command : commands()) {
    CLI::App* parsed = app.add_subcommand(std::string(command.name), std::string(command.about));
    const auto values = std::make_shared<Values>();
    const std::size_t count = command.keys.size();
    values->number.resize(count);
    values->text.resize(count);
    values->numbers.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Key& key = command.keys[i];
      const std::string name = option_of(key.key);
      const std::string about(key.about);
      CLI::Option* option = nullptr;
      if (key.kind == Kind::Number) option = parsed->add_option(name, values->number[i], about);
      if (key.kind == Kind::Text) option = parsed->add_option(name, values->text[i], about);
      if (key.kind == Kind::Flag) option = parsed->add_flag(name, about);
      if (key.kind == Kind::Numbers) {
        option = parsed->add_option(name, values->numbers[i], about)->delimiter(',')->expected(3);
      }
      option->required(key.required);
    }
    values->common.add_to(*parsed);
    parsed->footer("All times are simulated; equal arguments give equal results.\n\n" + command.footer());
    parsed->callback(
        [parsed, &command, values, &action] { action = [=, &command] { return run(*parsed, command, *values); }; });
  }
}

}  // namespace aie4::cli
