// [data-menu] closes when the focus or a click goes elsewhere, and on Escape.
export function wireMenus() {
  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("[data-menu][open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}

function closeOthers(target) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}
