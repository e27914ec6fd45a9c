#pragma once
#include "models/rules/learning_rule.h"
#include "sim/data/dataset.h"

namespace memtrain {

/// The angle, layer by layer and in degrees, between the weight update a rule asks for and
/// backprop's exact one (noise-free, floating point) at the same state, averaged over the first
/// `batches` mini-batches of the training samples. Nothing is learned. NaN for a layer the rule
/// does not update.
[[nodiscard]] std::vector<double> alignment_angles(Network& network, LearningRule& rule,
                                                   const Samples& samples, Index classes,
                                                   Index batch_size, int batches,
                                                   std::uint64_t seed, std::uint32_t epoch);

/// The angle in degrees between two sums of outer products d₁ᵀ x₁ and d₂ᵀ x₂ (x [n × in], d [n ×
/// out]), without forming them: ⟨d₁ᵀx₁, d₂ᵀx₂⟩ = Σ (d₁ d₂ᵀ) ⊙ (x₁ x₂ᵀ). NaN if either is zero.
[[nodiscard]] double angle_between(const BatchIn& x1, const BatchIn& d1, const BatchIn& x2,
                                   const BatchIn& d2);

}  // namespace memtrain
