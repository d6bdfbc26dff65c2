#include "common/rpc/shutdown_signals.h"

#include <unistd.h>

#include <thread>

namespace weft::rpc {

ShutdownSignals::ShutdownSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int ShutdownSignals::Wait() {
  int signal = 0;
  while (sigwait(&signals_, &signal) != 0) {
  }
  return signal;
}

void ShutdownSignals::EndProcessOnNext() {
  std::thread([signals = signals_] {
    int signal = 0;
    if (sigwait(&signals, &signal) == 0) _exit(1);
  }).detach();
}

}  // namespace weft::rpc
