// The log-in ended while somebody was typing: a layer over the page asks for it again; the text stays (B4).
const FRESH = 60_000;
let lastContact = Date.now();
let waiting = null;

export function watchSession() {
  const layer = document.getElementById("session-over");
  if (!layer) return;
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr?.status === 401) showLayer();
    else if (event.detail.successful) lastContact = Date.now();
  });
  document.addEventListener("session-over", () => showLayer()); // own modules say so after a 401
  document.addEventListener("submit", checkBeforeSending);
  window.addEventListener("focus", () => layer.open && check().then((state) => state?.logged_in && resume(state)));
  layer.querySelector("form").addEventListener("submit", logInAgain);
  layer.addEventListener("cancel", (event) => event.preventDefault());
}

const layer = () => document.getElementById("session-over");

export function showLayer() {
  if (layer() && !layer().open) layer().showModal();
}

// Null: the network is away.
export async function check() {
  try {
    const answer = await fetch(layer().dataset.sessionUrl, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// A form of a page that was open for a while is sent only after the server has said that the log-in lasts.
async function checkBeforeSending(event) {
  const form = event.target;
  const isOurs = form.method === "post" && form.closest("main") && !form.hasAttribute("hx-post");
  if (event.defaultPrevented || !isOurs || (navigator.onLine && Date.now() - lastContact < FRESH)) return;
  event.preventDefault();
  const { submitter } = event;
  const state = await check();
  if (!state) return sayNoNetwork(form);
  if (!state.logged_in) {
    waiting = () => form.requestSubmit(submitter);
    showLayer();
    return;
  }
  lastContact = Date.now();
  useToken(state.token);
  form.querySelector("[data-no-network]")?.remove();
  form.requestSubmit(submitter);
}

// In place and with the text kept, instead of the browser's own page.
function sayNoNetwork(form) {
  form.querySelector("[data-no-network]")?.remove();
  const note = document.getElementById("no-network").content.firstElementChild.cloneNode(true);
  note.dataset.noNetwork = "";
  form.append(note);
  note.scrollIntoView({ block: "nearest" });
}

async function logInAgain(event) {
  event.preventDefault();
  const form = event.target;
  const state = await check();
  const error = form.querySelector("[data-login-error]");
  const body = new FormData(form);
  body.set("csrfmiddlewaretoken", state?.token ?? "");
  const answer = await fetch(layer().dataset.loginUrl, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
  }).catch(() => null);
  const now = await check();
  if (now?.logged_in) return resume(now);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok && said?.location) {
    window.open(said.location, "_blank", "noopener"); // the second factor; this page goes on when it is done
    return;
  }
  error.hidden = false;
  error.querySelector("span").textContent =
    Object.values(said?.form?.fields ?? {}).flatMap((field) => field.errors).concat(said?.form?.errors ?? []).join(" ");
}

function resume(state) {
  lastContact = Date.now();
  useToken(state.token);
  layer().querySelector("[type=password]").value = "";
  layer().close();
  document.dispatchEvent(new CustomEvent("session-again"));
  const send = waiting;
  waiting = null;
  send?.();
}

function useToken(token) {
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}
