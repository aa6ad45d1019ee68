// Meters of ports as the live stream tells them: figures change in their places, alarms are told once, in words.
import { Live, make, reconcile } from "./live.js";

const root = document.getElementById("meters");
const said = (word) => root.getAttribute(`data-${word}`) ?? "";
const UNITS = { volts: ["V", 0, 60], milliamps: ["mA", 0, 60], level_from: ["dBm0", -60, 3], level_to: ["dBm0", -60, 3], return_loss: ["dB", 0, 40] };
const live = new Live("/events/lines");
const called = (one) => one.name || `${one.card} ${one.slot}`;

function figure(place, one, what) {
  const value = one[what], [unit, least, most] = UNITS[what], known = value !== null;
  const meter = place.querySelector("meter");
  if (!known || !meter) {
    const word = what.startsWith("level") || what === "return_loss" ? "–" : said("not-known");
    place.replaceChildren(...(known ? [make("meter", { min: least, max: most, "aria-label": `${said(what.replace("_", "-"))}, ${called(one)}` }), make("b")] : [make("span", { class: "quiet" }, word)]));
    if (!known) return;
  }
  const shown = `${value.toFixed(1)} ${unit}`;
  const bar = place.querySelector("meter");
  bar.value = what.startsWith("level") ? value : Math.abs(value);
  bar.setAttribute("aria-valuetext", shown);
  place.querySelector("b").textContent = shown;
}

function tile(one) {
  const place = root.querySelector(`[data-port="${CSS.escape(one.id)}"]`);
  if (!place) return;
  const state = place.querySelector(".state"), alarm = place.querySelector(".alarm");
  state.textContent = said(`port-${one.state}`);
  state.classList.toggle("good", one.state === "idle");
  place.classList.toggle("alarmed", one.alarms.length > 0);
  alarm.hidden = one.alarms.length === 0;
  alarm.querySelector("span").textContent = one.alarms.map(said).join(" · ");
  for (const what of Object.keys(UNITS)) figure(place.querySelector(`[data-figure="${what}"] dd`), one, what);
}

function alarms() {
  const only = root.dataset.only;
  const ports = live.of("port").filter((one) => !only || one.id === only);
  const told = ports.flatMap((one) => one.alarms.map((slug) => [`${one.id}:${slug}`, slug,
    () => make("li", {}, make("b", {}, `${called(one)} (${one.card} ${one.slot}): ${said(slug)}`), make("span", {}, said(`do-${slug}`)))]));
  const none = live.things.get("box:box")?.engine ? "no-alarm" : "no-switch";
  reconcile(document.getElementById("alarms"), told.length ? told : [["none", none, () => make("li", { class: "quiet" }, said(none))]]);
}

live.addEventListener("change", (event) => {
  for (const one of event.detail.things) if (one.kind === "port") tile(one);
  alarms();
});
