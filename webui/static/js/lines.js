// The states of ports, asked for again and again while somebody looks.
import { make, reconcile } from "./live.js";

const EACH_MS = 2_000;
const table = document.getElementById("lines");
const told = document.getElementById("told");
const tones = { idle: "good", unknown: "warn" };

function show(now) {
  for (const one of now.rows) {
    const badge = table.querySelector(`[data-port="${CSS.escape(`${one.kind}:${one.name}`)}"] .badge`);
    if (!badge) continue;
    badge.className = `badge ${tones[one.state] ?? ""}`;
    badge.textContent = `${table.dataset[one.state]}${one.calls > 1 ? ` ${one.calls}` : ""}`;
  }
  reconcile(document.getElementById("facts"), now.facts.map((one, at) => [`${at}`, JSON.stringify(one), () => fact(one)]));
}

function fact(one) {
  return make("tr", {}, make("td", {}, one.name), make("td", {}, make("span", { class: `badge ${one.is_well ? "good" : "bad"}` }, one.text)));
}

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/lines/now", { headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 401) { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    told.hidden = true;
  } catch { told.textContent = table.dataset.lost; told.hidden = false; }
}

setInterval(ask, EACH_MS);
