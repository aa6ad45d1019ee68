// Players of a page: both sides of a call as waveforms, to be clicked into, slowed down, silenced side by side, noted.
import { clock, make } from "./live.js";
import { Sound } from "./player/sound.js";
import { Wave } from "./player/wave.js";

const csrf = document.querySelector('meta[name="csrf"]').content;
const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const STEP_S = 5;
const players = [];

async function ask(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body ?? {}) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

class Player {
  constructor(place) {
    this.place = place;
    this.path = `/recordings/${place.dataset.recording}`;
    this.seconds = Number(place.dataset.seconds);
    this.silences = [];
    this.notes = [];
    this.sound = new Sound(async () => (await ask(`${this.path}/listen`)).address);
    this.build();
    this.load();
  }

  said(word) { return this.place.getAttribute(`data-${word}`); }

  build() {
    this.wave = new Wave(this.said("position"), this.said("keys"), (seconds) => this.seek(seconds));
    this.button = make("button", { type: "button", class: "main play" }, this.said("play"));
    this.time = make("output", { class: "n" });
    this.skip = make("input", { type: "checkbox" });
    this.speed = make("select", {}, ...SPEEDS.map((one) => make("option", { value: one, selected: one === 1 ? "" : false }, `${one}×`)));
    const sides = ["left", "right"].map((side) => {
      const box = make("input", { type: "checkbox", checked: "" });
      box.addEventListener("change", () => { this.sound.hear(side, box.checked); this.wave.dim(side, !box.checked); });
      return make("label", { class: `side-${side}` }, box, " ", this.said(side));
    });
    const noting = make("button", { type: "button" }, this.said("note-here"));
    this.fault = make("p", { class: "fault", role: "alert", hidden: "" }, this.said("lost"));
    this.list = make("ul", { class: "notes" });
    this.form = this.noteForm();
    this.place.replaceChildren(this.wave.element, make("div", { class: "row" }, this.button, this.time,
      make("label", {}, `${this.said("speed")} `, this.speed), make("label", {}, this.skip, " ", this.said("skip")), ...sides, noting),
    this.form, this.fault, this.list, make("p", { class: "hint keys" }, this.said("keys")));
    this.button.addEventListener("click", () => this.toggle());
    this.speed.addEventListener("change", () => this.sound.pace(Number(this.speed.value)));
    noting.addEventListener("click", () => this.openNote());
    this.wave.element.addEventListener("keydown", (event) => this.key(event));
    this.sound.addEventListener("change", () => this.show());
    this.sound.addEventListener("lost", () => { this.fault.hidden = false; this.show(); });
    this.show();
  }

  noteForm() {
    const text = make("input", { maxlength: "1000", required: "", "aria-label": this.said("note") });
    const form = make("form", { class: "row", hidden: "" }, make("span", { class: "n" }), make("span", { class: "grow" }, text), make("button", { class: "main" }, this.said("note")));
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") form.hidden = true; });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        this.notes.push(await ask(`${this.path}/notes`, { at_s: Number(form.dataset.at), text: text.value }));
        text.value = "";
        form.hidden = true;
        this.showNotes();
      } catch { this.fault.hidden = false; }
    });
    return form;
  }

  openNote() {
    this.form.dataset.at = this.sound.position.toFixed(2);
    this.form.firstElementChild.textContent = clock(this.sound.position * 1000);
    this.form.hidden = false;
    this.form.querySelector("input").focus();
  }

  async load() {
    try {
      const answer = await fetch(`${this.path}/shape`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      Object.assign(this, { seconds: told.seconds, silences: told.silences, notes: told.notes });
      this.wave.draw(told.left, told.right);
      this.showNotes();
      this.place.dataset.ready = "yes";
    } catch { this.fault.hidden = false; }
    this.show();
  }

  toggle() {
    this.fault.hidden = true;
    if (this.sound.isPlaying) { this.sound.pause(); return; }
    for (const other of players) if (other !== this) other.sound.pause();
    if (this.sound.position >= this.seconds - 0.05) this.sound.seek(0);
    this.sound.play();
  }

  seek(seconds) { this.sound.seek(Math.min(this.seconds, Math.max(0, seconds))); }

  key(event) {
    const deeds = { " ": () => this.toggle(), ArrowLeft: () => this.seek(this.sound.position - STEP_S), ArrowRight: () => this.seek(this.sound.position + STEP_S),
      Home: () => this.seek(0), End: () => this.seek(this.seconds), m: () => this.openNote(), M: () => this.openNote() };
    if (!deeds[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    deeds[event.key]();
  }

  show() {
    const at = this.sound.position;
    const quiet = this.skip.checked && this.sound.isPlaying && this.silences.find(([from, to]) => at > from + 0.3 && at < to - 0.5);
    if (quiet) this.seek(quiet[1] - 0.25);
    this.button.textContent = this.said(this.sound.isPlaying ? "pause" : "play");
    const told = `${clock(this.sound.position * 1000)} / ${clock(this.seconds * 1000)}`;
    if (this.time.textContent !== told) this.time.textContent = told;
    this.wave.at(this.sound.position, this.seconds, told);
    this.place.dataset.position = this.sound.position.toFixed(2);
  }

  showNotes() {
    this.notes.sort((one, other) => one.at_s - other.at_s);
    this.wave.mark(this.notes.map((one) => one.at_s), this.seconds);
    this.list.replaceChildren(...this.notes.map((one) => {
      const jump = make("button", { type: "button", class: "plain n" }, clock(one.at_s * 1000));
      jump.addEventListener("click", () => this.seek(one.at_s));
      const remove = one.can_go ? make("button", { type: "button", class: "plain", "aria-label": `${this.said("remove")}: ${one.text}` }, "×") : null;
      remove?.addEventListener("click", () => this.removeNote(one));
      return make("li", {}, jump, make("span", { class: "prose" }, one.text), make("span", { class: "quiet" }, `${one.author} · ${one.at}`), remove);
    }));
  }

  async removeNote(note) {
    try {
      await ask(`${this.path}/notes/${note.id}/remove`);
      this.notes = this.notes.filter((one) => one !== note);
      this.showNotes();
    } catch { this.fault.hidden = false; }
  }
}

for (const place of document.querySelectorAll(".player")) players.push(new Player(place));
