// The bytes of one file on their way, by tus: what is interrupted goes on where it stopped. It knows no row and no list.
const ENDPOINT = new URL("/tus/", location.href).href;
const PAUSES = [0, 1000, 3000, 5000, 10000, 20000, 30000, 30000]; // milliseconds between tries
// In pieces, so that not even a proxy that collects a body before it passes it on can lose more than one of them.
const PIECE = 64 * 1024 * 1024;
// Where this page is sending to: a file that is chosen twice is two files, not one that was interrupted.
const inUse = new Set();
let library = null;

// Fetch the library while the server can still be reached.
export function prepare() {
  library ??= import("../vendor/tus.min.js").catch(() => (library = null));
  return library;
}

export class Transfer {
  // `home` is {record, user, token, piece}; `tell` is {progress, waiting, done, failed}.
  constructor(file, home, tell) {
    this.file = file;
    this.home = home;
    this.tell = tell;
    this.isStopped = false;
  }

  async start() {
    this.isStopped = false;
    await prepare();
    if (this.isStopped) return;
    if (!window.tus) {
      this.tell.failed("", true);
      return;
    }
    this.upload = new window.tus.Upload(this.file, this.wishes());
    const earlier = this.address ? [] : await this.upload.findPreviousUploads();
    if (this.isStopped) return;
    const known = earlier.find((one) => one.uploadUrl && !inUse.has(one.uploadUrl));
    if (known) {
      inUse.add(known.uploadUrl);
      this.upload.resumeFromPreviousUpload(known);
    }
    this.upload.start();
  }

  // Stop for good; what arrived is dropped.
  async stop() {
    this.isStopped = true;
    const { upload } = this;
    this.forget();
    // The server drops by itself, after three days, what it could not be told about.
    await upload?.abort(true).catch(() => {});
  }

  wishes() {
    const { record, user, token, piece } = this.home;
    const { name, type, size, lastModified } = this.file;
    return {
      endpoint: ENDPOINT,
      uploadUrl: this.address ?? null,
      chunkSize: piece || PIECE,
      retryDelays: PAUSES,
      metadata: { filename: name || "pasted", filetype: type, record },
      headers: { "X-CSRFToken": token },
      removeFingerprintOnSuccess: true,
      fingerprint: async () => ["addenda", user, record, name, type, size, lastModified].join("/"),
      onUploadUrlAvailable: () => this.remember(this.upload.url),
      onShouldRetry: (error) => this.mayRetry(error),
      onProgress: (sent, total) => this.tell.progress(sent, total),
      onSuccess: ({ lastResponse }) => this.finish(lastResponse.getHeader("Addenda-Attachment")),
      onError: (error) => this.fail(error),
    };
  }

  mayRetry(error) {
    const isPassing = wasLost(error);
    if (isPassing) this.tell.waiting();
    return isPassing;
  }

  finish(attachment) {
    this.forget();
    this.tell.done(attachment);
  }

  fail(error) {
    this.tell.failed(wasLost(error) ? "" : wordsOf(error), wasLost(error));
  }

  remember(address) {
    this.address = address;
    inUse.add(address);
  }

  forget() {
    inUse.delete(this.address);
    this.address = null;
  }
}

// Without an answer, or with one that says "not now": another try may succeed.
function wasLost(error) {
  const status = error.originalResponse?.getStatus() ?? 0;
  return status < 400 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507);
}

function wordsOf(error) {
  const words = error.originalResponse.getBody().trim();
  return words && words.length < 500 && !words.startsWith("<") ? words : "The server did not take it.";
}
