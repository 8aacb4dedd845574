// Checkpoints on the tablet: one at a time, saved by themselves, kept on the device until the server has confirmed them.
// Without this script every checkpoint is shown with its own button.

const field = document.querySelector("[data-field]");
const sections = [...field.querySelectorAll("[data-checkpoint]")];
const words = field.dataset;
const store = "checkpoint:";
const pause = 600;

function read(form) {
  const data = new FormData(form);
  return { result: data.get("result") || "not_checked", note: data.get("note") || "" };
}

function show(id) {
  const wanted = sections.find((section) => section.id === id) || firstOpen() || sections[0];
  for (const section of sections) section.hidden = section !== wanted;
  for (const link of field.querySelectorAll("[data-item]")) {
    if (link.dataset.item === wanted?.dataset.checkpoint) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function firstOpen(after) {
  const open = (section) => read(section.querySelector("form")).result === "not_checked";
  const place = after ? sections.indexOf(after) + 1 : 0;
  return [...sections.slice(place), ...sections.slice(0, place)].find(open);
}

function mark(section) {
  const form = section.querySelector("form");
  const { result } = read(form);
  const link = field.querySelector(`[data-item="${section.dataset.checkpoint}"]`);
  const chosen = form.querySelector("input[name=result]:checked")?.closest("label");
  link.className = `cp-i ${[...(chosen?.classList || [])].find((name) => name.startsWith("tone-")) || "tone-neutral"}`;
  const icon = link.querySelector("[data-icon]");
  icon.setAttribute("aria-label", chosen?.textContent.trim() || "");
  icon.querySelector("use").setAttribute("href", `#cp-icon-${result}`);
  const checked = sections.filter((one) => read(one.querySelector("form")).result !== "not_checked").length;
  field.querySelector("[data-progress]").value = checked;
}

function say(section, tone, text) {
  const line = section.querySelector("[data-saveline]");
  line.className = `saveline tone-${tone}`;
  line.textContent = text;
}

function unsent() {
  return Object.keys(localStorage).filter((key) => key.startsWith(store));
}

function count() {
  const number = unsent().length;
  const badge = field.querySelector("[data-unsent]");
  badge.hidden = number === 0;
  badge.querySelector("[data-unsent-number]").textContent = number;
  field.querySelector("[data-offline]").hidden = navigator.onLine;
}

// Without https (an address of the own network) a browser has no randomUUID.
function newId() {
  return crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
}

// The text is on the device before anything is sent; it is dropped only after the server has confirmed this very save.
function keep(section) {
  const form = section.querySelector("form");
  const item = { ...read(form), url: form.action, client_id: newId(), checkpoint: section.dataset.checkpoint };
  try {
    localStorage.setItem(store + section.dataset.checkpoint, JSON.stringify(item));
  } catch {
    // The device keeps nothing more: the page still holds the text, and the server may take it.
  }
  say(section, "warn", words.wordsWaiting);
  count();
  return item;
}

const sending = new Set();

async function send(section) {
  const id = section.dataset.checkpoint;
  const text = localStorage.getItem(store + id);
  if (!text || sending.has(id)) return;
  sending.add(id);
  const item = JSON.parse(text);
  const form = section.querySelector("form");
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const name of ["result", "note", "client_id"]) body.set(name, item[name]);
  body.set("revision", form.elements.revision.value);
  try {
    const answer = await fetch(item.url, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
    if (answer.ok) {
      const kept = await answer.json();
      form.elements.revision.value = kept.revision;
      if (localStorage.getItem(store + id) === text) localStorage.removeItem(store + id);
      say(section, "ok", `${words.wordsSaved} ${new Date().toTimeString().slice(0, 5)}`);
    } else {
      say(section, "bad", answer.status === 409 ? words.wordsConflict : words.wordsFailed);
    }
  } catch {
    say(section, "warn", words.wordsWaiting);
  } finally {
    sending.delete(id);
    count();
  }
}

function sendAll() {
  for (const section of sections) send(section);
}

for (const section of sections) {
  const form = section.querySelector("form");
  const kept = localStorage.getItem(store + section.dataset.checkpoint);
  if (kept) {
    const item = JSON.parse(kept);
    form.elements.note.value = item.note;
    const choice = form.querySelector(`input[name=result][value="${item.result}"]`);
    if (choice) choice.checked = true;
    mark(section);
    say(section, "warn", words.wordsWaiting);
  }
  let timer;
  const changed = (event) => {
    if (event.target.type === "file") return;
    keep(section);
    mark(section);
    clearTimeout(timer);
    timer = setTimeout(() => send(section), event.type === "change" ? 0 : pause);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // Photos go with the button; what was typed goes with them, so the copy on the device is not needed any more.
  form.addEventListener("submit", () => localStorage.removeItem(store + section.dataset.checkpoint));
  const next = section.querySelector("[data-next]");
  if (next) {
    next.hidden = false;
    next.addEventListener("click", () => {
      const open = firstOpen(section);
      if (open) location.hash = open.id;
    });
  }
}

addEventListener("hashchange", () => show(location.hash.slice(1)));
addEventListener("online", sendAll);
addEventListener("offline", count);
addEventListener("beforeunload", (event) => {
  if (unsent().length) event.preventDefault();
});
setInterval(sendAll, 15000);
show(location.hash.slice(1));
count();
sendAll();
