// [data-attach]: files that are chosen, dropped or pasted go up one by one, each with a row of its own.
import { announce } from "./announce.js";
import { prepare } from "./transfer.js";
import { Upload } from "./upload.js";

const AT_ONCE = 2;

export function wireAttach() {
  const form = document.querySelector("[data-attach]");
  if (!form) return;
  const queue = new Queue(form);
  prepare();
  form.classList.add("drop-scripted");
  form.querySelector("[data-attach-button]").hidden = true;
  form.querySelector("[data-drop-hint]").hidden = false;
  form.querySelector("[data-camera]").hidden = false; // styles show it where there is a finger and no mouse
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.required = false;
    input.addEventListener("change", () => {
      queue.add(input.files);
      input.value = "";
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  wireDrop(form, queue);
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) queue.add(event.clipboardData.files);
  });
  window.addEventListener("online", () => queue.goOn());
  window.addEventListener("beforeunload", (event) => {
    if (queue.isBusy()) event.preventDefault();
  });
}

function wireDrop(form, queue) {
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("drop-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("drop-over");
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.remove("drop-over");
    queue.add(event.dataTransfer.files);
  });
}

class Queue {
  constructor(form) {
    this.form = form;
    this.waiting = [];
    this.running = new Set();
    this.lost = new Set();
  }

  add(files) {
    for (const file of files) this.waiting.push(new Upload(this.form, file, this));
    this.next();
  }

  again(upload) {
    this.lost.delete(upload);
    this.waiting.push(upload);
    this.next();
  }

  next() {
    while (this.running.size < AT_ONCE && this.waiting.length) {
      const upload = this.waiting.shift();
      this.running.add(upload);
      upload.start();
    }
  }

  done(upload) {
    this.running.delete(upload);
    if (upload.isLost) this.lost.add(upload);
    this.next();
    if (!this.isBusy()) announce("All uploads are finished");
  }

  // The line is back: what it broke off goes on.
  goOn() {
    for (const upload of [...this.lost]) upload.retry();
  }

  drop(upload) {
    this.lost.delete(upload);
    this.waiting = this.waiting.filter((other) => other !== upload);
  }

  isBusy() {
    return this.running.size > 0 || this.waiting.length > 0;
  }
}
