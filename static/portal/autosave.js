// Answers and photos leave the device only when the server has confirmed each by its id (files also by SHA-256).
// Until then they stay in the browser's own database, through lost networks, closed pages and ended log-ins (B1, B2).
const DATABASE = "csr-portal-unsent";
const STORE = "items";
const TYPING_PAUSE = 800;
const RETRY = 15_000;
const PHOTO_EDGE = 2000;

const words = document.getElementById("autosave-words");
const form = document.querySelector("form[data-autosave]");
const person = words?.dataset.person ?? "";
let sending = null;
let typing = 0;
let isDirty = false;
let savedAt = "";
let hasFailed = false;

// The database of what is not confirmed yet

const database = new Promise((resolve, reject) => {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "client_id" });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function inStore(mode, work) {
  const store = (await database).transaction(STORE, mode).objectStore(STORE);
  return new Promise((resolve, reject) => {
    const request = work(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const keep = (item) => inStore("readwrite", (store) => store.put(item));
const drop = (id) => inStore("readwrite", (store) => store.delete(id));

async function unsent() {
  const items = await inStore("readonly", (store) => store.getAll());
  return items.filter((item) => item.person === person).sort((a, b) => a.at - b.at);
}

// What the line at the foot says: saved, waiting, or could not send

async function showState() {
  const line = document.querySelector("[data-saveline]");
  if (!line || !words) return;
  const waiting = (await unsent()).length + (isDirty ? 1 : 0);
  const state = hasFailed && waiting ? "failed" : waiting ? "waiting" : savedAt ? "saved" : "";
  if (!state) return;
  const text = {
    saved: words.dataset.saved.replace("%(time)s", savedAt),
    waiting: words.dataset.waiting.replace("%(number)s", waiting),
    failed: words.dataset.failed,
  }[state];
  const label = document.createElement(state === "failed" ? "button" : "span");
  if (state === "failed") Object.assign(label, { type: "button", className: "btn btn-bare btn-sm", onclick: send });
  label.textContent = text;
  line.className = `saveline tone-${{ saved: "ok", waiting: "warn", failed: "bad" }[state]}`;
  line.replaceChildren(words.querySelector(`[data-icon=${state}] svg`).cloneNode(true), label);
}

// Sending, one after the other, oldest first

function send() {
  sending ??= sendAll().finally(() => {
    sending = null;
    showState();
  });
  return sending;
}

async function sendAll() {
  hasFailed = false;
  const tried = new Set();
  const next = async () => (await unsent()).find((item) => !item.conflict && !tried.has(item.client_id));
  for (let item = await next(); item; item = await next()) {
    tried.add(item.client_id);
    let answer;
    try {
      answer = await fetch(item.url, request(item));
    } catch {
      return; // no network: everything stays
    }
    if (answer.redirected || answer.status === 401 || answer.status === 403) {
      document.dispatchEvent(new CustomEvent("session-over"));
      return;
    }
    const said = await answer.json().catch(() => null);
    if (answer.ok && isConfirmed(item, said)) await confirmed(item, said);
    else if (answer.status === 409 && said) await conflict(item, said);
    else if (answer.status === 422 || answer.status === 400) await refused(item, said);
    else {
      hasFailed = true;
      return;
    }
  }
}

function request(item) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  if (item.kind === "answer") {
    headers["Content-Type"] = "application/json";
    return { method: "POST", headers, body: JSON.stringify({ ...item.answer, client_id: item.client_id }) };
  }
  const body = new FormData();
  body.set("client_id", item.client_id);
  body.set("file", new File([item.bytes], item.name, { type: item.type }));
  return { method: "POST", headers, body };
}

function isConfirmed(item, said) {
  return said?.client_id === item.client_id && (item.kind === "answer" || !item.sha256 || said.sha256 === item.sha256);
}

async function confirmed(item, said) {
  await drop(item.client_id);
  savedAt = said.at ?? new Date().toTimeString().slice(0, 5);
  if (item.kind === "file") {
    markThumb(item.client_id, "saved", words.dataset.fileSaved);
    return;
  }
  if (isHere(item)) form.elements.base_revision.value = said.revision;
  for (const later of await unsent()) {
    if (later.key === item.key && later.kind === "answer" && !later.conflict) {
      await keep({ ...later, answer: { ...later.answer, base_revision: said.revision } });
    }
  }
  for (const place of document.querySelectorAll("[data-answered]")) place.textContent = said.answered;
  const bar = document.querySelector("[data-progress]");
  if (bar) bar.value = said.answered;
}

async function refused(item, said) {
  hasFailed = true;
  if (item.kind === "file") {
    await drop(item.client_id);
    markThumb(item.client_id, "failed", said?.message ?? words.dataset.failed);
    return;
  }
  await keep({ ...item, conflict: true });
}

const isHere = (item) => form?.dataset.key === item.key;

// The same answer was changed by somebody else: both are shown, the person chooses (B29)

async function conflict(item, said) {
  await keep({ ...item, conflict: true });
  if (!isHere(item) || document.querySelector("[data-conflict-open]")) return;
  const note = document.querySelector("template[data-conflict]").content.firstElementChild.cloneNode(true);
  note.dataset.conflictOpen = "";
  note.querySelector("[data-message]").textContent = said.message;
  note.querySelector("[data-their-name]").textContent = `${said.theirs.by} · ${said.theirs.at}`;
  note.querySelector("[data-theirs]").textContent = inWords(said.theirs);
  note.querySelector("[data-mine]").textContent = inWords(said.mine);
  note.querySelector("[data-take-theirs]").onclick = async () => {
    await drop(item.client_id);
    location.reload();
  };
  note.querySelector("[data-take-mine]").onclick = async () => {
    await drop(item.client_id);
    form.elements.base_revision.value = said.theirs.revision;
    note.remove();
    await changed();
    send();
  };
  form.before(note);
}

function inWords(answer) {
  const choice = form.querySelector(`[name=choice][value="${answer.choice}"]`)?.closest("label").textContent.trim();
  return [choice ?? "–", answer.na_reason, answer.note].filter(Boolean).join(": ");
}

// Typing and choosing

async function changed() {
  clearTimeout(typing);
  isDirty = false;
  const key = form.dataset.key;
  const waiting = (await unsent()).find((item) => item.kind === "answer" && item.key === key && !item.conflict);
  if (waiting && !sending) await drop(waiting.client_id);
  const data = new FormData(form);
  await keep({
    client_id: newId(),
    kind: "answer",
    key,
    person,
    at: Date.now(),
    url: form.dataset.autosave,
    answer: {
      choice: data.get("choice") ?? "",
      note: data.get("note") ?? "",
      na_reason: data.get("na_reason") ?? "",
      base_revision: Number(data.get("base_revision")) || 0,
    },
  });
  await showState();
}

function newId() {
  return crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
}

// Photos: read at once (phones take file handles back), made smaller, shown with their own state

async function take(file) {
  if (file.size > Number(words.dataset.maxBytes)) {
    addThumb({ client_id: newId(), name: file.name }, "failed", words.dataset.tooLarge.replace("%(file)s", file.name));
    return;
  }
  const small = await shrink(file);
  const bytes = await small.arrayBuffer();
  const item = {
    client_id: newId(),
    kind: "file",
    key: form.dataset.key,
    person,
    at: Date.now(),
    url: form.dataset.upload,
    name: file.name,
    type: small.type,
    bytes,
    sha256: await digest(bytes),
  };
  await keep(item);
  addThumb(item, "waiting", words.dataset.fileWaiting);
}

async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = PHOTO_EDGE / Math.max(picture.width, picture.height);
    if (scale >= 1) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return (await new Promise((resolve) => canvas.toBlob(resolve, file.type, 0.85))) ?? file;
  } catch {
    return file;
  }
}

async function digest(bytes) {
  if (!crypto.subtle) return "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function addThumb(item, state, label) {
  const thumb = document.createElement("li");
  thumb.className = "thumb";
  thumb.dataset.item = item.client_id;
  if (item.bytes && item.type.startsWith("image/") && !item.type.includes("hei")) {
    const picture = Object.assign(document.createElement("img"), { className: "ph", alt: item.name });
    picture.src = URL.createObjectURL(new Blob([item.bytes], { type: item.type }));
    thumb.append(picture);
  } else {
    const name = Object.assign(document.createElement("span"), { textContent: item.name });
    const box = Object.assign(document.createElement("span"), { className: "ph doc" });
    box.append(name);
    thumb.append(box);
  }
  thumb.append(Object.assign(document.createElement("div"), { className: "cap" }));
  document.querySelector("[data-thumbs]")?.append(thumb);
  markThumb(item.client_id, state, label);
}

function markThumb(id, state, label) {
  const thumb = document.querySelector(`[data-item="${id}"]`);
  if (!thumb) return;
  thumb.className = `thumb tone-${{ saved: "ok", waiting: "warn", failed: "bad" }[state]}`;
  thumb.querySelector(".cap").replaceChildren(words.querySelector(`[data-icon=${state}] svg`).cloneNode(true), label);
}

// Wiring

function watchFormInput() {
  const soon = (pause) => {
    isDirty = true;
    clearTimeout(typing);
    typing = setTimeout(async () => {
      await changed();
      send();
    }, pause);
    showState();
  };
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) soon(TYPING_PAUSE);
  });
  form.addEventListener("change", async (event) => {
    if (event.target.matches("[name=choice], textarea")) soon(0);
    if (!event.target.matches("[type=file]")) return;
    const files = [...event.target.files];
    event.target.value = "";
    form.querySelector("[data-upload-names]")?.replaceChildren();
    for (const file of files) await take(file);
    send();
  });
}

