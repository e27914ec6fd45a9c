// A sweep, seen along one axis as lines or along two as a map. Nothing is computed but means where a choice leaves
// several places of the sweep in one cell.
const any = "all values";

function sweep_source(sweep) {
  const axis_names = sweep.axes.map((axis) => axis.key);
  const arm_options = sweep.arms.length > 1 ? ["all arms", ...sweep.arms, ...sweep.pairs.map((pair) => pair.name)]
                                            : sweep.arms;
  const metric_named = (label) => sweep.metrics.find((metric) => metric.label === label);

  // What is chosen, with what fits in where nothing is or it does not fit any more.
  function settle(state) {
    const pick = (name, options, otherwise = options[0]) =>
      options.includes(state.choices[name]) ? state.choices[name] : otherwise;
    const chosen = { metric: pick("metric", sweep.metrics.map((metric) => metric.label)) };
    chosen.picture = pick("picture", axis_names.length > 1 ? ["lines", "map"] : ["lines"]);
    const arms = chosen.picture === "map" ? arm_options.filter((arm) => arm !== "all arms") : arm_options;
    chosen.arm = pick("arm", arms);
    chosen.x = pick("x", axis_names);
    const others = axis_names.filter((key) => key !== chosen.x);
    chosen.y = chosen.picture === "map" ? pick("y", others) : pick("each", ["arms only", ...others]);
    chosen.fixed = {};
    for (const key of others.filter((other) => other !== chosen.y)) {
      const axis = sweep.axes.find((other) => other.key === key);
      chosen.fixed[key] = pick(`at ${key}`, [any, ...axis.texts], sweep.sampled ? any : axis.texts[axis.best]);
    }
    return { chosen, arms, others };
  }

  function controls(state) {
    const { chosen, arms, others } = settle(state);
    const list = [{ name: "metric", label: "metric", options: sweep.metrics.map((metric) => metric.label), value: chosen.metric }];
    if (axis_names.length > 1) {
      list.push({ name: "picture", label: "as", options: ["lines", "map"], value: chosen.picture });
    }
    if (arms.length > 1) list.push({ name: "arm", label: "arm", options: arms, value: chosen.arm });
    if (axis_names.length > 1) {
      list.push({ name: "x", label: "across", options: axis_names, value: chosen.x });
      const map = chosen.picture === "map";
      list.push({ name: map ? "y" : "each", label: map ? "up" : "a line for each",
                  options: map ? others : ["arms only", ...others], value: chosen.y });
    }
    for (const [key, value] of Object.entries(chosen.fixed)) {
      const axis = sweep.axes.find((other) => other.key === key);
      list.push({ name: `at ${key}`, label: `${key} =`, options: [any, ...axis.texts], value });
    }
    return list;
  }

  // The numbers of an arm, or of the difference of two: lists over places.
  function numbers_of(arm, metric) {
    const place = sweep.arms.indexOf(arm);
    if (place >= 0) return sweep.values[metric.name][place];
    return sweep.pairs.find((pair) => pair.name === arm).values[metric.name] ?? null;
  }

  function places_at(fixed) {
    return sweep.places.map((_, number) => number).filter((number) => Object.entries(fixed).every(([key, text]) => {
      const axis = axis_names.indexOf(key);
      return text === any || sweep.axes[axis].texts[sweep.places[number][axis]] === text;
    }));
  }

  function axis_of(key) {
    const axis = sweep.axes[axis_names.indexOf(key)];
    return axis.numbers ? { label: key, name: key, log: axis.log, values: axis.numbers } : { label: key, name: key, names: axis.texts };
  }
  const value_axis = (metric, arm) => ({ ...metric, name: metric.name, label: metric.label + (sweep.arms.includes(arm) || arm === "all arms" ? "" : `, ${arm}`), log: false });

  // Where a place lies along an axis: its number, or of texts their order.
  function place_on(axis, place) {
    const value = sweep.places[place][axis];
    return sweep.axes[axis].numbers?.[value] ?? value;
  }

  function line_chart(chosen) {
    const metric = metric_named(chosen.metric);
    const x = axis_names.indexOf(chosen.x), y = axis_names.indexOf(chosen.y);
    const arms = chosen.arm === "all arms" ? sweep.arms : [chosen.arm];
    const places = places_at(chosen.fixed);
    const series = [];
    for (const arm of arms) {
      const numbers = numbers_of(arm, metric);
      if (numbers === null) return null;
      for (const value of y < 0 ? [null] : sweep.axes[y].texts.keys()) {
        const own = places.filter((place) => value === null || sweep.places[place][y] === value)
          .sort((a, b) => place_on(x, a) - place_on(x, b));
        if (own.length === 0) continue;
        const at = (list) => own.map((place) => list[place]);
        const positions = own.map((place) => sweep.places[place][x]);
        const free = Object.values(chosen.fixed).includes(any) || (y < 0 && new Set(positions).size < positions.length);
        const name = [arms.length > 1 || y < 0 ? arm : "", y < 0 ? "" : `${chosen.y} = ${sweep.axes[y].texts[value]}`];
        series.push({
          name: name.filter((part) => part).join(", "), joined: !free,
          x: own.map((place) => place_on(x, place)),
          y: at(numbers.mean), std: numbers.std && at(numbers.std), low: numbers.low && at(numbers.low),
          high: numbers.high && at(numbers.high),
        });
      }
    }
    return { kind: "lines", x: axis_of(chosen.x), y: value_axis(metric, chosen.arm), series };
  }

  function map_chart(chosen) {
    const metric = metric_named(chosen.metric);
    const x = axis_names.indexOf(chosen.x), y = axis_names.indexOf(chosen.y);
    const numbers = numbers_of(chosen.arm, metric);
    if (numbers === null) return null;
    const cells = sweep.axes[y].texts.map(() => sweep.axes[x].texts.map(() => []));
    for (const place of places_at(chosen.fixed)) {
      if (numbers.mean[place] !== null) cells[sweep.places[place][y]][sweep.places[place][x]].push(place);
    }
    const of_cells = (one, several) => cells.map((row) => row.map((places) =>
      (places.length === 0 ? null : places.length === 1 ? one(places[0]) : several(places))));
    const mean = (places) => places.reduce((sum, place) => sum + numbers.mean[place], 0) / places.length;
    const values = of_cells((place) => numbers.mean[place], mean);
    if (values.flat().every((value) => value === null)) return null;
    return {
      kind: "cells", x: { label: chosen.x, name: chosen.x, names: sweep.axes[x].texts },
      y: { label: chosen.y, name: chosen.y, names: sweep.axes[y].texts }, value: value_axis(metric, chosen.arm), values,
      std: numbers.std && of_cells((place) => numbers.std[place], () => null),
      n: of_cells((place) => numbers.n[place], (places) => places.reduce((sum, place) => sum + numbers.n[place], 0)),
      diverging: !sweep.arms.includes(chosen.arm),
    };
  }

  return {
    controls,
    chart(state) {
      const { chosen } = settle(state);
      return chosen.picture === "map" ? map_chart(chosen) : line_chart(chosen);
    },
  };
}
