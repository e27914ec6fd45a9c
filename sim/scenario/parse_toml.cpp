#include "sim/scenario/parse_toml.h"

#include <algorithm>

namespace memtrain {
namespace {

/// Walks a TOML text and counts brackets and dots outside of strings and comments. Text that is no
/// TOML may be counted wrongly from the mistake on, but the library goes no further than that.
class DepthCheck {
 public:
  explicit DepthCheck(std::string_view text) : text_(text) {}

  void run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        count(c);
        ++at_;
      }
    }
  }

 private:
  void count(char c) {
    if (c == '[' || c == '{') ++brackets_;
    if (c == ']' || c == '}') brackets_ = std::max(brackets_ - 1, 0);
    if (c == '.') ++dots_;
    if (c == '\n' || c == '=' || c == ',' || c == '{' || c == '[') dots_ = 0;
    if (brackets_ > deepest_brackets) fail("lists and tables within one another are too deep");
    if (dots_ >= longest_key) fail("a key has too many parts");
  }
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool lines = text_.compare(at_, 3, three) == 0;
    at_ += lines ? 3 : 1;
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\') {
        at_ += 2;
      } else if (lines && text_.compare(at_, 3, three) == 0) {
        at_ += 3;
        // one or two quotes may stand before those that close
        for (int more = 0; more < 2 && at_ < text_.size() && text_[at_] == quote; ++more) ++at_;
        return;
      } else if (!lines && (text_[at_] == quote || text_[at_] == '\n')) {
        ++at_;
        return;
      } else {
        ++at_;
      }
    }
  }
  [[noreturn]] void fail(const char* problem) const {
    const auto lines =
        std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    const toml::source_position here{static_cast<toml::source_index>(lines + 1), 1};
    throw toml::parse_error(problem, {here, here, nullptr});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int brackets_ = 0, dots_ = 0;
};

}  // namespace

toml::table parse_toml(std::string_view text, const std::string& name) {
  DepthCheck(text).run();
  return toml::parse(text, name);
}

}  // namespace memtrain
