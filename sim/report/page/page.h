#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/text_table.h"

namespace memtrain {

/// A page that is put together from top to bottom: one HTML file with all that it needs in it, so
/// that it opens offline. Texts may hold anything: they are escaped.
class Page {
 public:
  explicit Page(std::string title) : title_(std::move(title)) {}

  /// Begins what is told of one thing, with a line of facts about it. `link`: what it is called at
  /// the page's head, where there are several; its heading, if empty.
  void part(std::string_view heading, std::string_view facts, std::string_view link = {});
  /// Begins a section, which the page's head leads to.
  void section(std::string_view heading);
  void heading(std::string_view text);
  /// Empty lines part paragraphs; other ends of lines are spaces.
  void text(std::string_view text);
  /// What a reader must not miss.
  void lead(std::string_view text);
  void notice(std::string_view text);
  /// A table; its row `best`, if there is one, stands out. Nothing without rows.
  void table(const std::vector<TextColumn>& columns, std::size_t best = no_row);
  static constexpr std::size_t no_row = static_cast<std::size_t>(-1);
  /// A text as it stands in a file, folded away.
  void source(std::string_view summary, std::string_view text);

  /// A figure. `name` names the files that it is saved to, with the number of the part from the
  /// second on; `data` is what figure_json() and sweep_json() give.
  struct Caption {
    std::string name, title, text;
  };
  void figure(const Caption& caption, const std::string& data);
  /// Figures until the end stand side by side where there is room.
  void begin_figures();
  void end_figures();

  /// The whole page, and what every page begins with.
  [[nodiscard]] std::string html() const;
  static constexpr std::string_view beginning = "<!DOCTYPE html>\n<!-- a memtrain page -->";

 private:
  void add(std::string_view html) { body_ += html; }

  struct Link {
    std::string text, target;
    bool part;
  };
  std::string title_, body_;
  std::vector<Link> links_;
  std::size_t parts_ = 0, figures_ = 0;
};

/// What makes a page look and work: style and scripts, from sim/report/page.
struct PageAsset {
  std::string_view name, text;
};
[[nodiscard]] std::span<const PageAsset> page_assets();

/// The source of Chart.js, from Debian's libjs-chart.js, put into the program when it is built.
[[nodiscard]] std::string_view chart_library();

}  // namespace memtrain
