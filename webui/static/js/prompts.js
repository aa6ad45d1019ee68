// Hears prompts where one is: those that are there, and what a text would sound like.
const told = document.getElementById("told");
const player = new Audio();
let pressed = null;

function tell(text) { told.textContent = text; told.hidden = !text; }

function release() { if (pressed) pressed.dataset.on = "no"; pressed = null; }
player.addEventListener("ended", release);

async function play(address, button) {
  const wasThis = pressed === button;
  player.pause();
  release();
  if (wasThis) return;
  pressed = button;
  button.dataset.on = "yes";
  player.src = address;
  try { await player.play(); } catch { release(); }
}

for (const link of document.querySelectorAll("a.hear")) link.addEventListener("click", (event) => { event.preventDefault(); play(link.href, link); });

async function say(button) {
  const form = button.closest("form");
  const body = new URLSearchParams({ csrf: form.elements.csrf.value, language: button.dataset.language, text: form.elements[button.dataset.language].value });
  button.disabled = true;
  tell("");
  try {
    const answer = await fetch(form.dataset.say, { method: "POST", body, headers: { Accept: "application/json, audio/wav" } });
    if (answer.redirected || answer.status === 401) { location.reload(); return; }
    if (!answer.ok) { tell((await answer.json()).error); return; }
    const address = URL.createObjectURL(await answer.blob());
    button.disabled = false;
    button.dataset.heard = String(Number(button.dataset.heard ?? 0) + 1);
    player.addEventListener("ended", () => URL.revokeObjectURL(address), { once: true });
    await play(address, button);
  } finally { button.disabled = false; }
}

for (const button of document.querySelectorAll("button.try")) {
  button.disabled = false;
  button.addEventListener("click", () => say(button));
}
