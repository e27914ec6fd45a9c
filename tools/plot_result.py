#!/usr/bin/python3
"""Draws test accuracy over epochs, a line an arm (mean and range over seeds).

Usage: plot_result.py RESULT.h5 PICTURE.svg
Needs Debian's python3-h5py and python3-matplotlib.
"""
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "memtrain", "font.size": 11, "axes.spines.top": False,
                            "axes.spines.right": False})
import matplotlib.pyplot as plt  # noqa: E402

with h5py.File(sys.argv[1]) as result:
    figure, axes = plt.subplots(figsize=(8.4, 4.0))
    epochs = result["epoch"][1:]
    for name, arm in result["arms"].items():
        accuracy = 100 * arm["test_accuracy"][:, 1:]
        style = {"ftp": ("tab:blue", "o"), "bp": ("tab:orange", "s")}.get(arm.attrs["rule"], ("tab:gray", "^"))
        exact = arm.attrs["device"] == "exact"
        axes.plot(epochs, accuracy.mean(axis=0), label=name, color=style[0], marker=style[1],
                  linestyle="-" if exact else "--", fillstyle="full" if exact else "none")
        if len(accuracy) > 1:
            axes.fill_between(epochs, accuracy.min(axis=0), accuracy.max(axis=0), color=style[0], alpha=0.15)
    axes.set(xlabel="epoch", ylabel="test accuracy / %", title=result.attrs["title"])
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.tight_layout()
    figure.savefig(sys.argv[2], metadata={"Date": None})
