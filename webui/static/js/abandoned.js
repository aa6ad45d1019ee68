// One click rings one's own telephone, then the one who gave up.
import { give } from "./orders.js";

const told = document.getElementById("told");

for (const button of document.querySelectorAll("button.call-back")) {
  button.disabled = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.hidden = true;
    const answer = await give("/desk/orders", { what: "call", do: "call-back", call: Number(button.dataset.call) });
    if (answer.done) { button.textContent = button.dataset.rings; return; }
    button.disabled = false;
    told.textContent = answer.text;
    told.hidden = !answer.text;
  });
}
