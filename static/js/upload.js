// One file on its way: its row, its progress, and what becomes of it.
import { announce } from "./announce.js";
import { bytes, seconds } from "./measures.js";

export class Upload {
  constructor(form, file, queue) {
    this.form = form;
    this.file = file;
    this.queue = queue;
    this.isOver = false;
    this.action = form.elements.action.value;
    this.row = this.makeRow();
  }

  start() {
    if (this.file.size > Number(this.form.dataset.limit)) {
      this.fail(`Too large: ${bytes(this.file.size)}. At most ${bytes(Number(this.form.dataset.limit))}.`, false);
      return;
    }
    // Made once: a second try of what did arrive attaches nothing twice.
    this.nonce ??= newNonce();
    this.began = performance.now();
    const request = (this.request = new XMLHttpRequest());
    request.open("POST", this.form.getAttribute("action")); // .action is the select of that name
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => this.show(event));
    request.addEventListener("load", () => this.finish(request));
    request.addEventListener("error", () => this.fail("The connection was lost. Nothing was kept.", true));
    request.addEventListener("abort", () => this.fail("Cancelled. Nothing was kept.", true));
    request.send(this.body());
  }

  body() {
    const body = new FormData();
    body.append("csrf_token", this.form.elements.csrf_token.value);
    body.append("nonce", this.nonce);
    body.append("action", this.action);
    body.append("files", this.file, this.file.name || "pasted");
    return body;
  }

  show(event) {
    const took = (performance.now() - this.began) / 1000;
    const rate = event.loaded / Math.max(took, 0.001);
    const percent = event.total ? Math.floor((event.loaded / event.total) * 100) : 0;
    this.bar.value = percent;
    const left = (event.total - event.loaded) / rate;
    this.say(percent < 100 ? `${percent} % · ${bytes(rate)}/s${took > 1 ? ` · ${seconds(left)} left` : ""}` : "Being stored …");
  }

  finish(request) {
    if (request.status !== 200) {
      this.fail(request.status && request.responseText.length < 500 ? request.responseText : "The server did not take it.", true);
      return;
    }
    this.isOver = true;
    this.row.remove();
    this.lay(request.responseText);
    announce(`${this.file.name} is attached`);
    this.queue.done(this);
  }

  lay(html) {
    const list = document.querySelector(`[data-files="${CSS.escape(this.action)}"]`);
    if (!list) return;
    list.insertAdjacentHTML("afterbegin", html);
    const block = list.closest(".block");
    block.querySelector("[data-empty]")?.remove();
    const count = block.querySelector("[data-count]");
    count.textContent = String(Number(count.textContent) + 1);
  }

  fail(words, canRetry) {
    this.isOver = !canRetry;
    this.row.classList.add("upload-refused");
    this.bar.hidden = true;
    this.say(words);
    this.button("cancel").hidden = true;
    this.button("retry").hidden = !canRetry;
    this.button("dismiss").hidden = false;
    announce(`${this.file.name}: ${words}`);
    this.failed = true;
    this.queue.done(this);
  }

  retry() {
    this.row.classList.remove("upload-refused");
    this.bar.hidden = false;
    this.bar.value = 0;
    this.say("Waiting");
    this.button("cancel").hidden = false;
    this.button("retry").hidden = true;
    this.button("dismiss").hidden = true;
    this.button("cancel").focus();
    this.isOver = this.failed = false;
    this.queue.again(this);
  }

  cancel() {
    if (this.queue.running.has(this)) this.request.abort();
    else this.fail("Cancelled. Nothing was kept.", false);
  }

  dismiss() {
    this.isOver = true;
    this.row.remove();
    this.form.querySelector("input[type=file]").focus();
  }

  makeRow() {
    const row = document.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true);
    row.querySelector(".upload-name").textContent = this.file.name;
    for (const place of row.querySelectorAll("[data-of]")) place.textContent = ` ${this.file.name}`;
    this.bar = row.querySelector("progress");
    this.bar.setAttribute("aria-label", this.file.name);
    this.words = row.querySelector(".upload-words");
    row.querySelector("[data-cancel]").addEventListener("click", () => this.cancel());
    row.querySelector("[data-retry]").addEventListener("click", () => this.retry());
    row.querySelector("[data-dismiss]").addEventListener("click", () => this.dismiss());
    document.querySelector("[data-uploads]").append(row);
    return row;
  }

  button(name) {
    return this.row.querySelector(`[data-${name}]`);
  }

  say(words) {
    this.words.textContent = words;
  }
}

function newNonce() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
