// SPDX-License-Identifier: Apache-2.0
// MMIO read round trip of the vfio-user server against a server that only answers, in the same run: with a device that
// is plain memory, and with the whole machine. Prints latencies and ratios; there is no pass or fail.
//
//   aie4sim_bench_mmio [rounds]
//
// Rounds of the servers alternate, so that other load on the host meets all of them; medians are printed for the same
// reason.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "models/npu/configuration.hpp"
#include "sim/machine/machine.hpp"
#include "sim/vfio_user/machine_host.hpp"
#include "sim/vfio_user/server.hpp"
#include "tests/bench/mmio/answer_only_server.hpp"
#include "tests/support/vfio_user_client.hpp"

namespace {

using namespace aie4;
using namespace aie4::vfio_user;
using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr unsigned kReadsPerRound = 500;
/// What the project wants of the ratio of a real server's read to that of the one that only answers.
constexpr double kAimRatio = 1.2;

/// BAR2 as memory.
class MemoryDevice final : public pci::FunctionBackend {
 public:
  void bar_read(unsigned, std::uint64_t offset, std::span<std::byte> data) override {
    std::memcpy(data.data(), memory_.data() + offset % 4096, data.size());
  }
  void bar_write(unsigned, std::uint64_t offset, std::span<const std::byte> data) override {
    std::memcpy(memory_.data() + offset % 4096, data.data(), data.size());
  }
  void interrupt_control(const pci::InterruptControl&) override {}
  void reset(pci::ResetKind) override {}
  void virtual_functions(unsigned) override {}

 private:
  std::array<std::byte, 8192> memory_{};
};

class MemoryHost final : public DeviceHost {
 public:
  MemoryHost() : function_(0, shape(), device_, diagnostics_) { diagnostics_.spin_threshold = 0; }
  std::vector<pci::PciFunction*> functions() override { return {&function_}; }
  void settle() override {}
  bool run_steps(unsigned) override { return false; }
  [[nodiscard]] bool busy() const override { return false; }
  [[nodiscard]] std::vector<std::string> hang_report() const override { return {}; }

 private:
  static pci::FunctionShape shape() {
    pci::FunctionShape result;
    result.name = "memory";
    result.vendor_id = 0x1022;
    result.device_id = 0x17F2;
    result.class_code = 0x118000;
    result.bars[0] = {.size = 0x2000};
    result.bars[2] = {.size = 0x10000, .is_64bit = true};
    result.msix = {.vectors = 1, .bar = 0, .table_offset = 0, .pba_offset = 0x1000};
    return result;
  }
  Diagnostics diagnostics_;
  MemoryDevice device_;
  pci::PciFunction function_;
};

/// A server in a thread that also makes its host: a SystemC kernel stays on the thread that elaborated it.
class ServerThread {
 public:
  using MakeHost = std::function<std::unique_ptr<DeviceHost>()>;
  ServerThread(const MakeHost& make_host, ServerOptions options) {
    std::promise<Server*> ready;
    std::future<Server*> server = ready.get_future();
    thread_ = std::thread([make_host, options = std::move(options), &ready]() mutable {
      const std::unique_ptr<DeviceHost> host = make_host();
      options.handle_signals = false;
      Server served(*host, std::move(options));
      ready.set_value(&served);
      served.run();
    });
    server_ = server.get();
  }
  ~ServerThread() {
    server_->request_stop();
    thread_.join();
  }
  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;

 private:
  Server* server_ = nullptr;
  std::thread thread_;
};

class RealHost final : public DeviceHost {
 public:
  RealHost() : machine_(configuration(), {}), host_(machine_) { machine_.diagnostics().spin_threshold = 0; }
  std::vector<pci::PciFunction*> functions() override { return host_.functions(); }
  void settle() override { host_.settle(); }
  bool run_steps(unsigned max_steps) override { return host_.run_steps(max_steps); }
  [[nodiscard]] bool busy() const override { return host_.busy(); }
  [[nodiscard]] std::vector<std::string> hang_report() const override { return host_.hang_report(); }

