// SPDX-License-Identifier: Apache-2.0
// TOML nodes taken apart with errors that name file, line and path in the document.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

namespace aie4::sweep {

/// A node and how one got there: "workloads[2].command".
class Node {
 public:
  Node(const toml::node& node, std::string path, const std::string& origin)
      : node_(&node), path_(std::move(path)), origin_(&origin) {}

  [[nodiscard]] const std::string& path() const { return path_; }
  /// "spec.toml:12".
  [[nodiscard]] std::string place() const;
  /// Throws the error of this node.
  [[noreturn]] void refuse(const std::string& expected, const std::string& came) const;
  /// "a string", as errors say it; for scalars their value.
  [[nodiscard]] std::string shown() const;

  [[nodiscard]] bool is_table() const { return node_->is_table(); }
  [[nodiscard]] bool is_array() const { return node_->is_array(); }
  [[nodiscard]] bool is_integer() const { return node_->is_integer(); }
  [[nodiscard]] bool is_string() const { return node_->is_string(); }

  // Each throws if the node is something else.
  [[nodiscard]] std::int64_t integer(const std::string& expected) const;
  [[nodiscard]] std::string string(const std::string& expected) const;
  /// In the order of the text.
  [[nodiscard]] std::vector<Node> items(const std::string& expected) const;
  struct Member;
  /// In the order of the text. `known`: other keys are refused, with the nearest of them; empty: all are allowed.
  [[nodiscard]] std::vector<Member> members(const std::string& expected,
                                            std::span<const std::string_view> known = {}) const;

 private:
  const toml::node* node_;
  std::string path_;
  const std::string* origin_;
};

struct Node::Member {
  std::string key;
  Node node;
};

}  // namespace aie4::sweep
