// What Chart.js does not draw itself: spread over seeds, numbers in cells, the scale of their colours, and the head of
// a saved picture.

// Where a value lies; what is below a logarithmic axis lies at its end.
function pixel(scale, value) {
  return scale.getPixelForValue(scale.type === "logarithmic" ? Math.max(value, scale.min) : value);
}

// A band between `low` and `high` of a data set, or bars where it says so; hidden with it.
const spread_plugin = {
  id: "spread",
  beforeDatasetsDraw(chart) {
    const { ctx, chartArea: area } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.left - 3, area.top - 3, area.right - area.left + 6, area.bottom - area.top + 6);
    ctx.clip();
    chart.data.datasets.forEach((set, index) => {
      if (!set.low || !chart.isDatasetVisible(index)) return;
      if (set.bars) draw_bars(chart, set, [...set.data.keys()]);
      else for (const run of runs_of(chart, set)) draw_band(chart, set, run);
    });
    ctx.restore();
  },
};

// Neighbouring points that are known; one between gaps has a run of its own.
function runs_of(chart, set) {
  const above = chart.scales.y.type === "logarithmic" ? 0 : -Infinity;
  const runs = [[]];
  set.data.forEach((point, i) => {
    if (set.low[i] !== null && point.y > above) runs.at(-1).push(i);
    else if (runs.at(-1).length > 0) runs.push([]);
  });
  return runs.filter((run) => run.length > 0);
}

function draw_band(chart, set, run) {
  if (run.length === 1) return draw_bars(chart, set, run);
  const { ctx, scales: { x, y } } = chart;
  ctx.beginPath();
  for (const i of run) ctx.lineTo(x.getPixelForValue(set.data[i].x), pixel(y, set.high[i]));
  for (const i of run.reverse()) ctx.lineTo(x.getPixelForValue(set.data[i].x), pixel(y, set.low[i]));
  ctx.closePath();
  ctx.globalAlpha = 0.18;
  ctx.fillStyle = set.borderColor;
  ctx.fill();
  ctx.globalAlpha = 1;
}

function draw_bars(chart, set, points) {
  const { ctx, scales } = chart;
  const across = set.bars === "x";
  const scale = across ? scales.x : scales.y, other = across ? scales.y : scales.x;
  const line = (a, b, c, d) => {
    ctx.beginPath();
    ctx.moveTo(...(across ? [a, b] : [b, a]));
    ctx.lineTo(...(across ? [c, d] : [d, c]));
    ctx.stroke();
  };
  ctx.lineWidth = 2;
  for (const i of points) {
    if (set.low[i] === null || set.high[i] === null || Number.isNaN(set.data[i].y)) continue;
    ctx.strokeStyle = Array.isArray(set.borderColor) ? set.borderColor[i] : set.borderColor;
    const [from, to] = [pixel(scale, set.low[i]), pixel(scale, set.high[i])];
    const still = other.getPixelForValue(across ? set.data[i].y : set.data[i].x);
    line(from, still, to, still);
    if (scale.type !== "logarithmic" || set.low[i] > scale.min) line(from, still - 4, from, still + 4);
    line(to, still - 4, to, still + 4);
  }
}

// The values of cells, if there is room for all of them, and which colour stands for what.
const cells_plugin = {
  id: "cells",
  afterDatasetsDraw(chart, _, { cells, axis, colours }) {
    if (!cells) return;
    const { ctx } = chart;
    ctx.save();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    const size = [11, 9].find((pixels) => texts_fit(chart, axis, pixels));
    if (size) draw_texts(chart, axis, size);
    draw_colour_scale(chart, cells, axis, colours);
    ctx.restore();
  },
};

function each_cell(chart, visit) {
  chart.data.datasets.forEach((set, row) => chart.getDatasetMeta(row).data.forEach((bar, column) => {
    if (set.values[column] !== null) visit(set, column, bar.getProps(["width", "x", "y", "base"], true));
  }));
}

