// [data-copy] puts its value on the clipboard; it shows itself only where that can be done.
import { announce } from "./announce.js";

export function wireCopy() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.firstChild.textContent = "Copied";
      announce("Copied");
    });
  }
}