 private:
  static Configuration configuration() {
    Configuration result;
    result.vfs = 0;
    return result;
  }
  Machine machine_;
  MachineHost host_;
};

/// One server under measurement.
struct Subject {
  std::string name;
  std::unique_ptr<VfioUserClient> client;
  bool takes_posts = true;  ///< Bursts, of which one receive gets several.
  std::vector<double> read_us = {};
  std::vector<double> post_us = {};
};

double quantile(std::vector<double> samples, double part) {
  if (samples.empty()) return 0;
  const auto at = samples.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
}

double us(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

/// `think`: what the client does between reads, as a guest's driver would, without sleeping.
void measure(Subject& subject, microseconds think) {
  constexpr std::uint32_t kRegion = 2;
  for (unsigned count = 0; count < kReadsPerRound; ++count) {
    const Clock::time_point began = Clock::now();
    (void)subject.client->read<std::uint32_t>(kRegion, 0);
    const Clock::time_point done = Clock::now();
    subject.read_us.push_back(us(done - began));
    while (Clock::now() - done < think) {
    }
  }
  if (think.count() != 0 || !subject.takes_posts) return;
  const Clock::time_point began = Clock::now();
  for (std::uint32_t count = 0; count < kReadsPerRound; ++count) subject.client->post<std::uint32_t>(kRegion, 4, count);
  (void)subject.client->read<std::uint32_t>(kRegion, 4);
  subject.post_us.push_back(us(Clock::now() - began) / kReadsPerRound);
}

void report(const std::vector<Subject>& subjects) {
  const double reference = quantile(subjects.front().read_us, 0.5);
  for (const Subject& subject : subjects) {
    const double median = quantile(subject.read_us, 0.5);
    fmt::print("  {:<22} read: median {:7.2f} us, best {:7.2f}, 99 % {:8.2f}, ratio {:.2f}", subject.name, median,
               quantile(subject.read_us, 0), quantile(subject.read_us, 0.99), median / reference);
    if (!subject.post_us.empty()) fmt::print("; posted write: {:.2f} us", quantile(subject.post_us, 0.5));
    fmt::print("\n");
  }
}

void compare(const std::string& folder, microseconds busy_poll, microseconds think, unsigned rounds,
             std::vector<std::pair<std::string, ServerThread::MakeHost>> hosts) {
  std::vector<Subject> subjects;
  std::vector<std::unique_ptr<ServerThread>> servers;
  bench::AnswerOnlyServer reference(folder + "/reference", busy_poll);
  subjects.push_back(
      {"answer-only", std::make_unique<VfioUserClient>(VfioUserClient::connect(folder + "/reference")), false});
  for (auto& [name, make_host] : hosts) {
    ServerOptions options;
    options.sockets = {folder + "/" + name};
    options.busy_poll = busy_poll;
    servers.push_back(std::make_unique<ServerThread>(make_host, options));
    auto client = std::make_unique<VfioUserClient>(VfioUserClient::connect(folder + "/" + name));
    if (client->version() != 0 || client->config<std::uint16_t>(0x04, 0x0006) != 0) std::exit(2);
    subjects.push_back({name, std::move(client)});
  }
  for (unsigned round = 0; round < rounds; ++round) {
    for (Subject& subject : subjects) {
      // The one before has to be asleep: it would take a core from this one.
      std::this_thread::sleep_for(2 * busy_poll + microseconds(200));
      measure(subject, think);
    }
  }
  fmt::print("busy poll {} us, {} us between reads:\n", busy_poll.count(), think.count());
  report(subjects);
  for (Subject& subject : subjects) subject.client->close();
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned rounds = argc > 1 ? static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)) : 20;
  std::string folder = (std::filesystem::temp_directory_path() / "aie4sim-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 2;
  fmt::print("aim: a ratio of at most {:.1f}\n", kAimRatio);
  const auto memory = [] { return std::make_unique<MemoryHost>(); };
  const auto machine = [] { return std::make_unique<RealHost>(); };
  compare(folder, microseconds(0), microseconds(0), rounds, {{"memory", memory}});
  // How long to look for the next message: a guest leaves 5 to 30 us between the register accesses of a burst.
  for (const int busy_poll : {50, 100, 200}) {
    for (const int think : {10, 75}) {
      compare(folder, microseconds(busy_poll), microseconds(think), rounds / 4 + 1, {{"memory", memory}});
    }
  }
  // Last: a SystemC kernel elaborates once in a process.
  compare(folder, microseconds(2000), microseconds(0), rounds, {{"memory", memory}, {"machine", machine}});
  std::filesystem::remove_all(folder);
  return 0;
}