function texts_fit(chart, axis, size) {
  chart.ctx.font = `${size}px ${font_family}`;
  let fit = true;
  each_cell(chart, (set, column, { width, y, base }) => {
    const text = spoken(set.values[column], axis, 3);
    fit = fit && chart.ctx.measureText(text).width + 3 < width && Math.abs(base - y) > size + 1;
  });
  return fit;
}

function draw_texts(chart, axis, size) {
  chart.ctx.font = `${size}px ${font_family}`;
  each_cell(chart, (set, column, { x, y, base }) => {
    chart.ctx.fillStyle = readable_on(set.backgroundColor[column]);
    chart.ctx.fillText(spoken(set.values[column], axis, 3), x, (y + base) / 2);
  });
}

function draw_colour_scale(chart, cells, axis, colours) {
  const { ctx, chartArea: area } = chart;
  const left = area.right + 14, steps = 60, height = area.bottom - area.top;
  for (let step = 0; step < steps; ++step) {
    ctx.fillStyle = cells.colour(cells.low + (cells.high - cells.low) * (step + 0.5) / steps);
    ctx.fillRect(left, area.bottom - height * (step + 1) / steps, 12, height / steps + 0.5);
  }
  ctx.font = `11px ${font_family}`;
  ctx.fillStyle = colours.ink;
  ctx.textAlign = "left";
  for (const part of [0, 0.5, 1]) {
    const value = cells.low + part * (cells.high - cells.low);
    const inside = part === 0 ? -5 : part === 1 ? 5 : 0;
    ctx.fillText(spoken(value, axis, 3), left + 17, area.bottom - part * height + inside);
  }
  ctx.translate(left + 58, area.top + height / 2);
  ctx.rotate(Math.PI / 2);
  ctx.textAlign = "center";
  ctx.fillText(heading(axis), 0, 0);
}

// What a series looks like: a piece of its line and its mark.
function draw_sample(ctx, set, x, y, colours) {
  const colour = Array.isArray(set.borderColor) ? colours.faint : set.borderColor;
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = 2;
  if (set.showLine) {
    ctx.setLineDash(set.borderDash ?? []);
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + 24, y);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  if (set.pointRadius === 0) return;
  const style = Array.isArray(set.pointStyle) ? "circle" : set.pointStyle;
  if (set.order) ctx.fillStyle = colours.paper;
  Chart.helpers.drawPoint(ctx, { pointStyle: style, radius: 4, borderWidth: 1.5, rotation: 0 }, x + 12, y);
}

// Title, choices and legend above a saved picture: rows of [data set, name, x], as wide as it is.
function lay_out_head(title, choices, entries, width) {
  const ruler = document.createElement("canvas").getContext("2d");
  ruler.font = `12px ${font_family}`;
  const rows = [];
  let x = width;
  for (const [set, name] of entries) {
    const taken = 24 + 6 + ruler.measureText(name).width + 18;
    if (x + taken > width - 10) {
      rows.push([]);
      x = 12;
    }
    rows.at(-1).push([set, name, x]);
    x += taken;
  }
  const top = 30 + (choices ? 18 : 0);
  return { title, choices, rows, top, height: top + 20 * rows.length + 4 };
}

const head_plugin = {
  id: "head",
  beforeDraw(chart, _, { head }) {
    if (!head) return;
    const { ctx } = chart;
    ctx.save();
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.fillStyle = light.ink;
    ctx.font = `bold 15px ${font_family}`;
    ctx.fillText(head.title, 12, 16);
    ctx.font = `12px ${font_family}`;
    ctx.fillStyle = light.faint;
    if (head.choices) ctx.fillText(head.choices, 12, 36);
    head.rows.forEach((row, number) => row.forEach(([set, name, x]) => {
      const y = head.top + 10 + 20 * number;
      draw_sample(ctx, set, x, y, light);
      ctx.fillStyle = light.ink;
      ctx.fillText(name, x + 30, y);
    }));
    ctx.restore();
  },
};

Chart.register(spread_plugin, cells_plugin, head_plugin);
Chart.defaults.animation = false;
Chart.defaults.font.family = font_family;
