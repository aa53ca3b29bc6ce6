// SPDX-License-Identifier: MIT
#include "cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "thinktrace/error.h"
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

// Of the terminal on standard error.
size_t columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* stated = std::getenv("COLUMNS");
  return stated && std::atoi(stated) > 0 ? static_cast<size_t>(std::atoi(stated)) : 80;
}

std::string progress_text(const Progress& p, bool with_bar) {
  const double share = p.units_total ? static_cast<double>(p.units_done) / p.units_total : 1.0;
  std::string text = with_bar ? fmt::format("[{}] ", bar(share)) : "";
  text += fmt::format("{}/{}, {}, {}", p.units_done, count_text(p.units_total, "unit"),
                      count_text(p.tokens, "token"), count_text(p.probes, "probe"));
  if (p.seconds > 0.5)
    text += fmt::format(", {:.0f} tokens/s, {:.0f} probes/s", static_cast<double>(p.tokens) / p.seconds,
                        static_cast<double>(p.probes) / p.seconds);
  if (p.units_here > 0 && p.units_here < p.units_here_total) {
    text += fmt::format(", {} left",
                        duration_text(p.seconds / p.units_here * (p.units_here_total - p.units_here)));
  }
  return text;
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

void outlive_file_size_limit() { std::signal(SIGXFSZ, SIG_IGN); }

bool interrupted() { return stop_asked != 0; }

void tell(const std::string& text, bool quiet) {
  if (quiet) return;
  clear_progress_line();
  std::fprintf(stderr, "thinktrace: %s\n", printable(text).c_str());
}

void print(const std::string& text) {
  errno = 0;
  const bool ok = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!ok)
    throw Error(ErrorKind::kFailed, fmt::format("[output] standard output can't be written ({})",
                                                std::strerror(errno ? errno : EIO)));
}

void clear_progress_line() {
  if (line_open) std::fputs("\r\033[K", stderr);
  line_open = false;
}

std::string count_text(int64_t n, const std::string& noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string duration_text(double seconds) {
  const auto s = std::lround(seconds);
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
    // One column less, so that the cursor never moves to the next line.
    std::fprintf(stderr, "\r\033[K%s", progress_text(p, true).substr(0, columns() - 1).c_str());
    line_open = true;
    if (finished) {
      std::fputc('\n', stderr);
      line_open = false;
    }
  } else {
    std::fprintf(stderr, "thinktrace: %s\n", progress_text(p, false).c_str());
  }
  std::fflush(stderr);
}

}  // namespace thinktrace::cli
