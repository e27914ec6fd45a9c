// A drawing context that writes SVG: what a chart draws on a canvas becomes lines and letters that can be edited and
// printed at any size. It offers what Chart.js asks of a canvas and no more.
class SvgContext {
  constructor(canvas, paper) {
    this.canvas = canvas;
    this.paper = paper;
    this.ruler = document.createElement("canvas").getContext("2d");
    this.stack = [];
    this.clips = 0;
    Object.assign(this, {
      fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, lineCap: "butt", lineJoin: "miter",
      font: "10px sans-serif", textAlign: "start", textBaseline: "alphabetic", globalAlpha: 1, lineDashOffset: 0, miterLimit: 10,
    });
    this.dashes = [];
    this.matrix = [1, 0, 0, 1, 0, 0];
    this.clip_id = null;
    this.restart();
  }

  restart() {
    this.defs = [];
    this.body = [];
    this.path = "";
  }

  // State
  save() {
    const kept = ["fillStyle", "strokeStyle", "lineWidth", "lineCap", "lineJoin", "font", "textAlign", "textBaseline",
                  "globalAlpha", "lineDashOffset", "dashes", "matrix", "clip_id"];
    this.stack.push(Object.fromEntries(kept.map((name) => [name, this[name]])));
  }
  restore() { Object.assign(this, this.stack.pop() ?? {}); }
  setLineDash(dashes) { this.dashes = [...dashes]; }
  getLineDash() { return [...this.dashes]; }

  // Transformations: the matrix [a b c d e f] of a canvas
  transform(a, b, c, d, e, f) {
    const [A, B, C, D, E, F] = this.matrix;
    this.matrix = [A * a + C * b, B * a + D * b, A * c + C * d, B * c + D * d, A * e + C * f + E, B * e + D * f + F];
  }
  setTransform(a, b, c, d, e, f) { this.matrix = [a, b, c, d, e, f]; }
  resetTransform() { this.matrix = [1, 0, 0, 1, 0, 0]; }
  translate(x, y) { this.transform(1, 0, 0, 1, x, y); }
  scale(x, y) { this.transform(x, 0, 0, y, 0, 0); }
  rotate(angle) {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    this.transform(c, s, -s, c, 0, 0);
  }
  at(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    return SvgContext.digits(a * x + c * y + e) + " " + SvgContext.digits(b * x + d * y + f);
  }
  static digits(value) { return String(Math.round(value * 100) / 100); }

  // Paths
  beginPath() { this.path = ""; }
  moveTo(x, y) { this.path += `M${this.at(x, y)}`; }
  lineTo(x, y) { this.path += `${this.path ? "L" : "M"}${this.at(x, y)}`; }
  closePath() { if (this.path) this.path += "Z"; }
  bezierCurveTo(ax, ay, bx, by, x, y) { this.path += `C${this.at(ax, ay)} ${this.at(bx, by)} ${this.at(x, y)}`; }
  quadraticCurveTo(ax, ay, x, y) { this.path += `Q${this.at(ax, ay)} ${this.at(x, y)}`; }
  rect(x, y, width, height) {
    this.moveTo(x, y);
    this.lineTo(x + width, y);
    this.lineTo(x + width, y + height);
    this.lineTo(x, y + height);
    this.closePath();
  }
  arc(x, y, radius, from, to, against = false) { this.ellipse(x, y, radius, radius, 0, from, to, against); }
  ellipse(x, y, radius_x, radius_y, turn, from, to, against = false) {
    // two halves: one arc cannot be a whole circle
    const whole = Math.abs(to - from) >= 2 * Math.PI;
    let span = whole ? 2 * Math.PI : (to - from) % (2 * Math.PI);
    if (!against && span < 0) span += 2 * Math.PI;
    if (against) span = whole ? -2 * Math.PI : span > 0 ? span - 2 * Math.PI : span;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const place = (angle) => {
      const [u, v] = [radius_x * Math.cos(angle), radius_y * Math.sin(angle)];
      return [x + u * cos - v * sin, y + u * sin + v * cos];
    };
    const size = Math.hypot(this.matrix[0], this.matrix[1]);
    const tilt = (turn + Math.atan2(this.matrix[1], this.matrix[0])) * 180 / Math.PI;
    this.lineTo(...place(from));
    for (const part of [0.5, 1]) {
      const radii = SvgContext.digits(radius_x * size) + " " + SvgContext.digits(radius_y * size);
      const end = this.at(...place(from + part * span));
      this.path += `A${radii} ${SvgContext.digits(tilt)} 0 ${span > 0 ? 1 : 0} ${end}`;
    }
  }
  clip(rule) {
    SvgContext.own_path(rule);
    const holes = rule === "evenodd" ? ` clip-rule="evenodd"` : "";
    const id = `clip${++this.clips}`;
    const inside = this.clip_id ? ` clip-path="url(#${this.clip_id})"` : "";
    this.defs.push(`<clipPath id="${id}"${inside}><path d="${this.path}"${holes}/></clipPath>`);
    this.clip_id = id;
  }