async function hasOwn() {
  return (await unsent()).some((item) => !item.conflict);
}

// Going on waits for the server; without it the page stays, and nothing is lost.
function interceptSubmit() {
  let isPassed = false;
  form.addEventListener(
    "submit",
    (event) => {
      if (isPassed || (!isDirty && !sending && !document.querySelector(".saveline.tone-warn"))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter } = event;
      (async () => {
        if (isDirty) await changed();
        await send();
        if (await hasOwn()) return;
        if (document.querySelector("[data-conflict-open]")) return;
        isPassed = true;
        form.requestSubmit(submitter);
      })();
    },
    true,
  );
}

async function begin() {
  if (!words) return;
  navigator.storage?.persist?.();
  if (form?.dataset.autosave) {
    interceptSubmit();
    watchFormInput();
    for (const item of await unsent()) {
      if (item.kind === "file" && isHere(item)) addThumb(item, "waiting", words.dataset.fileWaiting);
      if (item.kind === "answer" && isHere(item)) restore(item.answer);
    }
  }
  await showState();
  send();
  setInterval(send, RETRY);
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  document.addEventListener("session-again", send);
}

// What was typed before the page was lost stands in the form again.
function restore(answer) {
  for (const radio of form.querySelectorAll("[name=choice]")) radio.checked = radio.value === answer.choice;
  form.elements.note.value = answer.note;
  if (form.elements.na_reason) form.elements.na_reason.value = answer.na_reason;
}

begin();
