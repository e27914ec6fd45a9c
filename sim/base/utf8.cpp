#include "sim/base/utf8.h"

#include <boost/locale/utf.hpp>

namespace memtrain {

std::string valid_utf8(const std::string& text) {
  namespace utf = boost::locale::utf;
  std::string out;
  for (auto at = text.begin(); at != text.end();) {
    const auto start = at;
    const utf::code_point point = utf::utf_traits<char>::decode(at, text.end());
    if (utf::is_valid_codepoint(point)) {
      out.append(start, at);
    } else {
      out += '?';
      at = start + 1;
    }
  }
  return out;
}

}  // namespace memtrain
