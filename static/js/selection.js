// [data-selection]: the bar for ticked rows says how many there are, ticks all of them, and rests while there are none.
import { announce } from "./announce.js";

export function wireSelection() {
  const form = document.querySelector("[data-selection]");
  if (!form) return;
  const all = form.querySelector("[data-select-all]");
  const choice = all.querySelector("input");
  all.hidden = false;
  let last = null;

  choice.addEventListener("change", () => {
    for (const box of boxes(form)) box.checked = choice.checked;
    show(form);
    announce(form.querySelector("[data-selection-words]").textContent);
  });
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!isOf(form, box)) return;
    // Shift ticks everything between this one and the one before, as file managers do.
    if (event.shiftKey && last?.isConnected) tickBetween(boxes(form), last, box);
    last = box;
  });
  document.addEventListener("change", (event) => {
    if (isOf(form, event.target)) show(form);
  });
  // A browser that comes back to the page may have kept the ticks; and rows arrive while files go up.
  window.addEventListener("pageshow", () => show(form));
  const lists = new MutationObserver(() => show(form));
  for (const list of document.querySelectorAll("[data-files]")) lists.observe(list, { childList: true });
  show(form);
}

function boxes(form) {
  return [...form.elements].filter((field) => isOf(form, field));
}

function isOf(form, field) {
  return field.form === form && field.name === "attachment";
}

function tickBetween(all, from, to) {
  const [start, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  for (const box of all.slice(start, end + 1)) box.checked = to.checked;
}

function show(form) {
  const all = boxes(form);
  const ticked = all.filter((box) => box.checked).length;
  const choice = form.querySelector("[data-select-all] input");
  form.hidden = all.length === 0;
  choice.checked = all.length > 0 && ticked === all.length;
  choice.indeterminate = ticked > 0 && ticked < all.length;
  form.querySelector("[data-selection-words]").textContent = ticked ? `${ticked} selected` : "";
  form.querySelector("[data-selection-do]").hidden = ticked === 0;
}
