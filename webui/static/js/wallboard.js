import { Live, clock, countOn, lamp, make, reconcile } from "./live.js";
import { give } from "./orders.js";

const at = (id) => document.getElementById(id);
const board = at("board");
const said = (word) => board.getAttribute(`data-${word}`) ?? word;
const orders = board.hasAttribute("data-orders");
const live = new Live();
const tell = countOn();
const since = (ms) => make("time", { "data-since": ms || 0 });
lamp(live, at("link"));

async function order(fields, button) {
  if (button) button.disabled = true;
  const answer = await give("/wallboard/orders", fields);
  if (button) button.disabled = false;
  at("told").hidden = answer.done;
  at("told").textContent = answer.done ? "" : answer.text || said("lost");
  return answer.done;
}

function deed(word, fields, kind = "") {
  const button = make("button", { type: "button", class: kind }, said(word));
  button.addEventListener("click", () => order(fields, button));
  return button;
}

function figure(word, ...value) { return make("div", {}, make("dt", {}, said(word)), make("dd", {}, ...value)); }

// What is amiss with a queue, in words: by the thresholds of its configuration, or when nobody is there for who waits.
function alerts(one) {
  const found = [];
  const add = (word, limit = "") => found.push(said(`alert-${word}`).replace("{limit}", limit));
  if (one.waiting && !one.seated) add("nobody");
  if (one.waiting && Date.now() - one.oldest > one.alert_s * 1000) add("wait", clock(one.alert_s * 1000));
  if (one.alert_waiting && one.waiting >= one.alert_waiting) add("waiting", one.alert_waiting);
  if (one.level !== null && one.level < one.alert_level) add("level", one.alert_level);
  return found;
}

// Told once when they begin and once when they are over: who listens is not told the same every two seconds.
const spoken = new Map();
function speak(queues) {
  const told = [];
  for (const one of queues) {
    const now = alerts(one);
    const before = spoken.get(one.id) ?? [];
    const fresh = now.filter((text) => !before.includes(text));
    if (fresh.length) told.push(`${one.name}: ${fresh.join(", ")}`);
    else if (before.length && !now.length) told.push(`${one.name}: ${said("alert-over")}`);
    spoken.set(one.id, now);
  }
  if (told.length) at("spoken").textContent = told.join(". ");
}

function queue(one) {
  const switched = one.closed ? deed("open", { what: "queue", do: "open", queue: one.id }, "plain") : deed("close", { what: "queue", do: "close", queue: one.id }, "plain");
  const amiss = alerts(one);
  return make("article", { class: `card tile${amiss.length ? " alert" : ""}` },
    make("header", {}, make("span", {}, one.name), amiss.length ? make("span", { class: "badge bad" }, said("alert")) : null, one.closed ? make("span", { class: "badge warn" }, said("closed")) : null, orders ? switched : null),
    make("dl", { class: "figures" }, figure("waiting", String(one.waiting)), figure("longest", one.waiting ? since(one.oldest) : "–"),
      figure("ready", String(one.ready)), figure("busy", String(one.busy)), figure("paused", String(one.paused))),
    amiss.length ? make("ul", { class: "plainlist alerts" }, ...amiss.map((text) => make("li", {}, text))) : null,
    one.level === null ? null : make("span", { class: "quiet" }, `${said("level")} ${one.level} %`),
    one.callbacks ? make("span", { class: "quiet" }, `${said("callbacks")} ${one.callbacks}`) : null);
}

function agent(one) {
  const state = said(`state-${one.state}`);
  const card = make(orders ? "button" : "article", { class: "agent", "data-state": one.state, type: orders ? "button" : undefined },
    make("strong", {}, one.name), since(one.since),
    make("span", { class: "state" }, one.reason && one.state === "not-ready" ? `${state} · ${one.reason}` : state),
    make("span", { class: "state n" }, one.extension));
  if (orders) card.addEventListener("click", () => openPerson(one));
  return card;
}

function where(one) {
  if (one.queue) return `${live.things.get(`queue:${one.queue}`)?.name ?? one.queue} #${one.position}`;
  if (one.slot) return `${said("parked")} ${one.slot}`;
  return one.legs.map((leg) => live.things.get(`agent:${leg.agent}`)?.name || leg.party).join(" – ");
}

function call(one) {
  const row = make("tr", {}, make("td", {}, one.name ? `${one.name} ` : "", make("span", { class: "quiet" }, one.number)),
    make("td", {}, one.line), make("td", {}, where(one)), make("td", { class: "n" }, since(one.began)));
  if (!orders) return row;
  const leg = one.legs.find((each) => each.agent && each.answered);
  const deeds = make("td", { class: "deeds" });
  const extension = () => at("extension").value;
  if (leg) for (const word of ["listen", "whisper", "barge", "take-over"]) {
    const button = make("button", { type: "button", class: "plain" }, said(word));
    button.addEventListener("click", () => order({ what: "watch", do: word, leg: leg.leg, extension: extension() }, button));
    deeds.append(button);
  }
  deeds.append(deed("hang-up", { what: "hang-up", call: one.id }, "plain danger"));
  row.append(deeds);
  return row;
}

function openPerson(one) {
  const dialog = at("person");
  dialog.dataset.agent = one.id;
  at("person-name").textContent = one.name;
  dialog.showModal();
}

if (orders) {
  const dialog = at("person");
  const act = async (fields) => { if (await order({ what: "agent", agent: dialog.dataset.agent, ...fields })) dialog.close(); };
  for (const button of dialog.querySelectorAll("button[data-do]")) button.addEventListener("click", () => act({ do: button.dataset.do }));
  at("reason").addEventListener("change", (event) => { const reason = event.target.value; event.target.value = ""; if (reason) act({ do: "not-ready", reason }); });
  at("large").disabled = false;
  at("large").addEventListener("click", (event) => { const on = document.body.classList.toggle("large"); event.target.setAttribute("aria-pressed", String(on)); });
}

const row = (build, extra = () => "") => (one) => [`${one.kind}:${one.id}`, JSON.stringify(one) + extra(one), () => build(one)];

function show() {
  reconcile(at("queues"), live.of("queue").map(row(queue, (one) => alerts(one).join())));
  speak(live.of("queue"));
  const seated = live.of("agent").sort((one, other) => (one.state === "signed-out") - (other.state === "signed-out") || one.name.localeCompare(other.name));
  reconcile(at("agents"), seated.map(row(agent)));
  const under = live.of("call").sort((one, other) => one.began - other.began);
  const none = ["none", "none", () => make("tr", {}, make("td", { colspan: orders ? 5 : 4, class: "quiet" }, said("no-calls")))];
  reconcile(at("calls"), under.length ? under.map(row(call, where)) : [none]);
  tell();
}

live.addEventListener("change", show);
setInterval(show, 2_000);
