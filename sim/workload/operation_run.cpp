// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/operation_run.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include "sim/host/elf/program.hpp"
#include "sim/workload/assembler.hpp"
#include "sim/workload/control_code.hpp"
#include "sim/workload/error.hpp"

namespace aie4::workload {
namespace {

std::vector<std::byte> read_elf(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<char> content{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const auto bytes = std::as_bytes(std::span(content));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::filesystem::path build(const Plan& plan, const std::string& name, const std::vector<std::string>& assembler,
                            const std::filesystem::path& folder) {
  const std::filesystem::path text = folder / (name + ".asm");
  std::ofstream stream(text);
  stream << control_code(plan);
  stream.close();
  if (!stream) throw WorkloadError("cannot write " + text.string());
  return assemble(assembler, folder, name, plan.arguments.size());
}

double OperationReport::tera_operations_per_second() const {
  return duration_ps() == 0 ? 0 : static_cast<double>(operations) / static_cast<double>(duration_ps());
}

OperationReport run_operation(host::ProgramRunner& runner, const Operation& operation, const std::filesystem::path& elf,
                              Buffers inputs, unsigned repeat, bool check) {
  OperationReport report{.title = operation.title, .operations = operation.operations, .facts = operation.facts};
  const host::elf::Program program = host::elf::read_program(read_elf(elf));
  host::ProgramRunOptions options;
  options.repeat = repeat;
  for (std::size_t i = 0; i < operation.plan.arguments.size(); ++i) {
    const Argument& argument = operation.plan.arguments[i];
    options.arguments.push_back({.size = argument.bytes, .content = std::move(inputs.at(i)), .keep = argument.output});
  }
  report.run = runner.run(program, program.find(""), options);
  report.breakdown = break_down(report.run.use);
  report.after = std::move(report.run.outputs);
  if (!check || !report.run.succeeded()) return report;
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = std::move(options.arguments[i].content);
  report.verdict = operation.check(inputs, report.after);
  return report;
}

}  // namespace aie4::workload
