// SPDX-License-Identifier: Apache-2.0
// `aie4sim core`: core programs from text to image and back.
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/cli/core_files.hpp"
#include "sim/cli/files.hpp"
#include "sim/core_text/disassembler.hpp"

namespace aie4::cli {
namespace {

struct CoreOptions {
  std::filesystem::path input;
  std::filesystem::path output;
};

int assemble(const CoreOptions& options) {
  const compute::CoreImage image = read_core(options.input);
  const auto bytes = std::get<std::vector<std::byte>>(compute::encode_core_image(image.program));
  write_file(options.output, bytes);
  std::cout << fmt::format("{}: {} bytes, {} instructions\n", options.output.string(), bytes.size(),
                           image.program.instructions.size());
  return kExitOk;
}

int disassemble(const CoreOptions& options) {
  std::cout << core_text::disassemble(read_core(options.input));
  return kExitOk;
}

}  // namespace

void add_core(CLI::App& app, Action& action) {
  CLI::App* core = app.add_subcommand("core", "Assemble and disassemble what the cores of compute tiles do");
  core->require_subcommand(1);
  core->footer("The text form: docs/core-programs.md.\n\n" +
               examples({"aie4sim core as gemm.core -o gemm.bin", "aie4sim core dis gemm.bin"}));

  CLI::App* as_command = core->add_subcommand("as", "Make the image of a core program");
  const auto as_options = std::make_shared<CoreOptions>();
  as_command->add_option("file", as_options->input, "Text of the program")->required();
  as_command->add_option("-o,--output", as_options->output, "Image to write")->required();
  as_command->footer("Exit status 2 and the line at fault if the text is no program.\n\n" +
                     examples({"aie4sim core as gemm.core -o gemm.bin"}));
  as_command->callback([as_options, &action] { action = [as_options] { return assemble(*as_options); }; });

  CLI::App* dis_command = core->add_subcommand("dis", "Print an image as text, with the PC of each instruction");
  const auto dis_options = std::make_shared<CoreOptions>();
  dis_command->add_option("file", dis_options->input, "Image, or text to be put in order")->required();
  dis_command->footer(examples({"aie4sim core dis gemm.bin", "aie4sim core dis gemm.bin > gemm.core"}));
  dis_command->callback([dis_options, &action] { action = [dis_options] { return disassemble(*dis_options); }; });
}

}  // namespace aie4::cli
