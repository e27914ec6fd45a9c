#include "models/layers/unfold.h"

#include <algorithm>

namespace memtrain {

Unfold::Unfold(const Window& window, Index groups)
    : window_(window), width_(window.rows * window.columns * window.input.channels) {
  const Index channels = window.input.channels;
  const Index in_group = channels / groups;
  const Index group_width = width_ / groups;
  Index covered = 0;
  window.for_each([&](Index place, Index in_window, Index position) {
    for (Index group = 0; group < groups; ++group) {
      const Run run{place * width_ + group * group_width + in_window * in_group,
                    position * channels + group * in_group, in_group};
      covered += in_group;
      // neighbours in both go together
      if (!runs_.empty()) {
        Run& last = runs_.back();
        if (last.patch + last.length == run.patch && last.input + last.length == run.input) {
          last.length += run.length;
          continue;
        }
      }
      runs_.push_back(run);
    }
  });
  padded_ = covered < places() * width_;
  identity_ = !padded_ && runs_.size() == 1 && runs_[0].length == window.input.size();
}

void Unfold::unfold(const BatchIn& x, Batch& patches) const {
  patches.resize(x.rows() * places(), width_);
  if (padded_) patches.setZero();
  for (Index i = 0; i < x.rows(); ++i) {
    const float* from = x.row(i).data();
    float* to = patches.row(i * places()).data();
    for (const Run& run : runs_) std::copy_n(from + run.input, run.length, to + run.patch);
  }
}

void Unfold::fold(const Batch& patches, Eigen::Ref<Batch> x) const {
  for (Index i = 0; i < x.rows(); ++i) {
    const float* from = patches.row(i * places()).data();
    float* to = x.row(i).data();
    for (const Run& run : runs_) {
      for (Index k = 0; k < run.length; ++k) to[run.input + k] += from[run.patch + k];
    }
  }
}

}  // namespace memtrain
