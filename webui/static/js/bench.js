import { Sound } from "./bench/sound.js";
import { Wire } from "./bench/wire.js";
import { Live, make } from "./live.js";

const at = (id) => document.getElementById(id);
const hand = at("hand");
const word = (key) => hand.getAttribute(`data-${key}`);
const names = JSON.parse(hand.dataset.names);
const captions = JSON.parse(hand.dataset.captions);
const live = new Live();
const wire = new Wire();
const sound = new Sound();
const [lift, hang, flash, microphone, level] = ["lift", "hang", "flash", "microphone", "level"].map(at);
const keys = [...hand.querySelectorAll("[data-key]")];
const phoneMark = () => { const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg"); const use = document.createElementNS(mark.namespaceURI, "use"); use.setAttribute("href", "/static/icons.svg#calls"); mark.append(use); mark.setAttribute("aria-hidden", "true"); return mark; };
let state = { telephones: {}, visitors: {} };
let held = "";
let [dialled, hint] = ["", ""];
let rung = { who: "", until: 0 }; // a caller of ours whom the news may not know yet
const [MOST_TOLD, NEWS_MS] = [6, 2_000];

// -- what is there ----------------------------------------------------------------------------------------

const isVisitor = (who) => who in state.visitors;
const one = (who) => state.telephones[who] ?? state.visitors[who];
const isUp = (who) => (isVisitor(who) ? state.visitors[who].state !== "gone" : Boolean(state.telephones[who]?.off_hook));
const title = (who) => (isVisitor(who) ? one(who).number || one(who).name : who);
const name = (who) => (isVisitor(who) ? (one(who).number ? one(who).name : "") : names[who] ?? "");

/** How it stands, in words. */
function standing(who) {
  const it = one(who);
  if (it.tone) return word(`tone-${it.tone}`) ?? it.tone;
  if (isVisitor(who)) return (it.state === "gone" && word(`state-${it.why}`)) || (word(`state-${it.state}`) ?? it.state);
  if (it.rings) return [word("rings"), it.shows.join(" ")].filter(Boolean).join(": ");
  return word(it.off_hook ? "off-hook" : "on-hook");
}

// -- cards: changed in place, so that the focus stays ------------------------------------------------------

function card(list, who) {
  const found = [...list.children].find((child) => child.dataset.who === who);
  if (found) return found.firstElementChild;
  const button = make("button", { type: "button", class: "handset" }, phoneMark(), make("strong"), make("span", { class: "who" }), make("span", { class: "state" }), make("span", { class: "more quiet" }));
  button.addEventListener("click", () => { take(who); hand.focus({ preventScroll: false }); });
  const item = make("li", { "data-who": who }, button);
  list.append(item);
  return button;
}

function show(list, things) {
  for (const child of [...list.children]) if (!(child.dataset.who in things)) child.remove();
  for (const [who, it] of Object.entries(things)) {
    const button = card(list, who);
    const texts = [title(who), name(who), standing(who), it.lamp ? word("lamp") : it.person ? word("person") : ""];
    texts.forEach((text, i) => { if (button.children[i + 1].textContent !== text) button.children[i + 1].textContent = text; });
    button.classList.toggle("rings", Boolean(it.rings));
    button.classList.toggle("up", isUp(who));
    button.setAttribute("aria-pressed", String(who === held));
  }
}

/** What a menu says to the handset, for those who would rather read it. */
function caption(who) {
  const it = one(who);
  const call = live.of("call").find((call) => (it.line ? call.line === it.line : call.legs.some((leg) => leg.party === who)));
  if (!it || !isUp(who) || !call || call.queue || !call.flow?.[1]) return "";
  const texts = captions[call.flow.join("/")] ?? {};
  const text = texts[call.language] || texts[hand.dataset.siteLanguage] || "";
  return text && `“${text}”`;
}

// -- the handset in the hand --------------------------------------------------------------------------------

function take(who) {
  if (who === held) return;
  held = who;
  dialled = hint = "";
  sound.quiet();
  wire.hold(who);
  showAll();
}

function showHand() {
  const there = Boolean(held && one(held));
  const up = there && isUp(held);
  at("h-hand").textContent = there ? [title(held), name(held)].filter(Boolean).join(" · ") : word("nothing");
  at("says").textContent = there ? standing(held) : word("choose");
  at("caption").textContent = there ? caption(held) : "";
  if (up) hint = "";
  at("dialled").textContent = hint || dialled;
  hand.classList.toggle("up", up);
  hand.classList.toggle("rings", Boolean(there && one(held).rings));
  lift.disabled = !there || up || isVisitor(held);
  hang.disabled = at("speak").disabled = !up;
  flash.disabled = !up || isVisitor(held);
  for (const key of keys) key.disabled = !up;
}

function showAll() {
  show(at("telephones"), state.telephones);
  show(at("visitors"), state.visitors);
  showHand();
}

/** Tells those who do not see it what changed. */
function tell(before) {
  const lines = [];
  for (const [who, it] of Object.entries(state.telephones)) if (it.rings && !before.telephones[who]?.rings && !it.person) lines.push(`${who} ${standing(who)}`);
  const was = before.visitors[held] ?? before.telephones[held];
  const is = one(held);
  if (was && is && (was.tone !== is.tone || was.state !== is.state) && (is.tone || is.state)) lines.push(standing(held));
  at("told").append(...lines.map((line) => make("p", {}, line)));
  while (at("told").children.length > MOST_TOLD) at("told").firstElementChild.remove();
}

async function act(what, values = {}) {
  at("fault").hidden = true;
  const told = await wire.do(what, values);
  if (!told.ok) { at("fault").textContent = word(`failed-${what}`); at("fault").hidden = false; }
  return told;
}

async function toggle() {
  if (!held) return;
  sound.open(); // nothing waits for it: who hears nothing may still lift and dial
  if (isUp(held)) { dialled = ""; sound.quiet(); await act("hang", { who: held }); } else if (!isVisitor(held)) await act("lift", { who: held });
}

function press(key) {
  if (!isUp(held)) { hint = word("lift-first"); showHand(); return; }
  sound.open().then(() => sound.key(key));
  dialled = `${dialled}${key}`.slice(-20);
  at("dialled").textContent = dialled;
  const button = keys.find((one) => one.dataset.key === key);
  button?.classList.add("down");
  setTimeout(() => button?.classList.remove("down"), 150);
  act("dial", { who: held, digits: key });
}

// -- what happens -------------------------------------------------------------------------------------------

const lampOf = (kind) => { at("link").className = `lamp ${kind === "up" ? "up" : "lost"}`; at("link").textContent = at("link").dataset[kind]; };

wire.addEventListener("state", ({ detail }) => {
  const before = state;
  state = detail;
  if (!one(rung.who) && performance.now() < rung.until) state.visitors[rung.who] = rung.as;
  lampOf("up");
  if (held && !one(held)) take("");
  if (!held) take(Object.keys(state.telephones).find((who) => !state.telephones[who].person) ?? Object.keys(state.telephones)[0] ?? "");
  tell(before);
  showAll();
});
live.addEventListener("change", showHand);
wire.addEventListener("away", () => lampOf("away"));
wire.addEventListener("lost", () => lampOf("lost"));
wire.addEventListener("sound", ({ detail }) => sound.hear(detail));
setInterval(() => { level.value = sound.level; }, 100);

lift.addEventListener("click", toggle);
hang.addEventListener("click", toggle);
flash.addEventListener("click", () => act("flash", { who: held }));
for (const key of keys) {
  key.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays, so that the keyboard goes on dialling
  key.addEventListener("click", () => press(key.dataset.key));
}
hand.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input,select")) return;
  const key = event.key.toUpperCase();
  if (/^[0-9*#A-D]$/.test(key)) { event.preventDefault(); if (!event.repeat) press(key); }
  else if (event.key === " " && event.target === hand) { event.preventDefault(); if (!event.repeat) toggle(); }
});

at("ring").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  sound.open();
  const told = await act("ring", { number: form.get("number"), from: form.get("from"), name: form.get("name") });
  if (!told.ok) return;
  if (told.busy) { at("fault").textContent = word("state-busy"); at("fault").hidden = false; return; }
  rung = { who: told.who, until: performance.now() + NEWS_MS, as: { number: form.get("from"), name: form.get("name"), line: "", state: "ringing", why: "", tone: "" } };
  state.visitors[told.who] ??= rung.as;
  take(told.who);
  hand.focus();
});

at("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const text = form.get("text").trim();
  if (text && (await act("say", { who: held, text, language: form.get("language") })).ok) event.target.elements.text.value = "";
});

microphone.disabled = false;
microphone.addEventListener("click", async () => {
  const on = microphone.getAttribute("aria-pressed") !== "true";
  sound.hush();
  try { if (on) await sound.talk((samples) => { if (isUp(held)) wire.say(samples); }); } catch { at("fault").textContent = word("refused"); at("fault").hidden = false; return; }
  microphone.setAttribute("aria-pressed", String(on));
});
at("volume").addEventListener("input", ({ target }) => { sound.loudness = target.value / 100; });
hand.focus({ preventScroll: true });
