// [data-filters] sends itself when a choice changes; text still waits for Enter or the button.
export function wireFilters() {
  for (const form of document.querySelectorAll("[data-filters]")) {
    for (const choice of form.querySelectorAll("select")) {
      choice.addEventListener("change", () => form.requestSubmit());
    }
  }
}
