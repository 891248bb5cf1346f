// SPDX-License-Identifier: Apache-2.0
// `aie4sim serve`: the device behind vfio-user sockets, for a virtual machine.
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "sim/cli/boundary_tap.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/core_files.hpp"
#include "sim/cli/files.hpp"
#include "sim/cli/log.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/summary.hpp"
#include "sim/cli/trace_file.hpp"
#include "sim/config/config.hpp"
#include "sim/vfio_user/machine_host.hpp"
#include "sim/vfio_user/server.hpp"

namespace aie4::cli {
namespace {

struct ServeOptions {
  std::string pf;
  std::vector<std::string> vfs;
  std::vector<std::string> static_vfs;
  std::string qtest;
  std::string pf_address = "4.0";
  std::string record;
  std::string host_times;
  std::string summary_json;
  unsigned busy_poll_us = 100;
  TraceOptions trace;
  BindOptions bind;
  ConfigurationOptions configuration;
  Log log;
};

/// "4.0": device and function in hexadecimal, as QEMU's `addr` property.
vfio_user::PciAddress parse_address(const std::string& text) {
  unsigned device = 0;
  unsigned function = 0;
  char rest = 0;
  // NOLINTNEXTLINE(cert-err34-c,cppcoreguidelines-pro-type-vararg): out of range is caught below
  if (std::sscanf(text.c_str(), "%2x.%1x%c", &device, &function, &rest) != 2 || device > 31 || function > 7) {
    throw UsageError("--pf-address: expected DEVICE.FUNCTION in hexadecimal as in QEMU's addr (4.0), came " + text);
  }
  return {.device = device, .function = function};
}

/// The sockets say which functions there are.
Configuration configuration_of(const ServeOptions& options) {
  Configuration configuration = options.configuration.apply();
  if (!options.vfs.empty() && !options.static_vfs.empty()) {
    throw UsageError("expected either --vf (SR-IOV) or --static-vf, came both");
  }
  if (options.pf.empty() && !options.vfs.empty()) {
    throw UsageError("expected --pf beside --vf: SR-IOV VFs exist only below a PF (--static-vf needs none)");
  }
  configuration.has_pf = !options.pf.empty();
  configuration.vf_mode = options.static_vfs.empty() && configuration.has_pf ? VfMode::Sriov : VfMode::Static;
  const std::size_t vfs = options.vfs.size() + options.static_vfs.size();
  if (vfs > Configuration::kMaxVfs) {
    throw UsageError(fmt::format("expected at most {} VFs, came {}", Configuration::kMaxVfs, vfs));
  }
  configuration.vfs = static_cast<unsigned>(vfs);
  if (!configuration.has_pf && vfs == 0)
    throw UsageError("expected a socket for some function: --pf, --vf, --static-vf");
  config::check(configuration);
  return configuration;
}

std::vector<std::string> sockets_of(const ServeOptions& options) {
  std::vector<std::string> sockets;
  if (!options.pf.empty()) sockets.push_back(options.pf);
  sockets.insert(sockets.end(), options.vfs.begin(), options.vfs.end());
  sockets.insert(sockets.end(), options.static_vfs.begin(), options.static_vfs.end());
  return sockets;
}

spdlog::level::level_enum to_spdlog(vfio_user::LogLevel level) {
  switch (level) {
    case vfio_user::LogLevel::Debug:
      return spdlog::level::debug;
    case vfio_user::LogLevel::Info:
      return spdlog::level::info;
    case vfio_user::LogLevel::Warning:
      return spdlog::level::warn;
    case vfio_user::LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// From here on the signals that the server handles wait for it, so that none ends the program without its summary.
void hold_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void write_json(const ServeOptions& options, const Summary& summary) {
  if (options.summary_json.empty()) return;
  const std::string json = summary.json();
  write_file(options.summary_json, std::as_bytes(std::span(json)));
}

int serve(ServeOptions& options) {
  Configuration configuration = configuration_of(options);
  options.bind.apply(configuration);
  vfio_user::ServerOptions server_options{
      .sockets = sockets_of(options),
      .qtest_socket = options.qtest,
      .pf_address = parse_address(options.pf_address),
      .busy_poll = std::chrono::microseconds(options.busy_poll_us),
  };
  options.log.open();
  hold_signals();

  TraceFile trace(options.trace);
  Machine machine(
      configuration, [&options](const Diagnostic& diagnostic) { options.log.write(diagnostic); }, trace.probe());
  options.log.set_clock([&machine] { return machine.now_ps(); });
  BoundaryTap tap(machine, options.record, options.host_times);
  vfio_user::MachineHost host(machine);
  std::unique_ptr<vfio_user::Server> server;
  server_options.on_report = [&] {
    try {
      write_json(options, {.machine = machine, .latency = tap.latency(), .server = &server->statistics()});
    } catch (const Failure& failure) {
      options.log.write(spdlog::level::err, failure.what());  // The machine has nothing to do with it.
    }
  };
  try {
    server = std::make_unique<vfio_user::Server>(
        host, server_options,
        [&options](vfio_user::LogLevel level, const std::string& line) { options.log.write(to_spdlog(level), line); });
  } catch (const std::system_error& error) {
    throw Failure(error.what());
  }
  std::cout << "ready" << std::endl;
  server->run();

  const Summary summary{
      .machine = machine, .latency = tap.latency(), .recording = tap.finish(), .server = &server->statistics()};
  std::cout << summary.text() << std::flush;
  write_json(options, summary);
  trace.finish();
  return machine.diagnostics().count(FaultCategory::SimulatorDefect) == 0 ? kExitOk : kExitDefect;
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("serve", "Serve the device to a virtual machine through vfio-user sockets");
  const auto options = std::make_shared<ServeOptions>();
  command->add_option("--pf", options->pf, "Socket of the physical function");
  add_repeated(*command, "--vf", options->vfs, "Socket of an SR-IOV virtual function; repeat for each");
  add_repeated(*command, "--static-vf", options->static_vfs,
               "Socket of a virtual function that is always there; repeat for each");
  command->add_option("--qtest", options->qtest,
                      "QEMU's -qtest socket, through which the BARs of SR-IOV VFs are placed");
  command->add_option("--pf-address", options->pf_address, "DEVICE.FUNCTION of the PF in the guest, as QEMU's addr")
      ->capture_default_str();
  command->add_option("--busy-poll-us", options->busy_poll_us, "How long to look for the next message before sleeping")
      ->check(CLI::Range(0U, 1'000'000U))
      ->capture_default_str();
  CLI::Option* record = command->add_option("--record", options->record, "Record the PCI boundary to this transcript");
  command
      ->add_option("--host-times", options->host_times,
                   "Write the computer's monotonic clock at each recorded event to this file")
      ->needs(record);
  command->add_option("--summary-json", options->summary_json, "Write the summary to this file, too, as JSON");
  options->trace.add_to(*command);
  options->log.add_options_to(*command);
  options->bind.add_to(*command);
  options->configuration.add_to(*command);
  command->footer(
      "Prints \"ready\" when all sockets listen; SIGTERM or SIGINT ends it with a summary, SIGUSR1 logs what waits "
      "for\n"
      "what and writes the summary so far to the file of --summary-json. The sockets say which functions there are,\n"
      "whatever the configuration says.\n\n" +
      examples({"aie4sim serve --pf pf.sock --static-vf vf.sock",
                "aie4sim serve --pf pf.sock --vf vf0.sock --vf vf1.sock --qtest qtest.sock --record run.aie4t",
                "aie4sim serve --pf pf.sock --fault psp-silent --log server.log --log-level debug"}));
  command->callback([options, &action] { action = [options] { return serve(*options); }; });
}

}  // namespace aie4::cli
