// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/inputs.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/unit/sweep/folder.hpp"

namespace aie4::sweep {
namespace {

// FIPS 180-4, and the examples of its authors.
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Point point(std::vector<std::string> words) {
  Point result;
  result.words = std::move(words);
  return result;
}

TEST_CASE("Inputs are the files that command lines name, but for what options write") {
  const test::Folder folder;
  for (const char* name : {"a.elf", "in.bin", "both.bin", "m.toml", "stats.json", "trace", "run"}) {
    std::ofstream(folder.path() / name) << (std::string(name) == "in.bin" ? "abc" : "");
  }
  std::filesystem::create_directory(folder.path() / "folder");
  const std::vector<Input> inputs = read_inputs(
      {point({"run", "a.elf", "--arg", "0=in.bin", "--arg", "1=out:4:trace", "--stats", "stats.json", "--trace=trace"}),
       point(
           {"run", "a.elf", "--arg", "0=inout:both.bin:stats.json", "--config=m.toml", "--set", "x=3", "folder", ""})},
      folder.path());
  CHECK(inputs == std::vector<Input>{{"a.elf", kEmpty}, {"both.bin", kEmpty}, {"in.bin", kAbc}, {"m.toml", kEmpty}});
}

TEST_CASE("A file larger than a piece is hashed whole, and one that is not there is an error") {
  const test::Folder folder;
  std::ofstream(folder.path() / "million") << std::string(1'000'000, 'a') << std::string(100'000, 'b');
  std::ofstream(folder.path() / "other") << std::string(1'000'000, 'a') << std::string(100'000, 'c');
  CHECK(file_sha256(folder.path() / "million") != file_sha256(folder.path() / "other"));
  std::ofstream(folder.path() / "known") << std::string(1'000'000, 'a');
  CHECK(file_sha256(folder.path() / "known") == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK_THROWS_AS(file_sha256(folder.path() / "absent"), std::system_error);
}

}  // namespace
}  // namespace aie4::sweep
