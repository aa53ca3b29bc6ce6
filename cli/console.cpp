// SPDX-License-Identifier: MIT
#include "cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "thinktrace/text/utf8.h"

namespace thinktrace::cli {
namespace {

volatile std::sig_atomic_t stop_asked = 0;
bool line_open = false;

void on_signal(int signal) {
  if (stop_asked) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  stop_asked = 1;
}

std::string bar(double share) {
  constexpr int kWidth = 24;
  const int full = static_cast<int>(share * kWidth);
  return std::string(full, '#') + std::string(kWidth - full, '.');
}

std::string progress_text(const Progress& p, bool with_bar) {
  const double share = p.units_total ? static_cast<double>(p.units_done) / p.units_total : 1.0;
  std::string text = with_bar ? fmt::format("[{}] ", bar(share)) : "";
  text += fmt::format("{}/{} units, {} tokens, {} probes", p.units_done, p.units_total, p.tokens, p.probes);
  if (p.seconds > 0.5) text += fmt::format(", {:.0f} tokens/s, {:.0f} probes/s", static_cast<double>(p.tokens) / p.seconds, static_cast<double>(p.probes) / p.seconds);
  if (p.units_here > 0 && p.units_here < p.units_here_total) {
    text += fmt::format(", {} left", duration_text(p.seconds / p.units_here * (p.units_here_total - p.units_here)));
  }
  return text;
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

bool interrupted() { return stop_asked != 0; }

void tell(const std::string& text, bool quiet) {
  if (quiet) return;
  end_progress_line();
  std::fprintf(stderr, "thinktrace: %s\n", printable(text).c_str());
}

void end_progress_line() {
  if (line_open) std::fputc('\n', stderr);
  line_open = false;
}

std::string duration_text(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  if (s >= 3600) return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
  if (s >= 60) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} s", s);
}

void ProgressBar::show(const Progress& p) {
  if (quiet_) return;
  const bool terminal = isatty(STDERR_FILENO);
  const auto now = std::chrono::steady_clock::now();
  const bool finished = p.units_done == p.units_total && p.units_done != last_done_ && last_done_ >= 0;
  if (last_done_ < 0) {
    last_done_ = p.units_done;
    next_ = now + (terminal ? std::chrono::milliseconds(0) : std::chrono::seconds(30));
  }
  if (now < next_ && !finished) return;
  last_done_ = p.units_done;
  next_ = now + (terminal ? std::chrono::milliseconds(200) : std::chrono::milliseconds(30000));
  if (terminal) {
    const char* width = std::getenv("COLUMNS");
    const size_t columns = width ? static_cast<size_t>(std::max(20, std::atoi(width))) : 100;
    std::fprintf(stderr, "\r\033[K%s", progress_text(p, true).substr(0, columns).c_str());
    line_open = true;
    if (finished) end_progress_line();
  } else {
    std::fprintf(stderr, "thinktrace: %s\n", progress_text(p, false).c_str());
  }
  std::fflush(stderr);
}

}  // namespace thinktrace::cli
