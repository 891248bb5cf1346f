// SPDX-License-Identifier: Apache-2.0
// `aie4sim firmware`: makes the two files that the driver asks for, and judges such files as the PSP would.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "firmware-stub/image/container.hpp"
#include "firmware-stub/image/payload.hpp"
#include "firmware-stub/image/verifier.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"

namespace aie4::cli {
namespace {

using registers::psp::Response;

/// The PSP's size field has 24 bits.
constexpr std::size_t kLargestFile = (std::size_t{1} << 24) - 1;

struct MakeOptions {
  std::string kind;
  std::filesystem::path output;
  unsigned personality = 5;
  std::string version;
  std::size_t size = 0;
};

struct InspectOptions {
  std::filesystem::path file;
  std::string kind;
};

ImageKind to_kind(const std::string& name) {
  return name == "cert" ? ImageKind::Cert : ImageKind::Management;
}

std::string_view name_of(Response response) {
  switch (response) {
    case Response::OK:
      return "OK";
    case Response::CANCEL:
      return "CANCEL";
    case Response::BAD_FORMAT:
      return "BAD_FORMAT";
    case Response::BAD_PARAMETERS:
      return "BAD_PARAMETERS";
    case Response::BAD_STATE:
      return "BAD_STATE";
    case Response::NOT_SUPPORTED:
      return "NOT_SUPPORTED";
    case Response::SECURITY:
      return "SECURITY";
  }
  return "unknown";
}

/// "5.24.0".
image::FirmwareVersion parse_version(const std::string& text) {
  std::uint16_t parts[3] = {};
  const char* position = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < 3; ++i) {
    if (i > 0 && (position == end || *position++ != '.')) position = end + 1;
    if (position > end) break;
    const auto [next, error] = std::from_chars(position, end, parts[i]);
    position = error == std::errc() ? next : end + 1;
  }
  if (position != end) {
    throw UsageError("--firmware-version: expected MAJOR.MINOR.PATCH, each 0..65535, came " + text);
  }
  return {parts[0], parts[1], parts[2]};
}

int make(const MakeOptions& options) {
  const ImageKind kind = to_kind(options.kind);
  const auto version = options.version.empty()
                           ? image::FirmwareVersion{static_cast<std::uint16_t>(options.personality),
                                                    static_cast<std::uint16_t>(options.personality == 5 ? 24 : 0), 0}
                           : parse_version(options.version);
  std::string payload = image::make_payload(kind, options.personality, version);
  const std::size_t smallest = image::kHeaderSize + payload.size();
  if (options.size != 0) {
    const std::size_t largest = image::max_image_size(kind);
    if (options.size < smallest || options.size > largest) {
      throw UsageError(fmt::format("--size: expected {}..{} bytes for kind {}, came {}", smallest, largest,
                                   options.kind, options.size));
    }
    payload.resize(options.size - image::kHeaderSize, '\n');
  }
  write_file(options.output, image::encode(kind, options.personality, version, std::as_bytes(std::span(payload))));
  return kExitOk;
}

/// The verdict of the PSP when the driver hands over a file of this content.
ImageVerdict judge(ImageKind kind, std::span<const std::byte> file) {
  const image::ContainerVerifier verifier;
  // The driver announces the size of its buffer, not of the file: rounded up to these.
  const std::size_t unit = kind == ImageKind::Cert ? 0x8000 : 0x10000;
  const std::size_t buffer = (file.size() + unit - 1) / unit * unit;
  const auto extent = verifier.extent(kind, file.first(std::min(file.size(), verifier.header_size())), buffer);
  if (const auto* refused = std::get_if<ImageVerdict>(&extent)) return *refused;
  return verifier.verify(kind, file);
}

void print(std::string_view name, const std::string& value) {
  std::cout << fmt::format("{:17} {}\n", name, value);
}

int inspect(const InspectOptions& options) {
  const std::vector<std::byte> file = read_file(options.file, kLargestFile);
  const auto decoded = image::decode_header(file);
  ImageKind kind = to_kind(options.kind);
  print("file", fmt::format("{} ({} bytes)", options.file.string(), file.size()));
  if (const auto* header = std::get_if<image::Header>(&decoded)) {
    if (options.kind.empty()) kind = header->kind;
    print("kind", std::string(image::to_string(header->kind)));
    print("personality", fmt::format("P{}", header->personality));
    print("firmware version",
          fmt::format("{}.{}.{}", header->version.major, header->version.minor, header->version.patch));
    print("payload", fmt::format("{} bytes, SHA-256 {}", header->payload_size, image::to_hex(header->payload_digest)));
    print("signature", header->is_signed() ? image::to_hex(header->signature) : "none (unsigned stub)");
    if (file.size() > header->image_size()) {
      print("behind the image", fmt::format("{} bytes that nobody looks at", file.size() - header->image_size()));
    }
  }
  const ImageVerdict verdict = judge(kind, file);
  print("PSP response",
        fmt::format("{:#010x} {}", static_cast<std::uint32_t>(verdict.response), name_of(verdict.response)));
  if (verdict.response == Response::OK) return kExitOk;
  print("reason", verdict.reason);
  return kExitFailed;
}

}  // namespace

void add_firmware(CLI::App& app, Action& action) {
  CLI::App* firmware = app.add_subcommand("firmware", "Make and inspect the firmware files that the driver asks for");
  firmware->require_subcommand(1);
  firmware->footer(
      examples({"aie4sim firmware make --kind npu --output npu.dev.sbin", "aie4sim firmware inspect npu.dev.sbin"}));

  CLI::App* make_command = firmware->add_subcommand("make", "Make a firmware file");
  const auto make_options = std::make_shared<MakeOptions>();
  make_command->add_option("--kind", make_options->kind, "npu (management firmware) or cert")
      ->required()
      ->check(CLI::IsMember({"npu", "cert"}));
  make_command->add_option("--output", make_options->output, "File to write")->required();
  make_command->add_option("--personality", make_options->personality, "Host interface: 5 (Linux 7.2, 7.3) or 6")
      ->check(CLI::IsMember({5, 6}))
      ->capture_default_str();
  make_command->add_option("--firmware-version", make_options->version, "MAJOR.MINOR.PATCH (default 5.24.0 or 6.0.0)");
  make_command->add_option("--size", make_options->size, "Pad the file to so many bytes");
  make_command->footer("The same arguments give the same bytes.\n\n" +
                       examples({"aie4sim firmware make --kind npu --output npu.dev.sbin",
                                 "aie4sim firmware make --kind cert --output cert.dev.sbin --size 32768"}));
  make_command->callback([make_options, &action] { action = [make_options] { return make(*make_options); }; });

  CLI::App* inspect_command = firmware->add_subcommand("inspect", "Show a firmware file and the PSP's verdict");
  const auto inspect_options = std::make_shared<InspectOptions>();
  inspect_command->add_option("file", inspect_options->file, "Firmware file")->required();
  inspect_command->add_option("--kind", inspect_options->kind, "As what the driver offers it (default: what it says)")
      ->check(CLI::IsMember({"npu", "cert"}));
  inspect_command->footer(
      "Exit status 1 if the PSP would refuse the file.\n\n" +
      examples({"aie4sim firmware inspect npu.dev.sbin", "aie4sim firmware inspect --kind cert cert.dev.sbin"}));
  inspect_command->callback(
      [inspect_options, &action] { action = [inspect_options] { return inspect(*inspect_options); }; });
}

}  // namespace aie4::cli
