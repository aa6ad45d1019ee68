import { Live, clock, countOn, lamp, make, reconcile } from "./live.js";
import { give } from "./orders.js";

const at = (id) => document.getElementById(id);
const desk = at("desk");
const said = (word) => desk.getAttribute(`data-${word}`) ?? word;
const own = desk.dataset.agent;
const live = new Live();
const tell = countOn();
const since = (ms) => make("time", { "data-since": ms || 0 });
lamp(live, at("link"));

let shownCall = 0;   // whose caller is shown
let lastCall = 0;    // what a disposition is about
const queueName = (id) => live.things.get(`queue:${id}`)?.name ?? id;
const me = () => live.things.get(`agent:${own}`);
const mine = () => live.of("call").filter((call) => call.legs.some((leg) => leg.agent === own)).sort((one, other) => one.id - other.id);
const myLeg = (call) => call.legs.find((leg) => leg.agent === own);
const others = (call) => call.legs.filter((leg) => leg.agent !== own);

async function order(what, fields, button) {
  if (button) button.disabled = true;
  const answer = await give("/desk/orders", { what, ...fields });
  if (button) button.disabled = false;
  const told = at("told");
  told.hidden = answer.done;
  told.textContent = answer.done ? "" : answer.text || said("lost");
  return answer.done;
}

function phaseOf(call) {
  const leg = myLeg(call);
  if (!leg.answered && call.direction !== "outbound") return "ringing";
  if (others(call).some((one) => one.held && one.held_by === leg.leg) || leg.place === "aside") return "held";
  return call.talk.includes(leg.leg) || leg.held ? "talking" : "joining";
}

function deedsOf(call, phase, many) {
  const leg = myLeg(call);
  if (phase === "ringing") return leg.place === "knocks" ? ["answer", "decline"] : ["decline"];
  if (phase === "joining") return ["hang-up"];
  const deeds = [phase === "held" ? "resume" : "hold"];
  if (many) deeds.push("swap", "complete", "conference"); else deeds.push("park");
  const taped = call.legs.find((one) => one.recorded);
  if (taped) deeds.push(taped.paused ? "resume-recording" : "pause-recording");
  return [...deeds, "hang-up"];
}

function callCard(call, many) {
  const [phase, leg] = [phaseOf(call), myLeg(call)];
  const taped = call.legs.find((one) => one.recorded);
  const names = { ringing: "rings", held: "held", talking: "talking", joining: "joining" };
  const card = make("article", { class: "call", "data-phase": phase },
    make("header", {}, make("strong", {}, call.name || call.number || said("private")), since(leg.since)),
    make("div", { class: "row" }, make("span", { class: "badge" }, said(names[phase])),
      call.name ? make("span", { class: "quiet" }, call.number) : null,
      call.from_queue ? make("span", { class: "quiet" }, `${said("queue")} ${queueName(call.from_queue)}`) : null,
      taped ? make("span", { class: taped.paused ? "badge warn" : "badge bad" }, said(taped.paused ? "recording-paused" : "recorded")) : null));
  const deeds = make("div", { class: "deeds" });
  for (const deed of deedsOf(call, phase, many)) {
    const button = make("button", { type: "button", class: deed === "hang-up" ? "danger" : "" }, said(deed));
    button.addEventListener("click", () => order("call", { do: deed, call: call.id }, button));
    deeds.append(button);
  }
  card.append(deeds);
  return card;
}

function showState(agent) {
  const [isOut, isWrap] = [agent.state === "signed-out", agent.state === "wrap-up"];
  at("signed-out").hidden = !isOut;
  at("signed-in").hidden = isOut;
  at("end-wrap-up").hidden = at("longer-wrap-up").hidden = !isWrap;
  at("ready").disabled = agent.state === "ready";
  const badge = at("state");
  badge.textContent = agent.reason && agent.state === "not-ready" ? `${said(`state-${agent.state}`)} · ${agent.reason}` : said(`state-${agent.state}`);
  badge.className = `badge ${{ ready: "good", "not-ready": "warn", "wrap-up": "warn", missed: "bad" }[agent.state] ?? ""}`;
  at("since").dataset.since = agent.since;
  at("until").dataset.until = agent.until;
  at("until").dataset.next = agent.next[0];
}

function countDown() {
  const until = at("until");
  const left = Number(until.dataset.until ?? 0) - Date.now();
  const parts = [left > 0 ? `${said("ends")} ${clock(left)}` : "", until.dataset.next ? `${said("next")} ${said(`state-${until.dataset.next}`)}` : ""];
  until.textContent = parts.filter(Boolean).join(" · ");
}

