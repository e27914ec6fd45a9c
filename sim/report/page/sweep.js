// A sweep, seen along one axis as lines or along two as a map. Nothing is computed but means where a choice leaves
// several places of the sweep in one cell.
const any = "all values";
const most_lines = 12;

// Numbers rise along their axis, in whatever order they were swept.
function in_order(sweep) {
  const orders = sweep.axes.map((axis) => {
    const order = [...axis.texts.keys()];
    return axis.numbers ? order.sort((a, b) => axis.numbers[a] - axis.numbers[b]) : order;
  });
  const moved = orders.map((order) => order.reduce((places, from, to) => { places[from] = to; return places; }, []));
  const axes = sweep.axes.map((axis, a) => ({
    ...axis, texts: orders[a].map((i) => axis.texts[i]), numbers: axis.numbers && orders[a].map((i) => axis.numbers[i]),
    best: moved[a][axis.best],
  }));
  return { ...sweep, axes, places: sweep.places.map((place) => place.map((value, a) => moved[a][value])) };
}

function sweep_source(unordered) {
  const sweep = in_order(unordered);
  const keys = sweep.axes.map((axis) => axis.key);
  const axis_named = (key) => sweep.axes[keys.indexOf(key)];
  const arm_options = sweep.arms.length > 1 ? ["all arms", ...sweep.arms, ...sweep.pairs.map((pair) => pair.name)]
                                            : sweep.arms;
  // Of a sample, a map would be holes.
  const pictures = keys.length > 1 && !sweep.sampled ? ["lines", "map"] : ["lines"];

  // The metrics that are known of an arm, or of the difference of two.
  function metrics_of(arm) {
    const pair = sweep.pairs.find((other) => other.name === arm);
    return pair ? sweep.metrics.filter((metric) => pair.values[metric.name]) : sweep.metrics;
  }

  // What is chosen, with what fits in where nothing is or it does not fit any more.
  function settle(state) {
    const pick = (name, options, otherwise = options[0]) =>
      (options.includes(state.choices[name]) ? state.choices[name] : otherwise);
    const picture = pick("picture", pictures);
    const arms = picture === "map" ? arm_options.filter((arm) => arm !== "all arms") : arm_options;
    const arm = pick("arm", arms);
    const metrics = metrics_of(arm);
    const metric = metrics.find((other) => other.label === pick("metric", metrics.map((each) => each.label)));
    const x = pick("x", keys);
    const others = keys.filter((key) => key !== x);
    const families = ["arms only", ...others.filter((key) => axis_named(key).texts.length <= most_lines)];
    const y = picture === "map" ? pick("y", others) : pick("each", families);
    const fixed = {};
    for (const key of others.filter((other) => other !== y)) {
      const { texts, best } = axis_named(key);
      fixed[key] = pick(`at ${key}`, [any, ...texts], sweep.sampled ? any : texts[best]);
    }
    return { picture, arm, arms, metric, metrics, x, y, others, families, fixed };
  }

  function controls(state) {
    const { picture, arm, arms, metric, metrics, x, y, others, families, fixed } = settle(state);
    const list = [
      { name: "metric", label: "metric", options: metrics.map((each) => each.label), value: metric.label,
        in_head: true },
      { name: "picture", label: "as", options: pictures, value: picture, of_picture: true },
      { name: "arm", label: "arm", options: arms, value: arm },
      { name: "x", label: "across", options: keys, value: x, of_picture: true },
      picture === "map" ? { name: "y", label: "up", options: others, value: y, of_picture: true }
                        : { name: "each", label: "a line for each", options: families, value: y, of_picture: true },
    ].filter((control) => control.options.length > 1);
    for (const [key, value] of Object.entries(fixed)) {
      list.push({ name: `at ${key}`, label: `${key} =`, column: key, options: [any, ...axis_named(key).texts], value });
    }
    return list;
  }

  // The numbers of an arm, or of the difference of two: lists over places.
  function numbers_of(arm, metric) {
    const place = sweep.arms.indexOf(arm);
    return place >= 0 ? sweep.values[metric.name][place]
                      : sweep.pairs.find((pair) => pair.name === arm).values[metric.name];
  }

  function places_at(fixed) {
    return [...sweep.places.keys()].filter((place) => Object.entries(fixed).every(([key, text]) => {
      const axis = keys.indexOf(key);
      return text === any || sweep.axes[axis].texts[sweep.places[place][axis]] === text;
    }));
  }

  // Where a place lies along an axis: its number, or of texts their order.
  function place_on(axis, place) {
    const value = sweep.places[place][axis];
    return sweep.axes[axis].numbers?.[value] ?? value;
  }

  function axis_of(key) {
    const axis = axis_named(key);
    return axis.numbers ? { label: key, name: key, log: axis.log, values: axis.numbers }
                        : { label: key, name: key, names: axis.texts };
  }
  function value_axis(metric, arm) {
    const of_pair = sweep.pairs.some((pair) => pair.name === arm);
    return { ...metric, label: of_pair ? `${metric.label}, ${arm}` : metric.label };
  }

  // One line: an arm, at one value of another axis or at all.
  function line_of(arm, numbers, own, chosen) {
    const x = keys.indexOf(chosen.x);
    own.sort((a, b) => place_on(x, a) - place_on(x, b));
    const at = (list) => list && own.map((place) => list[place]);
    const several = new Set(own.map((place) => sweep.places[place][x])).size < own.length;
    const free = Object.keys(chosen.fixed).filter((key) => chosen.fixed[key] === any);
    const apart = several ? keys.filter((key) => key !== chosen.x && key !== chosen.y) : free;
    return {
      joined: !several && free.length === 0, x: own.map((place) => place_on(x, place)), y: at(numbers.mean),
      std: at(numbers.std), low: at(numbers.low), high: at(numbers.high), n: at(numbers.n),
      places: Object.fromEntries(apart.map((key) => [key, own.map((place) =>
        axis_named(key).texts[sweep.places[place][keys.indexOf(key)]])])),
    };
  }

  function line_chart(chosen) {
    const y = keys.indexOf(chosen.y);  // -1: arms only
    const arms = chosen.arm === "all arms" ? sweep.arms : [chosen.arm];
    const places = places_at(chosen.fixed);
    const series = [];
    for (const arm of arms) {
      const numbers = numbers_of(arm, chosen.metric);
      for (const value of y < 0 ? [null] : sweep.axes[y].texts.keys()) {
        const own = places.filter((place) => value === null || sweep.places[place][y] === value);
        if (own.length === 0) continue;
        const at_value = value === null ? "" : `${chosen.y} = ${sweep.axes[y].texts[value]}`;
        const name = arms.length > 1 || value === null ? [arm, at_value].filter((part) => part).join(", ") : at_value;
        // an arm keeps its colour; values have dashes, or of one arm colours
        const look = arms.length > 1 || value === null ? Math.max(sweep.arms.indexOf(arm), 0) : value;
        const dash = arms.length > 1 && value !== null ? value : undefined;
        series.push({ name, look, dash, ...line_of(arm, numbers, own, chosen) });
      }
    }
    return { kind: "lines", x: axis_of(chosen.x), y: value_axis(chosen.metric, chosen.arm), series };
  }

  function map_chart(chosen) {
    const x = keys.indexOf(chosen.x), y = keys.indexOf(chosen.y);
    const numbers = numbers_of(chosen.arm, chosen.metric);
    const cells = sweep.axes[y].texts.map(() => sweep.axes[x].texts.map(() => []));
    for (const place of places_at(chosen.fixed)) {
      if (numbers.mean[place] !== null) cells[sweep.places[place][y]][sweep.places[place][x]].push(place);
    }
    const of_cells = (one, several) => cells.map((row) => row.map((places) =>
      (places.length === 0 ? null : places.length === 1 ? one(places[0]) : several(places))));
    const sum = (list) => (places) => places.reduce((total, place) => total + list[place], 0);
    const mean = (places) => sum(numbers.mean)(places) / places.length;
    const values = of_cells((place) => numbers.mean[place], mean);
    if (values.flat().every((value) => value === null)) return null;
    return {
      kind: "cells", x: { label: chosen.x, name: chosen.x, names: sweep.axes[x].texts },
      y: { label: chosen.y, name: chosen.y, names: sweep.axes[y].texts },
      value: value_axis(chosen.metric, chosen.arm), values,
      std: numbers.std && of_cells((place) => numbers.std[place], () => null),
      n: of_cells((place) => numbers.n[place], sum(numbers.n)),
      diverging: !sweep.arms.includes(chosen.arm),
    };
  }

  return {
    controls,
    chart(state) {
      const chosen = settle(state);
      return chosen.picture === "map" ? map_chart(chosen) : line_chart(chosen);
    },
  };
}
