#include "devices/array/tiled_read.h"

namespace memtrain {

TiledRead::TiledRead(const ReadSettings& settings, const std::vector<Tile>& tiles,
                     CircuitPlace place)
    : tiles_(tiles), place_(place) {
  for (std::size_t t = 0; t < tiles.size(); ++t, ++place.tile) {
    paths_.emplace_back(settings, place);
  }
}

TiledRead::Part TiledRead::taken(const Tile& tile) const {
  return place_.transposed ? Part{tile.first_output, tile.outputs}
                           : Part{tile.first_input, tile.inputs};
}

TiledRead::Part TiledRead::given(const Tile& tile) const {
  return place_.transposed ? Part{tile.first_input, tile.inputs}
                           : Part{tile.first_output, tile.outputs};
}

ConversionCount TiledRead::read(const ConstMatrix& weights, const BatchIn& x, Batch& y,
                                const Pass& pass, std::span<LineDrive> lines) {
  if (paths_.front().exact()) {
    multiply({weights, place_.transposed}, x, y);  // the sum over tiles is the whole product
    for (std::size_t t = 0; t < lines.size(); ++t) {
      const Part in = taken(tiles_[t]);
      paths_[t].note_exact(x.middleCols(in.first, in.size), pass, lines[t]);
    }
    return {};
  }
  const bool shaped = paths_.front().shaped_noise();
  if (shaped && !shape_known_) shape_ = paths_.front().noise_shape(weights);
  shape_known_ = shaped;
  const ConstMatrix shape{shape_.data(), shape_.rows(), shape_.cols(),
                          Eigen::OuterStride<>(shape_.cols())};
  const Stream noise = pass.stream(
      place_.transposed ? Purpose::transposed_noise : Purpose::forward_noise, place_.layer);
  const auto read_tile = [&](std::size_t t, Batch& out) {
    const Part in = taken(tiles_[t]);
    return paths_[t].read(
        {tiles_[t].of(weights), place_.transposed, shaped ? tiles_[t].of(shape) : shape},
        x.middleCols(in.first, in.size), out, noise, pass, lines.empty() ? nullptr : &lines[t]);
  };
  if (tiles_.size() == 1) return read_tile(0, y);
  y = Batch::Zero(x.rows(), place_.transposed ? weights.cols() : weights.rows());
  ConversionCount count;
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    count += read_tile(t, partial_);
    const Part out = given(tiles_[t]);
    y.middleCols(out.first, out.size) += partial_;
  }
  return count;
}

}  // namespace memtrain
