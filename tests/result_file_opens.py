#!/usr/bin/python3
"""Opens a result file as its users do: with h5py and with xarray, every group of it.

Usage: result_file_opens.py FILE.h5
Exit code: 0 all is well, 1 with a sentence if not, 77 if h5py, xarray or h5netcdf is not installed.
"""
import sys

try:
    import h5netcdf  # noqa: F401, the engine of xarray used below
    import h5py
    import numpy
    import xarray
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

RUN_TEXTS = ["schema", "memtrain_version", "git_commit", "command", "scenario", "title", "started",
             "finished", "status", "host"]
STATUSES = ["running", "complete", "interrupted", "diverged"]
METRICS = ["train_loss", "train_accuracy", "test_loss", "test_accuracy", "test_mse", "test_mae", "test_rse",
           "test_corr", "wall_seconds"]
COSTS = ["macs", "forward_reads", "transposed_reads", "dac_conversions", "dac_saturations",
         "adc_conversions", "adc_saturations", "programmed_weights", "write_pulses", "max_writes_per_device"]
LAYER_METRICS = ["alignment_angle", "weight_mean", "weight_std", "saturated_fraction", "backward_mismatch", "stuck_fraction"]


def expect(condition, message):
    if not condition:
        sys.exit(f"{sys.argv[1]}: {message}")


def groups_of(file):
    names = ["/"]
    file.visititems(lambda name, item: names.append("/" + name) if isinstance(item, h5py.Group) else None)
    return names


def check_attributes(group, names):
    for name in names:
        expect(name in group.attrs, f"{group.name}: no attribute {name}")
        expect(isinstance(group.attrs[name], str), f"{group.name}: attribute {name} is not text")
        kind = h5py.check_string_dtype(group.attrs.get_id(name).dtype)
        expect(kind is not None and kind.encoding == "utf-8" and kind.length is None,
               f"{group.name}: attribute {name} is not UTF-8 of variable length")


def check_dataset(dataset):
    for name in ["units", "long_name"]:
        expect(dataset.attrs.get(name), f"{dataset.name}: no attribute {name}")
    if h5py.h5ds.is_scale(dataset.id):
        return
    labels = [list(axis) for axis in dataset.dims]
    expect(all(len(scales) == 1 for scales in labels), f"{dataset.name}: an axis without its scale")
    lengths = tuple(axis[0].shape[0] for axis in dataset.dims)
    expect(lengths == dataset.shape, f"{dataset.name}: scales of another length")


def check_table(arm, path):
    expect(path in arm, f"{arm.name}: no {path}")
    names = [axis[0].name for axis in arm[path].dims]
    expect(names == ["/seed", "/epoch"], f"{arm.name}/{path}: axes {names}")
    expect(arm[path].dtype == numpy.float64, f"{arm.name}/{path}: not float64")


def check_arm(arm):
    check_attributes(arm, ["rule", "device", "settings"])
    for path in METRICS + [f"cost/{name}" for name in COSTS]:
        check_table(arm, path)
    for layer in arm["layers"]:
        for name in LAYER_METRICS:
            check_table(arm, f"layers/{layer}/{name}")


def check_baselines(group):
    for name, kind in [("name", str), ("metric", str), ("value", float)]:
        texts = group[name].asstr()[:] if kind is str else group[name][:]
        expect(all(isinstance(value, kind) for value in texts.tolist()), f"{group.name}/{name}: not {kind.__name__}")
        expect([axis[0].name for axis in group[name].dims] == ["/baselines/baseline"], f"{group.name}/{name}: axes")


def check_with_h5py(path):
    with h5py.File(path, "r") as file:
        check_attributes(file, RUN_TEXTS)
        expect(file.attrs["schema"] == "memtrain/1", "another schema")
        expect(file.attrs["status"] in STATUSES, f"status {file.attrs['status']}")
        file.visititems(lambda _, item: check_dataset(item) if isinstance(item, h5py.Dataset) else None)
        for arm in file["arms"].values():
            check_arm(arm)
        if "baselines" in file:
            check_baselines(file["baselines"])
        return groups_of(file), list(file["arms"])


def open_group(path, group):
    with xarray.open_dataset(path, engine="h5netcdf", group=group) as data:
        return data.load()


def check_with_xarray(path, groups, arms):
    root = open_group(path, "/")
    expect(set(root.sizes) == {"seed", "epoch"}, f"root dimensions {dict(root.sizes)}")
    for group in groups:
        data = open_group(path, group)
        for name, variable in data.variables.items():
            expect(len(set(variable.dims)) == variable.ndim, f"{group}/{name}: dimensions {variable.dims}")
    for name in arms:
        arm = open_group(path, f"/arms/{name}")
        expect(arm.test_accuracy.dims == ("seed", "epoch"), f"{name}: {arm.test_accuracy.dims}")
        expect(arm.wall_seconds.dtype == numpy.float64, f"{name}: times were taken for dates")
        if "confusion" in arm:
            expect(arm.confusion.dims == ("seed", "true_class", "predicted_class"),
                   f"{name}: {arm.confusion.dims}")
            expect(not (arm.confusion < 0).any(), f"{name}: counts that are missing are not NaN")


if len(sys.argv) != 2:
    sys.exit(__doc__)
try:
    check_with_xarray(sys.argv[1], *check_with_h5py(sys.argv[1]))
except (OSError, KeyError, ValueError) as problem:
    sys.exit(f"{sys.argv[1]}: {problem}")
