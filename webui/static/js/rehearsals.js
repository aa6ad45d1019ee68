// How far the rehearsal is, asked for while somebody looks; when it has ended the page shows what came of it.
const EACH_MS = 1_000;
const section = document.getElementById("under-way");
const bar = document.getElementById("bar");
const told = document.getElementById("told");

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(section.dataset.now, { headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 401 || answer.status === 404) { location.reload(); return; }
    if (!answer.ok) return;
    const now = await answer.json();
    if (!now.running) { location.reload(); return; }
    bar.value = now.percent;
    if (told.textContent !== now.text) told.textContent = now.text;
  } catch { /* asked again in a second */ }
}

setInterval(ask, EACH_MS);
