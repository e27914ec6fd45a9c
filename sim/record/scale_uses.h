#pragma once
#include <vector>

#include "sim/record/h5.h"

// How HDF5 says which scale an axis of a dataset has: the dataset has a list of its scales, and a
// scale one of the datasets that use it. (HDF5 Dimension Scale Specification and API, The HDF
// Group.) The library's H5DSattach_scale() keeps both for one dataset at a time, and looks through
// all uses that a scale has whenever it adds one, which for thousands takes seconds.
namespace memtrain::h5 {

/// Notes the scale of each axis in a dataset that has none yet. The scales do not know of it before
/// list_uses().
void attach(const Object& dataset, const Axes& axes);

/// Notes in the scales of a group, and of the groups in it, which datasets use them: once, when all
/// of them are there.
void list_uses(const Object& group);

}  // namespace memtrain::h5
