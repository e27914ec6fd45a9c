#pragma once
#include <cmath>
#include <map>

#include "tests/rule_fixture.h"

// Networks of all feed-forward layers, evaluated in double precision by direct loops.
namespace memtrain::test {

/// What flows between layers: a row a sample, positions row by row, channels last.
struct Flow {
  Shape shape;
  Eigen::MatrixXd values;
  [[nodiscard]] double at(Index sample, Index row, Index column, Index channel) const {
    if (row < 0 || row >= shape.rows || column < 0 || column >= shape.columns) return 0.0;
    return values(sample, (row * shape.columns + column) * shape.channels + channel);
  }
};

inline std::int64_t number(const LayerSettings& layer, const char* key, std::int64_t otherwise) {
  const auto at = layer.values.find(key);
  return at == layer.values.end() ? otherwise : std::get<std::int64_t>(at->second);
}
inline std::string word(const LayerSettings& layer, const char* key, const char* otherwise) {
  const auto at = layer.values.find(key);
  return at == layer.values.end() ? otherwise : std::get<std::string>(at->second);
}

inline Eigen::MatrixXd activated(const std::string& f, const Eigen::MatrixXd& z) {
  if (f == "tanh") return z.array().tanh();
  if (f == "relu") return z.cwiseMax(0.0);
  if (f == "sigmoid") return 1.0 / (1.0 + (-z.array()).exp());
  if (f == "softmax") {
    Eigen::ArrayXXd p = z.array().exp();
    p.colwise() /= p.rowwise().sum().eval();
    return p;
  }
  return z;
}

/// Where the window at one place begins, and how many places there are, along one side.
struct Side {
  Index places, before;
  Side(Index side, Index window, Index stride, const std::string& padding) {
    places = padding == "same" ? (side + stride - 1) / stride : (side - window) / stride + 1;
    const Index beyond = (places - 1) * stride + window - side;
    before = padding == "same" && beyond > 0 ? beyond / 2 : 0;
  }
};

inline Flow convolved(const Flow& x, const LayerSettings& layer, const Eigen::MatrixXd& weights) {
  const Index rows = number(layer, "kernel", 3);
  const Index columns =
      number(layer, "kernel_columns", 0) > 0 ? number(layer, "kernel_columns", 0) : rows;
  const Index stride = number(layer, "stride", 1);
  const Index groups = number(layer, "groups", 1);
  const std::string padding = word(layer, "padding", "valid");
  const Side down(x.shape.rows, rows, stride, padding);
  const Side across(x.shape.columns, columns, stride, padding);
  const Index outputs = weights.rows();
  const Index in_group = x.shape.channels / groups;
  Flow z{{down.places, across.places, outputs}, {}};
  z.values.setZero(x.values.rows(), z.shape.size());
  for (Index n = 0; n < x.values.rows(); ++n)
    for (Index i = 0; i < down.places; ++i)
      for (Index j = 0; j < across.places; ++j)
        for (Index o = 0; o < outputs; ++o)
          for (Index u = 0; u < rows; ++u)
            for (Index v = 0; v < columns; ++v)
              for (Index c = 0; c < in_group; ++c)
                z.values(n, (i * across.places + j) * outputs + o) +=
                    weights(o, (u * columns + v) * in_group + c) *
                    x.at(n, i * stride + u - down.before, j * stride + v - across.before,
                         o / (outputs / groups) * in_group + c);
  return z;
}

inline Flow pooled(const Flow& x, const LayerSettings& layer) {
  const Index asked = number(layer, "size", 2);
  const Index rows = asked == 0 ? x.shape.rows : asked;
  const Index columns = asked == 0 ? x.shape.columns : asked;
  const Index stride =
      number(layer, "stride", 0) > 0 ? number(layer, "stride", 0) : std::max<Index>(asked, 1);
  const std::string padding = word(layer, "padding", "valid");
  const Side down(x.shape.rows, rows, stride, padding);
  const Side across(x.shape.columns, columns, stride, padding);
  Flow out{{down.places, across.places, x.shape.channels}, {}};
  out.values.resize(x.values.rows(), out.shape.size());
  for (Index n = 0; n < x.values.rows(); ++n)
    for (Index i = 0; i < down.places; ++i)
      for (Index j = 0; j < across.places; ++j)
        for (Index c = 0; c < x.shape.channels; ++c) {
          double largest = -1e300, sum = 0, count = 0;
          for (Index u = 0; u < rows; ++u)
            for (Index v = 0; v < columns; ++v) {
              const Index row = i * stride + u - down.before;
              const Index column = j * stride + v - across.before;
              if (row < 0 || row >= x.shape.rows || column < 0 || column >= x.shape.columns)
                continue;
              largest = std::max(largest, x.at(n, row, column, c));
              sum += x.at(n, row, column, c);
              ++count;
            }
          out.values(n, (i * across.places + j) * x.shape.channels + c) =
              word(layer, "mode", "max") == "max" ? largest : sum / count;
        }
  return out;
}

/// What every layer gives for these inputs; `weights` in the order of their ids. Without dropout.
inline std::vector<Flow> evaluated(const std::vector<LayerSettings>& layers,
                                   const std::vector<Eigen::MatrixXd>& weights,
                                   const Flow& inputs) {
  std::vector<Flow> flows;
  std::map<std::string, std::size_t> names;
  std::size_t id = 0;
  for (const LayerSettings& layer : layers) {
    const std::string from = word(layer, "input", "");
    const Flow& x = !from.empty() ? flows[names.at(from)] : flows.empty() ? inputs : flows.back();
    Flow out;
    if (layer.type == "dense") {
      out = {flat(weights[id].rows()), x.values * weights[id].transpose()};
      ++id;
    } else if (layer.type == "conv") {
      out = convolved(x, layer, weights[id]);
      ++id;
    } else if (layer.type == "pool") {
      out = pooled(x, layer);
    } else if (layer.type == "flatten") {
      out = {flat(x.shape.size()), x.values};
    } else {
      REQUIRE(layer.type == "add");
      out = {x.shape, x.values + flows[names.at(word(layer, "with", ""))].values};
    }
    const char* usual = layer.type == "dense" || layer.type == "conv" ? "tanh" : "linear";
    out.values = activated(word(layer, "activation", usual), out.values);
    flows.push_back(std::move(out));
    names[word(layer, "name", "")] = flows.size() - 1;
  }
  return flows;
}

/// ∂value()/∂parameters by central differences.
template <class Value>
Eigen::MatrixXd numeric_gradient(Eigen::MatrixXd& parameters, Value&& value) {
  Eigen::MatrixXd gradient(parameters.rows(), parameters.cols());
  for (Index i = 0; i < parameters.size(); ++i) {
    const double before = parameters(i);
    parameters(i) = before + 1e-5;
    const double above = value();
    parameters(i) = before - 1e-5;
    gradient(i) = (above - value()) / 2e-5;
    parameters(i) = before;
  }
  return gradient;
}

inline std::vector<Eigen::MatrixXd> all_weights(const Network& network) {
  std::vector<Eigen::MatrixXd> weights;
  for (std::size_t id = 0; id < network.weight_count(); ++id) {
    weights.push_back(weights_of(network, id));
  }
  return weights;
}

}  // namespace memtrain::test
