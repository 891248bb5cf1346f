// SPDX-License-Identifier: Apache-2.0
// Sockets, signals and the end of the server.
#include <cerrno>
#include <csignal>
#include <fstream>
#include <future>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "sim/vfio_user/listening_socket.hpp"
#include "tests/unit/vfio_user/fixture.hpp"

namespace aie4::vfio_user::test {
namespace {

/// Runs the server of a bench in a thread of its own until the end of the scope.
class Running {
 public:
  explicit Running(Bench& bench)
      : bench_(bench), thread_([this] {
          handle_.set_value(::pthread_self());
          bench_.server->run();
        }) {}
  ~Running() {
    if (thread_.joinable()) {
      bench_.server->request_stop();
      thread_.join();
    }
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  void join() { thread_.join(); }
  pthread_t handle() { return handle_.get_future().get(); }

 private:
  Bench& bench_;
  std::promise<pthread_t> handle_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("the socket file belongs to its owner alone and goes with the server") {
  std::string path;
  {
    Bench bench;
    path = bench.sockets[0];
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK(S_ISSOCK(status.st_mode));
    CHECK((status.st_mode & 0777) == 0600);
    bench.server.reset();
    CHECK(::stat(path.c_str(), &status) != 0);
  }
}

TEST_CASE("a socket file that a dead server left behind is replaced") {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  {
    ListeningSocket dead(path);
    REQUIRE(::rename(path.c_str(), folder.file("moved").c_str()) == 0);
  }
  REQUIRE(::rename(folder.file("moved").c_str(), path.c_str()) == 0);
  const ListeningSocket next(path);
  VfioUserClient client = VfioUserClient::connect(path);
  CHECK(next.accept());
}

TEST_CASE("a socket that somebody listens on, a file and a path that is too long are left alone") {
  const TemporaryFolder folder;
  const ListeningSocket first(folder.file("s"));
  CHECK_THROWS_AS(ListeningSocket(folder.file("s")), std::system_error);
  VfioUserClient client = VfioUserClient::connect(folder.file("s"));

  const std::string file = folder.file("file");
  std::ofstream(file) << "precious";
  CHECK_THROWS_AS(ListeningSocket(file), std::system_error);
  CHECK(std::filesystem::file_size(file) == 8);

  CHECK_THROWS_AS(ListeningSocket(folder.file(std::string(120, 'x'))), std::system_error);
  CHECK_THROWS_AS(ListeningSocket(""), std::system_error);
  CHECK_THROWS_AS(ListeningSocket(folder.file("no/such/folder")), std::system_error);
}

TEST_CASE("a socket file that somebody else has put in our place is not removed") {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  {
    const ListeningSocket ours(path);
    REQUIRE(::unlink(path.c_str()) == 0);
    std::ofstream(path) << "theirs";
  }
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("sockets and functions have to match in number") {
  Bench bench;
  ServerOptions options;
  options.handle_signals = false;
  CHECK_THROWS_AS(Server(bench.host, options), std::invalid_argument);
  options.sockets = {bench.folder.file("a"), bench.folder.file("b")};
  CHECK_THROWS_AS(Server(bench.host, options), std::invalid_argument);
  CHECK_FALSE(std::filesystem::exists(options.sockets[0]));
}

TEST_CASE("a PF and sixteen VFs are served at once, each with memory and interrupts of its own") {
  std::vector<pci::FunctionShape> shapes{pf_shape()};
  for (unsigned number = 0; number < 16; ++number) {
    shapes.push_back(vf_shape(number));
    shapes.back().virtual_function = false;
  }
  Bench bench(shapes);
  std::vector<std::unique_ptr<GuestMemory>> memories;
  std::vector<std::unique_ptr<EventCounter>> events;
  std::vector<VfioUserClient> clients;
  for (std::size_t slot = 0; slot < shapes.size(); ++slot) {
    memories.push_back(std::make_unique<GuestMemory>(4096));
    events.push_back(std::make_unique<EventCounter>());
    clients.push_back(bench.client(slot));
    REQUIRE(clients.back().map(0, 4096, memories.back()->fd()) == 0);
    const std::array fds{events.back()->fd()};
    clients.back().enable_device(fds);
    clients.back().post<std::uint32_t>(2, 0, static_cast<std::uint32_t>(slot));
  }
  for (std::size_t slot = 0; slot < shapes.size(); ++slot) {
    CHECK(clients[slot].read<std::uint32_t>(2, 0) == slot);
    const std::uint64_t word = 1000 + slot;
    CHECK(bench.functions[slot]->dma_write(0, bytes_of(word), {}) == DmaStatus::Ok);
    bench.functions[slot]->signal(0);
    for (std::size_t other = 0; other < shapes.size(); ++other) CHECK(events[other]->take() == (other == slot ? 1 : 0));
  }
  for (std::size_t slot = 0; slot < shapes.size(); ++slot) {
    CHECK(load<std::uint64_t>(memories[slot]->bytes()) == 1000 + slot);
  }
  clients[3].close();
  bench.turns();
  CHECK_FALSE(bench.server->connected(3));
  for (std::size_t slot = 4; slot < shapes.size(); ++slot) require_usable(clients[slot]);
}

TEST_CASE("a stop request from another thread ends the server, and it says what it has done") {
  Bench bench;
  {
    Running running(bench);
    VfioUserClient client = VfioUserClient::connect(bench.sockets[0]);
    REQUIRE(client.version() == 0);
    require_usable(client);
    bench.server->request_stop();
    running.join();
    CHECK(client.closed_by_server());
  }
  CHECK_FALSE(bench.functions[0]->connected());
  CHECK(bench.logged("clients: 1 served"));
  CHECK(bench.logged("messages: VERSION 1, DEVICE_GET_REGION_INFO 1"));
}

TEST_CASE("SIGUSR1 asks for the hang report, SIGTERM and SIGINT end the server") {
  const int last = GENERATE(SIGTERM, SIGINT);
  Bench bench;
  ServerOptions options;
  options.sockets = {bench.folder.file("signals.sock")};
  bench.server = std::make_unique<Server>(
      bench.host, options, [&bench](LogLevel, std::string line) { bench.log.push_back(std::move(line)); });
  {
    // Signals are blocked in the serving thread only once it runs; a client that was served proves that it does.
    Running running(bench);
    const pthread_t thread = running.handle();
    VfioUserClient client = VfioUserClient::connect(options.sockets[0]);
    REQUIRE(client.version() == 0);
    REQUIRE(::pthread_kill(thread, SIGUSR1) == 0);
    REQUIRE(::pthread_kill(thread, last) == 0);
    running.join();
  }
  CHECK(bench.logged("uc0 waits for a packet"));
}

TEST_CASE("without descriptors to accept a client it is turned away, and later ones are served") {
  Bench bench;
  {
    // The undefined-behaviour sanitizer wants a pipe of its own where it sees a type for the first time.
    VfioUserClient earlier = bench.client();
    require_usable(earlier);
  }
  bench.turns();
  VfioUserClient client = bench.connect();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  // Nothing above what is open now: accept has no number to give. The reserve is below.
  const UniqueFd probe(::dup(0));
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(probe.get());
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  const bool closed = client.closed_by_server();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(closed);
  CHECK(bench.statistics().clients_refused == 1);
  VfioUserClient next = bench.client();
  require_usable(next);
}

TEST_CASE("the summary names what was counted") {
  ServerStatistics statistics;
  statistics.messages[static_cast<std::size_t>(Command::RegionRead)] = 3;
  statistics.posted_writes_dropped = 2;
  statistics.service_samples = 4;
  statistics.service_ns_total = 4000;
  statistics.service_ns_max = 2500;
  const std::vector<std::string> lines = statistics.summary();
  const auto has = [&lines](const std::string& part) {
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.find(part) != line.npos; });
  };
  CHECK(has("REGION_READ 3"));
  CHECK(has("2 posted writes dropped"));
  CHECK(has("mean 1000 ns, longest 2500 ns"));
}

}  // namespace aie4::vfio_user::test
