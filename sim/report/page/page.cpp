#include "sim/report/page/page.h"

#include <fmt/format.h>

#include <algorithm>

namespace memtrain {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// JSON that may stand in a script: nothing in it can end the script.
std::string in_script(std::string json) {
  for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos;) {
    json.replace(at, 1, "\\u003c");
  }
  return json;
}

std::string_view asset(std::string_view name) {
  const auto assets = page_assets();
  const auto found = std::find_if(assets.begin(), assets.end(),
                                  [&](const PageAsset& each) { return each.name == name; });
  return found->text;
}

std::string cell_html(const char* kind, const TextColumn& column, const std::string& text) {
  return fmt::format("<{0}{3}{1}>{2}</{0}>", kind,
                     column.right               ? " class=\"number\""
                     : display_width(text) > 40 ? " class=\"wide\""
                                                : "",
                     escaped(text), std::string_view(kind) == "th" ? " scope=\"col\"" : "");
}

}  // namespace

void Page::part(std::string_view heading, std::string_view facts, std::string_view link) {
  ++parts_;
  links_.push_back(
      {std::string(link.empty() ? heading : link), fmt::format("part-{}", parts_), true});
  add(fmt::format("<h1 id=\"part-{}\">{}</h1>\n<p class=\"meta\">{}</p>\n", parts_,
                  escaped(heading), escaped(facts)));
}

void Page::section(std::string_view heading) {
  const std::string target = fmt::format("section-{}", links_.size());
  links_.push_back({std::string(heading), target, false});
  add(fmt::format("<h2 id=\"{}\">{}</h2>\n", target, escaped(heading)));
}

void Page::heading(std::string_view text) { add(fmt::format("<h3>{}</h3>\n", escaped(text))); }

void Page::text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    add(fmt::format("<p>{}</p>\n", escaped(text.substr(0, end))));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
}

void Page::lead(std::string_view text) {
  add(fmt::format("<p class=\"lead\">{}</p>\n", escaped(text)));
}

void Page::notice(std::string_view text) {
  add(fmt::format("<p class=\"notice\" role=\"note\">{}</p>\n", escaped(text)));
}

void Page::table(const std::vector<TextColumn>& columns, std::size_t best) {
  const auto empty = [](const TextColumn& column) {
    return column.heading.empty() &&
           std::all_of(column.cells.begin(), column.cells.end(),
                       [](const std::string& cell) { return cell.empty(); });
  };
  if (columns.empty() || columns.front().cells.empty()) return;
  std::string head, rows;
  for (const TextColumn& column : columns) {
    if (!empty(column)) head += cell_html("th", column, column.heading);
  }
  for (std::size_t row = 0; row < columns.front().cells.size(); ++row) {
    rows += row == best ? "<tr class=\"best\">" : "<tr>";
    for (const TextColumn& column : columns) {
      if (!empty(column)) rows += cell_html("td", column, column.cells[row]);
    }
    rows += "</tr>\n";
  }
  add(
      fmt::format("<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                  "aria-label=\"table\"><table><thead><tr>{}</tr></thead>\n"
                  "<tbody>\n{}</tbody></table></div>\n",
                  head, rows));
}

void Page::source(std::string_view summary, std::string_view text) {
  add(fmt::format("<details><summary>{}</summary><pre>{}</pre></details>\n", escaped(summary),
                  escaped(text)));
}

void Page::figure(const Caption& caption, const std::string& data) {
  add(fmt::format(
      "<figure id=\"figure-{}\" data-name=\"{}\"><figcaption><strong>{}</strong>"
      "<span>{}</span></figcaption>\n<script type=\"application/json\">{}</script>"
      "</figure>\n",
      ++figures_, escaped(parts_ > 1 ? fmt::format("{}-{}", caption.name, parts_) : caption.name),
      escaped(caption.title), escaped(caption.text), in_script(data)));
}

void Page::begin_figures() { add("<div class=\"figures\">\n"); }
void Page::end_figures() { add("</div>\n"); }

std::string Page::html() const {
  std::string links;
  for (const Link& link : links_) {
    if (link.part == (parts_ > 1)) {
      links += fmt::format("<a href=\"#{}\">{}</a>\n", link.target, escaped(link.text));
    }
  }
  std::string scripts(chart_library());
  for (const char* name :
       {"theme", "numbers", "svg_context", "drawing", "charts", "sweep", "figure", "main"}) {
    scripts += "\n";
    scripts += asset(name);
  }
  return fmt::format(R"({5}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title>
<link rel="icon" href="data:,">
<style>
{1}</style>
<noscript><style>.waits {{ visibility: visible }} figure, #theme {{ display: none }}</style></noscript>
</head>
<body class="waits">
<div class="bar"><div><nav aria-label="sections">
{2}</nav><button id="theme" type="button" title="light or dark">Dark</button></div></div>
<main>
{3}</main>
<script>
{4}
</script>
</body>
</html>
)",
                     escaped(title_), asset("page"), links, body_, scripts, beginning);
}

}  // namespace memtrain
