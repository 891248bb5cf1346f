// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/net/chain.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "sim/config/names.hpp"
#include "sim/workload/error.hpp"

namespace aie4::workload {
namespace {

using nlohmann::json;

/// Whether a tensor can be read as one of another shape. Lists of elements and single rows take any.
bool fits(const Shape& expected, const Shape& came) {
  if (elements_of(expected) != elements_of(came)) return false;
  if (expected == came || expected.size() == 1 || came.size() == 1) return true;
  if (expected.size() == 2 && expected.front() == 1) return true;
  return expected.size() != came.size() && expected.back() == came.back();
}

std::string described(compute::ElementType type, const Shape& shape) {
  return fmt::format("{} of {}", to_string(shape), to_string(type));
}

/// How many inputs an operation takes: at least, at most.
std::pair<std::size_t, std::size_t> arity(const json& description) {
  const std::string op = description.at("op");
  if (op == "attention") return {1, 3};
  if (op != "eltwise") return {1, 1};
  const std::string kind = description.value("kind", "add");
  return kind == "add" || kind == "mul" ? std::pair<std::size_t, std::size_t>{2, 2}
                                        : std::pair<std::size_t, std::size_t>{1, 1};
}

}  // namespace

Slice Chain::all_of(std::size_t tensor) const {
  const std::uint64_t elements = elements_of(tensors_[tensor].shape);
  return {.tensor = tensor, .columns = elements, .pitch = elements};
}

std::size_t Chain::add(std::string name, compute::ElementType type, Shape shape, bool seeded) {
  tensors_.push_back({.name = std::move(name), .type = type, .shape = std::move(shape), .seeded = seeded});
  return tensors_.size() - 1;
}

Chain::Named* Chain::find(const std::string& name, const std::string& place) {
  for (std::size_t i = scopes_.size(); i-- > 0;) {
    const auto found = scopes_[i].find(name);
    if (found == scopes_[i].end()) continue;
    // A block is given what its surroundings are given, if nobody has read that yet.
    if (found->second.tensor != kNone || i == 0) return &found->second;
  }
  std::vector<std::string_view> names;
  for (const Scope& scope : scopes_) {
    for (const auto& [known, ignored] : scope) names.emplace_back(known);
  }
  throw WorkloadError(fmt::format("{}: expected {} or the name of an earlier layer, came {} (nearest: {})", place,
                                  kInputName, name, config::nearest_name(name, names)));
}

std::string Chain::fitting(const Wish& wish) const {
  std::size_t latest = kNone;
  std::string best;
  for (const Scope& scope : scopes_) {
    for (const auto& [name, named] : scope) {
      if (named.tensor == kNone || tensors_[named.tensor].type != wish.type) continue;
      if (!fits(wish.shape, tensors_[named.tensor].shape) || (latest != kNone && named.tensor < latest)) continue;
      latest = named.tensor;
      best = name;
    }
  }
  return best.empty() ? "no earlier layer makes that" : "nearest: " + best;
}

std::size_t Chain::read(const std::string& name, const std::string& place, const Wish& wish) {
  std::size_t tensor = last_;
  if (!name.empty() || last_ == kNone) {
    Named* const named = find(name.empty() ? std::string(kInputName) : name, place);
    if (named->tensor == kNone) named->tensor = add(std::string(kInputName), wish.type, wish.shape, true);
    tensor = named->tensor;
  }
  const Tensor& came = tensors_[tensor];
  if (came.type != wish.type || !fits(wish.shape, came.shape)) {
    throw WorkloadError(fmt::format("{}: expected {}, came {} from {} ({})", place, described(wish.type, wish.shape),
                                    described(came.type, came.shape), came.name, fitting(wish)));
  }
  return tensor;
}

std::vector<std::string> Chain::inputs_of(const json& description, const std::string& place, std::size_t least,
                                          std::size_t most) const {
  std::vector<std::string> names = description.value("inputs", std::vector<std::string>{});
  // No name: what the layer before made.
  if (names.empty() && least == 1) names.emplace_back();
  if (names.size() < least || names.size() > most) {
    const std::string expected = least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
    throw WorkloadError(fmt::format("{}/inputs: expected {} of them for {}, came {}", place, expected,
                                    description.value("kind", description.at("op").get<std::string>()), names.size()));
  }
  return names;
}

void Chain::name_result(const json& description, const std::string& place, std::size_t tensor) {
  last_ = tensor;
  const std::string name = description.value("name", "");
  if (name.empty()) return;
  Scope& scope = scopes_.back();
  if (const auto found = scope.find(name); found != scope.end()) {
    const std::string taken = found->second.place.empty() ? "what the network is given" : found->second.place;
    throw WorkloadError(
        fmt::format("{}/name: expected another name than any before it, came {} of {}", place, name, taken));
  }
  scope[name] = {.tensor = tensor, .place = place};
}

void Chain::connect(const json& description, const std::string& place, std::vector<Layer>& parts) {
  for (Layer& part : parts) {
    part.count = description.value("count", std::uint64_t{1});
    for (const TensorLayout& layout : {part.operation.operands.front(), part.operation.result}) {
      if (layout.type != compute::ElementType::i4 && layout.type != compute::ElementType::bfp16) continue;
      throw WorkloadError(fmt::format("{}: expected one of i8, i16, i32, bf16, fp32 between chained layers, came {}",
                                      place, to_string(layout.type)));
    }
  }
  const std::string op = description.at("op");
  if (op == "attention") return connect_attention(description, place, parts);
  if (op == "mlp") return connect_mlp(description, place, parts);
  Layer& layer = parts.front();
  const auto [least, most] = arity(description);
  const std::vector<std::string> names = inputs_of(description, place, least, most);
  Flow flow;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const TensorLayout& operand = layer.operation.operands[i];
    const std::string at = names[i].empty() ? place : fmt::format("{}/inputs/{}", place, i);
    flow.operands.push_back({all_of(read(names[i], at, {operand.type, operand.shape}))});
  }
  const TensorLayout& result = layer.operation.result;
  // What is done element by element keeps the shape.
  const Shape& shape = op == "eltwise" ? tensors_[flow.operands.front().front().tensor].shape : result.shape;
  const std::size_t tensor = add(layer.name, result.type, shape);
  flow.result = all_of(tensor);
  layer.flows.push_back(std::move(flow));
  name_result(description, place, tensor);
}

