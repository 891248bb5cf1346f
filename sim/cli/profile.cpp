// SPDX-License-Identifier: Apache-2.0
// `aie4sim profile`: where the time of the commands on a timeline went; and the timeline itself.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/profile/error.hpp"
#include "sim/profile/merge.hpp"
#include "sim/profile/report.hpp"
#include "sim/trace/perfetto_reader.hpp"
#include "sim/transcript/format.hpp"

namespace aie4::cli {
namespace {

struct ProfileOptions {
  std::string file;
  std::string folder;
  bool json = false;
};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in = open_input(file.string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What cannot be read as what it should be is the user's to mend: exit status 2, and which file it is.
template <typename Read>
auto reading(const std::filesystem::path& file, Read read) {
  try {
    return read();
  } catch (const profile::ProfileError& error) {
    throw UsageError(file.string() + ": " + error.what());
  } catch (const trace::TraceError& error) {
    throw UsageError(file.string() + ": " + error.what());
  } catch (const transcript::TranscriptError& error) {
    throw UsageError(file.string() + ": " + error.what());
  }
}

void merge(const ProfileOptions& options) {
  const std::filesystem::path folder = options.folder;
  const auto guest =
      reading(folder / "guest-trace.txt", [&] { return profile::parse_guest(text_of(folder / "guest-trace.txt")); });
  const auto moments = reading(folder / "transcript.aie4t", [&] {
    const std::string times = text_of(folder / "host-times");
    std::ifstream transcript = open_input((folder / "transcript.aie4t").string());
    return profile::read_boundary(transcript, std::as_bytes(std::span(times)));
  });
  const auto device =
      reading(folder / "device.pftrace", [&] { return trace::read_trace(text_of(folder / "device.pftrace")); });
  std::ostringstream out;
  reading(folder, [&] { return profile::merge(guest, moments, device, out); });
  const std::string bytes = std::move(out).str();
  write_file(options.file, std::as_bytes(std::span(bytes)));
}

int profile_file(const ProfileOptions& options) {
  if (!options.folder.empty()) merge(options);
  const auto found = reading(options.file, [&] { return profile::report(trace::read_trace(text_of(options.file))); });
  std::cout << (options.json ? profile::json(found) : profile::text(found)) << std::flush;
  return found.good() ? kExitOk : kExitFailed;
}

}  // namespace

void add_profile(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("profile", "Where the time of a guest's commands went");
  const auto options = std::make_shared<ProfileOptions>();
  command->add_option("file", options->file, "Timeline of `aie4sim guest --profile`")->required();
  command->add_flag("--json", options->json, "As JSON, with every command");
  command->add_option(
      "--merge", options->folder,
      "Make the timeline first, of the guest-trace.txt, transcript.aie4t, host-times and device.pftrace in this "
      "folder");
  command->footer("Status 1 if an effect comes before its cause or a command's parts are not its whole.\n\n" +
                  examples({"aie4sim profile copy.pftrace", "aie4sim profile copy.pftrace --json",
                            "aie4sim guest --profile copy.pftrace -- npu-xrt --runs 100"}));
  command->callback([options, &action] { action = [options] { return profile_file(*options); }; });
}

}  // namespace aie4::cli
