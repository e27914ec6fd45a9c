#include "sim/base/error.h"

namespace memtrain {

std::string one_line(std::string text) {
  for (char& character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '\n' || character == '\r' || character == '\t') {
      character = ' ';
    } else if (code < 0x20 || code == 0x7F) {
      character = '?';
    }
  }
  return text;
}

}  // namespace memtrain
