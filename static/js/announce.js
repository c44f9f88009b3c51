// One quiet voice for what screen readers should hear.
export function announce(words) {
  const voice = document.querySelector("[data-announcer]");
  if (voice) voice.textContent = words;
}
