// A form that is kept as it is typed (data-draft: where to). The password is never sent; the server would drop it too.
const PAUSE = 800;
const NEVER = ["password", "agree"];

for (const form of document.querySelectorAll("form[data-draft]")) {
  let timer = null;
  const typed = () => {
    const data = new FormData(form);
    NEVER.forEach((name) => data.delete(name));
    return data;
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => fetch(form.dataset.draft, { method: "POST", body: typed() }).catch(() => {}), PAUSE);
  };
  form.addEventListener("input", later);
  form.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer) navigator.sendBeacon(form.dataset.draft, typed());
  });
}
