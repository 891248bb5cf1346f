// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/inputs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <openssl/evp.h>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace aie4::sweep {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kWriting = {"--emit", "--log", "--record", "--stats", "--trace", "--vcd"};

bool writes(std::string_view option) {
  return std::ranges::find(kWriting, option) != kWriting.end();
}

/// What may be a file's name in one word.
std::vector<std::string> candidates(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return {word};
  if (writes(std::string_view(word).substr(0, equals))) return {};
  std::string value = word.substr(equals + 1);
  constexpr std::string_view kBoth = "inout:";  // Of `aie4sim run --arg`: a file in, perhaps another out.
  if (value.starts_with(kBoth)) value = value.substr(kBoth.size(), value.find(':', kBoth.size()) - kBoth.size());
  return {word, std::move(value)};
}

}  // namespace

std::vector<Input> read_inputs(const std::vector<Point>& points, const fs::path& folder) {
  std::set<std::string> names;
  for (const Point& point : points) {
    for (std::size_t i = 1; i < point.words.size(); ++i) {
      if (writes(point.words[i - 1])) continue;
      for (std::string& name : candidates(point.words[i])) names.insert(std::move(name));
    }
  }
  std::vector<Input> inputs;
  for (const std::string& name : names) {
    std::error_code ignored;  // Of what cannot be a name.
    if (!name.empty() && fs::is_regular_file(folder / name, ignored))
      inputs.push_back({name, file_sha256(folder / name)});
  }
  return inputs;
}

std::string file_sha256(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::system_error(errno, std::generic_category(), "cannot read " + file.string());
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  std::vector<char> piece(std::size_t{1} << 20);
  while (good && stream) {
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    good = EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(stream.gcount())) == 1;
  }
  if (stream.bad()) throw std::system_error(errno, std::generic_category(), "cannot read " + file.string());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!good || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) throw std::runtime_error("SHA-256 failed");
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

}  // namespace aie4::sweep
