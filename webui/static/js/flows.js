// The drawing of a flow: what is chosen comes into sight, arrows walk between boxes, a way is drawn by dragging.
// Everything here can also be done without it, by links and forms.

const drawing = document.getElementById("drawing");
const svg = drawing?.querySelector("svg.flow");

function intoSight(box) {
  const rect = box.querySelector(".card").getBBox();
  drawing.scrollLeft = rect.x + rect.width / 2 - drawing.clientWidth / 2;
  drawing.scrollTop = rect.y + rect.height / 2 - drawing.clientHeight / 2;
}

function middle(box) {
  const rect = box.querySelector(".card").getBBox();
  return [rect.x + rect.width / 2, rect.y + rect.height / 2];
}

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function walk(event) {
  const way = ARROWS[event.key], from = event.target.closest?.("a.box");
  if (!way || !from) return;
  const [x, y] = middle(from);
  let best = null, least = Infinity;
  for (const box of svg.querySelectorAll("a.box")) {
    const [dx, dy] = [middle(box)[0] - x, middle(box)[1] - y];
    const ahead = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
    if (box === from || ahead <= 1) continue;
    if (ahead + 2 * aside < least) [best, least] = [box, ahead + 2 * aside];
  }
  if (!best) return;
  event.preventDefault();
  best.focus({ preventScroll: true });
  intoSight(best);
}

function at(event) {
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
}

function drag(event) {
  const handle = event.target.closest?.(".handle");
  if (!handle) return;
  event.preventDefault();
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("class", "pull");
  svg.append(line);
  const begin = `M${handle.getAttribute("cx")} ${handle.getAttribute("cy")}`;
  const move = (one) => { const to = at(one); line.setAttribute("d", `${begin}L${to.x} ${to.y}`); };
  const stop = (one) => {
    svg.removeEventListener("pointermove", move);
    line.remove();
    if (one.type === "pointerup") joined(handle, document.elementFromPoint(one.clientX, one.clientY));
  };
  svg.setPointerCapture(event.pointerId);
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerup", stop, { once: true });
  svg.addEventListener("pointercancel", stop, { once: true });
}

function joined(handle, under) {
  const target = under?.closest?.("a.box");
  if (!target) return;
  const address = new URL(target.getAttribute("href"), location.href);
  const to = target.dataset.id;
  address.searchParams.set("node", handle.dataset.from);
  address.searchParams.set("to", to);
  location.assign(address);
}

if (svg) {
  const first = svg.querySelector("[data-focus]");
  if (first) intoSight(first);
  else drawing.scrollLeft = (svg.getBoundingClientRect().width - drawing.clientWidth) / 2;
  svg.addEventListener("keydown", walk);
  svg.addEventListener("pointerdown", drag);
}