function row(term, ...value) { return [make("dt", {}, term), make("dd", {}, ...value)]; }

function showWho(call, about) {
  const contact = about.contacts[0];
  const leg = myLeg(call);
  const facts = make("dl", {}, ...row(said("their-number"), call.number || said("private")),
    ...(contact?.company ? row("", contact.company) : []),
    ...(call.from_queue ? row(said("queue"), queueName(call.from_queue)) : []),
    ...(call.waits ? row(said("waited"), clock((leg?.since || Date.now()) - call.waits)) : []),
    ...Object.entries(call.variables).flatMap(([name, value]) => row(`${said("asked")} · ${name}`, value)),
    ...(leg?.why ? row(said("why"), leg.why_said[document.documentElement.lang.slice(0, 2)]) : []),
    ...Object.entries(contact?.fields ?? {}).flatMap(([name, value]) => row(name, value)));
  const title = make("p", { class: "name" }, contact?.shown || call.name || call.number || said("private"), contact?.vip ? make("span", { class: "badge warn" }, "VIP") : null);
  const notes = [contact?.note, ...(contact?.notes ?? []).map((one) => one.text)].filter(Boolean).map((text) => make("p", {}, text));
  const before = about.calls.filter((one) => one.id !== call.id).map((one) => make("li", {},
    make("span", {}, new Date(one.offered_at / 1000).toLocaleString(document.documentElement.lang)), make("span", { class: "quiet" }, one.in_words)));
  at("who").replaceChildren(title, ...(contact ? [] : [make("p", { class: "quiet" }, said("unknown"))]), facts, ...notes,
    ...(before.length ? [make("h3", {}, said("before")), make("ul", {}, ...before)] : []));
}

async function pop(call) {
  shownCall = lastCall = call.id;
  showWho(call, { contacts: [], calls: [] });
  at("kept").hidden = true;
  try {
    const answer = await fetch(`/desk/caller?number=${encodeURIComponent(call.number)}`, { headers: { Accept: "application/json" } });
    if (answer.ok && shownCall === call.id) { showWho(live.things.get(`call:${call.id}`) ?? call, await answer.json()); desk.dataset.popped = `${call.id} ${Date.now()}`; }
  } catch { /* what the call itself says stays */ }
}

live.addEventListener("change", () => {
  const agent = me();
  if (agent) showState(agent);
  const calls = mine();
  const none = ["none", "none", () => make("p", { class: "quiet" }, said("no-calls"))];
  reconcile(at("calls"), calls.length ? calls.map((call) => [`call:${call.id}`, JSON.stringify([call, calls.length]), () => callCard(call, calls.length > 1)]) : [none]);
  const newest = calls.at(-1);
  if (newest && newest.id !== shownCall) pop(newest);
  for (const button of at("dial").querySelectorAll("button")) button.hidden = (button.dataset.do === "call") === calls.some((call) => ["talking", "held"].includes(phaseOf(call)));
  at("wrap").hidden = !(lastCall && (calls.length || agent?.state === "wrap-up"));
  reconcile(at("queues"), live.of("queue").filter((queue) => agent?.queues.includes(queue.id)).map((queue) => [queue.id, JSON.stringify(queue), () =>
    make("article", { class: "card tile" }, make("header", {}, queue.name, make("span", {}, `${queue.waiting} ${said("waiting")}`)), queue.waiting ? make("span", { class: "quiet" }, `${said("longest")} `, since(queue.oldest)) : null)]));
  tell();
  countDown();
});

for (const button of document.querySelectorAll("button[data-agent]")) {
  button.addEventListener("click", () => order("agent", { do: button.dataset.agent, extension: at("extension").value }, button));
}
at("reason").addEventListener("change", async (event) => { const reason = event.target.value; event.target.value = ""; if (reason) await order("agent", { do: "not-ready", reason }); });
at("dial").addEventListener("submit", async (event) => {
  event.preventDefault();
  const deed = event.submitter?.dataset.do ?? "call";
  const number = at("number").value.trim();
  if (number && await order("call", { do: deed, number }, event.submitter)) at("number").value = "";
});
at("disposition").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await order("disposition", { call: lastCall, code: at("code").value, note: at("note").value }, event.submitter)) { at("kept").hidden = false; at("note").value = ""; }
});
setInterval(countDown, 500);
