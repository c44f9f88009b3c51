// Parts of pages that htmx fetches: where the answer is no part (a refusal, a sign-in) the page that says so is opened.
export function wireFragments() {
  document.addEventListener("htmx:before:swap", (event) => {
    const { sourceElement, text } = event.detail.ctx;
    if (/^\s*<(?!!doctype)/i.test(text ?? "")) return;
    event.preventDefault();
    if (sourceElement.matches("form")) HTMLFormElement.prototype.submit.call(sourceElement);
    else location.assign(sourceElement.href);
  });
  document.addEventListener("htmx:error", (event) => {
    const source = event.detail.ctx?.sourceElement;
    if (!source?.matches("form")) return;
    const words = source.querySelector("[data-lost]") ?? document.createElement("p");
    words.dataset.lost = "";
    words.className = "flash flash-refused";
    words.setAttribute("role", "alert");
    words.textContent = "The server did not answer. What you wrote is still here; try again.";
    source.prepend(words);
  });
}
