// What Chart.js does not draw itself: spread over seeds, numbers in cells, the scale of their colours.

// A band between `low` and `high` of a data set, or bars where it says so; hidden with it.
const spread_plugin = {
  id: "spread",
  beforeDatasetsDraw(chart) {
    const { ctx, chartArea: area } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
    ctx.clip();
    chart.data.datasets.forEach((set, index) => {
      if (!set.low || !chart.isDatasetVisible(index)) return;
      if (set.bars) draw_bars(chart, set);
      else draw_band(chart, set);
    });
    ctx.restore();
  },
};

function draw_band(chart, set) {
  const { ctx, scales: { x, y } } = chart;
  const known = set.data.map((point, i) => i).filter((i) => set.low[i] !== null && !Number.isNaN(set.data[i].y));
  if (known.length < 2) return;
  const bottom = (value) => y.getPixelForValue(y.type === "logarithmic" ? Math.max(value, y.min) : value);
  ctx.beginPath();
  known.forEach((i, k) => {
    const place = [x.getPixelForValue(set.data[i].x), y.getPixelForValue(set.high[i])];
    if (k === 0) ctx.moveTo(...place);
    else ctx.lineTo(...place);
  });
  known.reverse().forEach((i) => ctx.lineTo(x.getPixelForValue(set.data[i].x), bottom(set.low[i])));
  ctx.closePath();
  ctx.globalAlpha = 0.18;
  ctx.fillStyle = set.borderColor;
  ctx.fill();
  ctx.globalAlpha = 1;
}

function draw_bars(chart, set) {
  const { ctx, scales: { x, y } } = chart;
  ctx.lineWidth = 2;
  set.data.forEach((point, i) => {
    if (set.low[i] === null) return;
    const colour = set.borderColor;
    ctx.strokeStyle = Array.isArray(colour) ? colour[i] : colour;
    const across = set.bars === "x";
    const scale = across ? x : y;
    const [from, to] = [scale.getPixelForValue(set.low[i]), scale.getPixelForValue(set.high[i])];
    const still = across ? y.getPixelForValue(point.y) : x.getPixelForValue(point.x);
    const line = (a, b, c, d) => {
      ctx.beginPath();
      ctx.moveTo(...(across ? [a, b] : [b, a]));
      ctx.lineTo(...(across ? [c, d] : [d, c]));
      ctx.stroke();
    };
    line(from, still, to, still);
    line(from, still - 4, from, still + 4);
    line(to, still - 4, to, still + 4);
  });
}

// The values of cells, where there is room for them, and which colour stands for what.
const cells_plugin = {
  id: "cells",
  afterDatasetsDraw(chart, _, { cells, axis }) {
    if (!cells) return;
    const { ctx } = chart;
    ctx.save();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.font = "11px sans-serif";
    chart.data.datasets.forEach((set, row) => {
      chart.getDatasetMeta(row).data.forEach((bar, column) => {
        const value = set.values[column];
        const { width, height, x, y, base } = bar.getProps(["width", "height", "x", "y", "base"], true);
        const text = value === null ? "" : spoken(value, axis, 3);
        if (!text || width < ctx.measureText(text).width + 4 || Math.abs(height) < 14) return;
        ctx.fillStyle = readable_on(set.backgroundColor[column]);
        ctx.fillText(text, x, (y + base) / 2);
      });
    });
    draw_colour_scale(chart, cells, axis);
    ctx.restore();
  },
};

function draw_colour_scale(chart, cells, axis) {
  const { ctx, chartArea: area } = chart;
  const left = area.right + 14, steps = 60, height = area.bottom - area.top;
  for (let step = 0; step < steps; ++step) {
    ctx.fillStyle = cells.colour(cells.low + (cells.high - cells.low) * (step + 0.5) / steps);
    ctx.fillRect(left, area.bottom - height * (step + 1) / steps, 12, height / steps + 0.5);
  }
  ctx.fillStyle = theme().ink;
  ctx.textAlign = "left";
  for (const part of [0, 0.5, 1]) {
    const value = cells.low + part * (cells.high - cells.low);
    ctx.fillText(spoken(value, axis, 3), left + 17, area.bottom - part * height + (part === 0 ? -5 : part === 1 ? 5 : 0));
  }
}

Chart.register(spread_plugin, cells_plugin);
Chart.defaults.animation = false;
Chart.defaults.font.family = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