  // Painting
  paint(style, attribute) {
    this.ruler.fillStyle = "#000000";
    this.ruler.fillStyle = style;  // spelt as #rrggbb or rgba() from here on
    const parts = this.ruler.fillStyle.match(/rgba\((\d+), (\d+), (\d+), ([\d.]+)\)/);
    const colour = parts ? `rgb(${parts[1]},${parts[2]},${parts[3]})` : this.ruler.fillStyle;
    const opacity = (parts ? Number(parts[4]) : 1) * this.globalAlpha;
    return `${attribute}="${colour}"` + (opacity < 1 ? ` ${attribute}-opacity="${SvgContext.digits(opacity)}"` : "");
  }
  add(element) {
    this.body.push(this.clip_id ? `<g clip-path="url(#${this.clip_id})">${element}</g>` : element);
  }
  // Chart.js may hand over a path of its own, which tells nothing of itself: charts are drawn so that it does not.
  static own_path(path) { if (typeof path === "object") throw new Error("a path that cannot be written as SVG"); }
  fill(rule) {
    SvgContext.own_path(rule);
    const holes = rule === "evenodd" ? ` fill-rule="evenodd"` : "";
    if (this.path) this.add(`<path d="${this.path}" ${this.paint(this.fillStyle, "fill")}${holes}/>`);
  }
  stroke(path) {
    SvgContext.own_path(path);
    if (!this.path || this.lineWidth <= 0) return;
    const dashes = this.dashes.length ? ` stroke-dasharray="${this.dashes.join(" ")}"` : "";
    const ends = (this.lineCap === "butt" ? "" : ` stroke-linecap="${this.lineCap}"`) +
                 (this.lineJoin === "miter" ? "" : ` stroke-linejoin="${this.lineJoin}"`);
    this.add(`<path d="${this.path}" fill="none" ${this.paint(this.strokeStyle, "stroke")} ` +
             `stroke-width="${SvgContext.digits(this.lineWidth)}"${dashes}${ends}/>`);
  }
  fillRect(x, y, width, height) { this.apart(() => { this.rect(x, y, width, height); this.fill(); }); }
  strokeRect(x, y, width, height) { this.apart(() => { this.rect(x, y, width, height); this.stroke(); }); }
  clearRect() { this.restart(); }
  // Draws a path of its own without losing the one that is being made.
  apart(draw) {
    const kept = this.path;
    this.path = "";
    draw();
    this.path = kept;
  }

  // Letters
  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }
  fillText(text, x, y) {
    const font = this.font.match(/^(?:(?:normal|italic) )?(?:(bold|normal|\d+) )?([\d.]+)px/) ?? ["", "normal", "12"];
    const anchor = { left: "start", start: "start", center: "middle", right: "end", end: "end" }[this.textAlign];
    const drop = { top: 0.78, hanging: 0.78, middle: 0.35, bottom: -0.22 }[this.textBaseline] ?? 0;
    const escaped = String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const place = this.matrix.map(SvgContext.digits).join(" ");
    this.add(`<text transform="matrix(${place})" x="${SvgContext.digits(x)}" ` +
             `y="${SvgContext.digits(y + drop * Number(font[2]))}" font-size="${font[2]}" ` +
             (font[1] && font[1] !== "normal" ? `font-weight="${font[1]}" ` : "") +
             `text-anchor="${anchor}" ${this.paint(this.fillStyle, "fill")}>${escaped}</text>`);
  }
  strokeText() {}  // outlines of letters: none of our charts has any

  text(width, height) {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
           `viewBox="0 0 ${width} ${height}" font-family="${font_family}">` +
           `<defs>${this.defs.join("")}</defs><rect width="100%" height="100%" fill="${this.paper}"/>` +
           `${this.body.join("\n")}</svg>\n`;
  }
}
