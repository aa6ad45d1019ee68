// The live stream: a map of things by "kind:id", told anew with every change. It finds its way back by itself.

const OLD_MS = 40_000;

export class Live extends EventTarget {
  constructor(path = "/events/live") {
    super();
    this.things = new Map();
    this.path = path;
    this.open();
    setInterval(() => { if (Date.now() - this.heard > OLD_MS) this.open(); }, 5_000);
  }

  open() {
    this.source?.close();
    this.heard = Date.now();
    this.source = new EventSource(this.path);
    this.source.addEventListener("all", (event) => this.take(event, true));
    this.source.addEventListener("change", (event) => this.take(event, false));
    this.source.addEventListener("error", () => this.lost());
  }

  take(event, isAll) {
    this.heard = Date.now();
    const told = JSON.parse(event.data);
    if (isAll) this.things.clear();
    for (const key of told.gone) this.things.delete(key);
    for (const thing of told.things) this.things.set(`${thing.kind}:${thing.id}`, thing);
    this.dispatchEvent(new CustomEvent("change", { detail: told }));
  }

  lost() {
    this.dispatchEvent(new Event("lost"));
    if (this.source.readyState === EventSource.CLOSED) setTimeout(() => this.open(), 2_000);
  }

  of(kind) { return [...this.things.values()].filter((thing) => thing.kind === kind); }
}

/** Shows in `lamp` whether what one sees is true now. */
export function lamp(live, element) {
  const show = (state) => { element.className = `lamp ${state === "up" ? "up" : "lost"}`; element.textContent = element.dataset[state]; };
  live.addEventListener("change", () => show(live.things.get("box:box")?.engine ? "up" : "away"));
  live.addEventListener("lost", () => show("lost"));
}

/** Minutes and seconds, hours before them where there are some. */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** An element with attributes and children; text is text, never markup. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== false) element.setAttribute(key, value);
  element.append(...children.filter((one) => one !== null && one !== undefined));
  return element;
}

/** Lets every `<time data-since>` of the page count on. */
export function countOn() {
  const tell = () => { for (const one of document.querySelectorAll("time[data-since]")) { const since = Number(one.dataset.since); one.textContent = since ? clock(Date.now() - since) : ""; } };
  setInterval(tell, 500);
  return tell;
}

/** Makes the children of `parent` those of `wanted` ([key, signature, element maker]) and leaves alone what is the same. */
export function reconcile(parent, wanted) {
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const [key, signature, build] of wanted) {
    let child = there.get(key);
    there.delete(key);
    if (!child || child.dataset.signature !== signature) {
      const fresh = build();
      fresh.dataset.key = key;
      fresh.dataset.signature = signature;
      if (child) { if (place === child) place = fresh; child.replaceWith(fresh); }
      child = fresh;
    }
    if (child !== place) parent.insertBefore(child, place); else place = place.nextElementSibling;
    if (place === child) place = child.nextElementSibling;
  }
  for (const child of there.values()) child.remove();
}