void Chain::connect_mlp(const json& description, const std::string& place, std::vector<Layer>& parts) {
  const std::string name = inputs_of(description, place, 1, 1).front();
  const TensorLayout& operand = parts.front().operation.operands.front();
  const std::size_t input = read(name, name.empty() ? place : place + "/inputs/0", {operand.type, operand.shape});
  const auto make = [this](Layer& part, const std::vector<std::size_t>& inputs, const std::string& as) {
    const std::size_t tensor = add(as, part.operation.result.type, part.operation.result.shape);
    Flow flow{.operands = {}, .result = all_of(tensor)};
    for (const std::size_t one : inputs) flow.operands.push_back({all_of(one)});
    part.flows.push_back(std::move(flow));
    return tensor;
  };
  const std::size_t up = make(parts[0], {input}, parts[0].name);
  std::size_t hidden = up;
  if (description.value("gated", false)) {
    const std::size_t gate = make(parts[0], {input}, parts[0].name);
    const std::size_t open = make(parts[1], {gate}, parts[1].name);
    hidden = make(parts[2], {up, open}, parts[2].name);
  } else {
    hidden = make(parts[1], {up}, parts[1].name);
  }
  name_result(description, place, make(parts.back(), {hidden}, parts.back().name));
}

void Chain::connect_attention(const json& description, const std::string& place, std::vector<Layer>& parts) {
  const std::uint64_t heads = description.at("heads");
  const std::uint64_t shared = description.value("kv_heads", heads);
  const std::uint64_t queries = description.at("queries");
  const std::uint64_t keys = description.value("keys", queries);
  const std::uint64_t dim = description.at("head_dim");
  if (heads % shared != 0) {
    throw WorkloadError(fmt::format("{}/kv_heads: expected a divisor of {} heads, came {}", place, heads, shared));
  }
  if (keys < queries) {
    throw WorkloadError(fmt::format("{}/keys: expected at least the {} of the queries in a chained network, came {}",
                                    place, queries, keys));
  }
  const compute::ElementType type = parts.front().operation.result.type;
  // Side by side in one tensor, Q apart, or all apart.
  const std::vector<std::string> names = inputs_of(description, place, 1, 3);
  const std::uint64_t q = heads * dim;
  const std::uint64_t kv = shared * dim;
  const std::vector<std::vector<std::uint64_t>> widths = {{q + 2 * kv}, {q, 2 * kv}, {q, kv, kv}};
  std::vector<std::size_t> sources;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string at = names[i].empty() ? place : fmt::format("{}/inputs/{}", place, i);
    sources.push_back(read(names[i], at, {type, {queries, widths[names.size() - 1][i]}}));
  }
  const auto columns = [&](std::uint64_t first) {
    std::size_t i = 0;
    for (; first >= widths[names.size() - 1][i]; ++i) first -= widths[names.size() - 1][i];
    return Slice{.tensor = sources[i],
                 .rows = queries,
                 .first_column = first,
                 .columns = dim,
                 .pitch = widths[names.size() - 1][i]};
  };
  // Keys and values of tokens before these are seeded.
  const std::uint64_t before = keys - queries;
  const std::size_t cache = before == 0 ? kNone : add(parts.front().name + ".cache", type, {before, 2 * kv}, true);
  const auto with_cache = [&](std::uint64_t first) {
    std::vector<Slice> slices;
    const Slice old{.tensor = cache, .rows = before, .first_column = first, .columns = dim, .pitch = 2 * kv};
    if (before != 0) slices.push_back(old);
    slices.push_back(columns(q + first));
    return slices;
  };
  const std::size_t scores = add(parts[0].name, type, {heads * queries, keys});
  const std::size_t weights = add(parts[1].name, type, {heads * queries, keys});
  const std::size_t context = add(parts[2].name, type, {queries, q});
  for (std::uint64_t head = 0; head < heads; ++head) {
    const std::uint64_t of = head / (heads / shared) * dim;
    const Slice rows{.first_row = head * queries, .rows = queries, .columns = keys, .pitch = keys};
    Slice score = rows;
    score.tensor = scores;
    Slice weight = rows;
    weight.tensor = weights;
    const Slice part{.tensor = context, .rows = queries, .first_column = head * dim, .columns = dim, .pitch = q};
    parts[0].flows.push_back({.operands = {{columns(head * dim)}, with_cache(of)}, .result = score});
    parts[2].flows.push_back({.operands = {{weight}, with_cache(kv + of)}, .result = part});
  }
  parts[1].flows.push_back({.operands = {{all_of(scores)}}, .result = all_of(weights)});
  name_result(description, place, context);
}

void Chain::begin_block(const json& description, const std::string& place) {
  const std::string name = inputs_of(description, place, 1, 1).front();
  if (!name.empty()) last_ = find(name, place + "/inputs/0")->tensor;
  scopes_.emplace_back();
  next_round();
}

void Chain::next_round() {
  scopes_.back() = {{std::string(kInputName), {.tensor = last_, .place = {}}}};
}

void Chain::end_block(const json& description, const std::string& place) {
  scopes_.pop_back();
  name_result(description, place, last_);
}

}  // namespace aie4::workload
