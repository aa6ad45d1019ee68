// Messages of mailboxes, heard where they may become prompts: leave is asked for first, so that the audit knows.
import { Sound } from "./player/sound.js";

const csrf = document.querySelector('meta[name="csrf"]').content;
const lost = document.getElementById("lost");
let playing = null;

async function leave(recording) {
  const answer = await fetch(`/recordings/${recording}/listen`, { method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": csrf } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).address;
}

function sounding(button) {
  const sound = new Sound(() => leave(button.dataset.recording));
  sound.addEventListener("change", () => { button.dataset.on = sound.isPlaying ? "yes" : "no"; });
  sound.addEventListener("lost", () => { lost.hidden = false; button.dataset.on = "no"; });
  return sound;
}

for (const button of document.querySelectorAll("button.message")) {
  let sound = null;
  button.disabled = false;
  button.addEventListener("click", () => {
    sound ??= sounding(button);
    if (sound.isPlaying) { sound.pause(); return; }
    playing?.pause();
    playing = sound;
    lost.hidden = true;
    sound.play();
  });
}
