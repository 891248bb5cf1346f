// SPDX-License-Identifier: Apache-2.0
// The catalogue as data, parameters as text, and checks that all kernels share.
#include <set>

#include "tests/support/catch.hpp"
#include "tests/unit/compute/kernels/call.hpp"

using namespace aie4::compute;
using aie4::test::CallBuilder;

TEST_CASE("Each kernel, operand and parameter has a name of its own, a description and a default in its range") {
  std::set<std::string_view> names;
  for (const Kernel& kernel : kernels()) {
    INFO(kernel.name);
    CHECK(names.insert(kernel.name).second);
    CHECK(!kernel.description.empty());
    CHECK(kernel.operands.size() <= kMaxOperands);
    CHECK(kernel.parameters.size() <= kMaxParameters);
    std::set<std::string_view> own;
    bool optional = false;
    for (const OperandInfo& operand : kernel.operands) {
      INFO(operand.name);
      CHECK(own.insert(operand.name).second);
      CHECK(!operand.description.empty());
      CHECK((operand.optional || !optional));
      optional = operand.optional;
    }
    own.clear();
    for (const KernelParameter& parameter : kernel.parameters) {
      INFO(parameter.name);
      CHECK(own.insert(parameter.name).second);
      CHECK(!parameter.description.empty());
      CHECK(in_range(parameter, parameter.default_value));
      const std::string text = format_parameter(parameter, parameter.default_value);
      CHECK(parse_parameter(parameter, text) == parameter.default_value);
    }
    CHECK(check_parameters(default_call(*kernel_index(kernel.name))).empty());
  }
}

TEST_CASE("A kernel that does not exist is refused") {
  KernelCall call;
  call.kernel = 12345;
  CHECK(check(call).find("came 12345") != std::string::npos);
  CHECK(find_kernel("gem") == nullptr);
}

TEST_CASE("Parameters out of their range are refused with range and value") {
  CHECK(check_parameters(CallBuilder("gemm").word("M", 0).call()) == "gemm: M must be 1..65536, came 0");
  CHECK(check_parameters(CallBuilder("gemm").word("type_c", 17).call()).find("came number 17") != std::string::npos);
  CHECK(check_parameters(CallBuilder("gemm").word("first", 2).call()) == "gemm: first must be 0..1, came 2");
}

TEST_CASE("A block that does not divide the matrix is refused") {
  CHECK(check_parameters(CallBuilder("gemm").set("M", 60).set("r", 8).call()) ==
        "gemm: M must be a multiple of r, came 60 and 8");
}

TEST_CASE("Missing, short and overlapping buffers are refused by operand") {
  std::vector<std::byte> a(64 * 64);
  std::vector<std::byte> b(64 * 64);
  std::vector<std::byte> c(64 * 64 * 4);
  CallBuilder call("gemm");
  call.operand("a", a).operand("b", b);
  CHECK(call.check() == "gemm: operand c is missing");
  std::vector<std::byte> too_short(64 * 64 * 4 - 1);
  call.operand("c", too_short);
  CHECK(call.check() == "gemm: operand c needs 16384 bytes, its buffer has 16383");
  call.operand("c", c);
  CHECK(call.check().empty());
  KernelCall overlapping = call.call();
  overlapping.operands[*operand_index(*find_kernel("gemm"), "c")].address = overlapping.operands[0].address + 4095;
  CHECK(check(overlapping) == "gemm: operands c and a overlap");
}

TEST_CASE("Texts of parameters are read strictly") {
  const Kernel& gemm = *find_kernel("gemm");
  const KernelParameter& m = gemm.parameters[*parameter_index(gemm, "M")];
  CHECK(parse_parameter(m, "0x40") == 64);
  for (const std::string_view bad : {"", "-1", "64 ", " 64", "0x", "1e3", "65537", "99999999999", "i8", "--1"}) {
    INFO(bad);
    CHECK(!parse_parameter(m, bad));
  }
  const KernelParameter& type = gemm.parameters[*parameter_index(gemm, "type_c")];
  CHECK(parse_parameter(type, "i16") == static_cast<std::uint32_t>(ElementType::i16));
  for (const std::string_view bad : {"", "i64", "2", "I16", "i4"}) CHECK(!parse_parameter(type, bad));
}
