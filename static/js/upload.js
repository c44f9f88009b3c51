// One file on its way: its row, its progress, and what becomes of it.
import { announce } from "./announce.js";
import { bytes, seconds } from "./measures.js";
import { Transfer } from "./transfer.js";

const PATIENCE = [0, 1000, 3000, 5000, 10000]; // milliseconds between tries to fetch the finished row

export class Upload {
  constructor(form, file, queue) {
    this.form = form;
    this.file = file;
    this.queue = queue;
    this.record = form.elements.action.value;
    this.row = this.makeRow();
    this.transfer = new Transfer(file, this.home(), {
      progress: (sent, total) => this.show(sent, total),
      waiting: () => this.say("The connection was lost. Trying again …"),
      done: (attachment) => this.finish(attachment),
      failed: (words, isLost) => this.fail(words || "The connection was lost. What arrived is kept.", true, isLost),
    });
  }

  home() {
    const { user, piece } = this.form.dataset;
    return { record: this.record, user, token: this.form.elements.csrf_token.value, piece: Number(piece) };
  }

  start() {
    if (this.file.size > Number(this.form.dataset.limit)) {
      this.fail(`Too large: ${bytes(this.file.size)}. At most ${bytes(Number(this.form.dataset.limit))}.`, false);
      return;
    }
    this.mark = null;
    this.transfer.start();
  }

  show(sent, total) {
    // What had arrived before says nothing about the speed of now.
    if (!this.mark || sent < this.mark.last) this.mark = { sent, began: performance.now() };
    this.mark.last = sent;
    const took = (performance.now() - this.mark.began) / 1000;
    const rate = (sent - this.mark.sent) / Math.max(took, 0.001);
    const percent = total ? Math.floor((sent / total) * 100) : 100;
    this.bar.value = percent;
    const left = took > 1 ? ` · ${bytes(rate)}/s · ${seconds((total - sent) / rate)} left` : "";
    this.say(percent < 100 ? `${percent} %${left}` : "Being stored …");
  }

  async finish(attachment) {
    this.button("cancel").hidden = true;
    const html = await fetchRow(attachment);
    announce(`${this.file.name} is attached`);
    this.queue.done(this);
    if (html === null) {
      this.say("Attached. Reload the page to see it.");
      this.button("dismiss").hidden = false;
      return;
    }
    this.row.remove();
    this.lay(html);
  }

  lay(html) {
    const list = document.querySelector(`[data-files="${CSS.escape(this.record)}"]`);
    if (!list) return;
    list.insertAdjacentHTML("afterbegin", html);
    window.htmx?.process(list.firstElementChild);
    const block = list.closest(".block");
    block.querySelector("[data-empty]")?.remove();
    const counts = [block.querySelector("[data-count]"), document.querySelector("[data-total]")];
    for (const count of counts) if (count) count.textContent = String(Number(count.textContent) + 1);
  }

  fail(words, canRetry, isLost = false) {
    this.isLost = isLost;
    this.row.classList.add("upload-refused");
    this.bar.hidden = true;
    this.say(words);
    this.button("cancel").hidden = true;
    this.button("retry").hidden = !canRetry;
    this.button("dismiss").hidden = false;
    this.queue.done(this);
    announce(`${this.file.name}: ${words}`);
  }

  retry() {
    this.row.classList.remove("upload-refused");
    this.bar.hidden = false;
    this.say("Waiting");
    this.button("cancel").hidden = false;
    this.button("retry").hidden = true;
    this.button("dismiss").hidden = true;
    this.isLost = false;
    this.queue.again(this);
  }

  cancel() {
    this.transfer.stop();
    this.queue.drop(this);
    this.bar.value = 0;
    this.fail("Cancelled. Nothing was kept.", true);
    this.button("retry").focus();
  }

  dismiss() {
    this.transfer.stop();
    this.queue.drop(this);
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
    this.words.textContent = "Waiting";
    row.querySelector("[data-cancel]").addEventListener("click", () => this.cancel());
    row.querySelector("[data-retry]").addEventListener("click", () => {
      this.retry();
      this.button("cancel").focus();
    });
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

// The server may have gone away just after it took the last byte.
async function fetchRow(attachment) {
  for (const pause of PATIENCE) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const reply = await fetch(`/attachments/${attachment}/row`);
      if (reply.ok && !reply.redirected) return await reply.text();
      if (reply.status < 500) return null;
    } catch {
      continue;
    }
  }
  return null;
}
