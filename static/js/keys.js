// [data-key] takes the focus when its key is pressed outside a field.
export function wireKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const wanted = [...document.querySelectorAll("[data-key]")].find((field) => field.dataset.key === event.key);
    if (!wanted) return;
    event.preventDefault();
    wanted.focus();
  });
}

function isTyping(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
