// Orders of a page: each has an id of its own, so that sending it again after a dropped line is done once.

const TRIES = 4;
const csrf = document.querySelector('meta[name="csrf"]').content;

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** {done, reason, text}; the engine starting again or a dropped line is waited for. */
export async function give(path, order) {
  const body = JSON.stringify({ id: newId(), ...order });
  let told = { done: false, reason: "lost", text: "" };
  for (let tried = 0; tried < TRIES; tried += 1) {
    if (tried) await new Promise((go) => setTimeout(go, 500 * 2 ** tried));
    try {
      const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf }, body });
      if (answer.redirected || answer.status === 401) { location.reload(); return told; }
      told = await answer.json();
      if (answer.status !== 503) return told;
    } catch { told = { done: false, reason: "lost", text: "" }; }
  }
  return told;
}
