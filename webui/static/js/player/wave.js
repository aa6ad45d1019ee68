// Both sides as waveforms, one above the other, with the place one is at. It is a slider for keys and screen readers.

const [WIDTH, HEIGHT] = [900, 60];

function shape(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** One closed line round lowest and highest samples, from -128 to 127. */
function outline(pairs) {
  const columns = pairs.length / 2;
  const loudest = Math.max(24, ...pairs.map(Math.abs));
  const point = (column, value) => `${((column + 0.5) * WIDTH / columns).toFixed(1)} ${(HEIGHT / 2 - value * (HEIGHT / 2 - 1) / loudest).toFixed(1)}`;
  const [above, below] = [[], []];
  for (let column = 0; column < columns; column += 1) {
    below.push(point(column, Math.min(pairs[2 * column], -0.4)));
    above.push(point(column, Math.max(pairs[2 * column + 1], 0.4)));
  }
  return columns ? `M${above.join("L")}L${below.reverse().join("L")}Z` : "";
}

export class Wave {
  constructor(label, keys, seek) {
    this.picture = shape("svg", { viewBox: `0 0 ${WIDTH} ${2 * HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    this.sides = { left: shape("path", { class: "left" }), right: shape("path", { class: "right", transform: `translate(0 ${HEIGHT})` }) };
    this.marks = shape("g", { class: "marks" });
    this.played = shape("rect", { class: "played", x: 0, y: 0, width: 0, height: 2 * HEIGHT });
    this.here = shape("line", { class: "here", y1: 0, y2: 2 * HEIGHT, x1: 0, x2: 0, "vector-effect": "non-scaling-stroke" });
    this.picture.append(this.played, this.sides.left, this.sides.right, this.marks, this.here);
    this.element = document.createElement("div");
    for (const [key, value] of Object.entries({ class: "wave", role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": 0, "aria-valuenow": 0, title: keys })) this.element.setAttribute(key, value);
    this.element.append(this.picture);
    this.seconds = 0;
    const go = (event) => { const box = this.picture.getBoundingClientRect(); seek((event.clientX - box.left) / box.width * this.seconds); };
    this.element.addEventListener("pointerdown", (event) => { this.element.setPointerCapture(event.pointerId); go(event); });
    this.element.addEventListener("pointermove", (event) => { if (event.buttons) go(event); });
  }

  draw(left, right) {
    this.sides.left.setAttribute("d", outline(left));
    this.sides.right.setAttribute("d", outline(right));
  }

  dim(side, isDim) { this.sides[side].classList.toggle("dim", isDim); }

  at(position, seconds, told) {
    this.seconds = seconds;
    const x = seconds ? position / seconds * WIDTH : 0;
    this.here.setAttribute("x1", x);
    this.here.setAttribute("x2", x);
    this.played.setAttribute("width", x);
    this.element.setAttribute("aria-valuemax", Math.round(seconds));
    this.element.setAttribute("aria-valuenow", Math.round(position));
    this.element.setAttribute("aria-valuetext", told);
  }

  mark(moments, seconds) {
    this.marks.replaceChildren(...moments.map((one) => shape("line", { x1: one / seconds * WIDTH, x2: one / seconds * WIDTH, y1: 0, y2: 2 * HEIGHT, "vector-effect": "non-scaling-stroke" })));
  }
}
