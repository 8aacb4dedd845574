// Nothing typed gets lost: the first error takes the focus, and input survives a change of the language.
const KEY = "kept-input";

export function watchForms() {
  document.querySelector("[data-error-summary]")?.focus();
  document.addEventListener("click", followErrorLink);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-keep-input]")) keepInput();
  });
  document.addEventListener("change", showFileNames);
  restoreInput();
}

function followErrorLink(event) {
  const link = event.target.closest("[data-error-summary] a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.scrollIntoView({ block: "center" });
}

function contentForms() {
  return [...document.querySelectorAll("main form")].filter((form) => form.method === "post");
}

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type),
  );
}

function isTouched(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field instanceof HTMLSelectElement) return [...field.options].some((o) => o.selected !== o.defaultSelected);
  return field.value !== field.defaultValue;
}

// Only what was typed and not saved, only for this address, only until the next page. A form that came back with
// errors was typed as a whole.
function keepInput() {
  const forms = contentForms().map((form) => {
    const isRefused = form.querySelector("[data-error-summary], .err") !== null;
    return fields(form)
      .filter((field) => isRefused || isTouched(field))
      .map((field) => [field.name, field.value, Boolean(field.checked)]);
  });
  if (forms.some((kept) => kept.length)) {
    sessionStorage.setItem(KEY, JSON.stringify({ address: location.pathname + location.search, forms }));
  }
}

function restoreInput() {
  const text = sessionStorage.getItem(KEY);
  if (!text) return;
  sessionStorage.removeItem(KEY);
  const kept = JSON.parse(text);
  if (kept.address !== location.pathname + location.search) return;
  contentForms().forEach((form, number) => {
    for (const [name, value, checked] of kept.forms[number] ?? []) {
      for (const field of fields(form).filter((candidate) => candidate.name === name)) {
        if (field.type === "checkbox" || field.type === "radio") {
          if (field.value === value) field.checked = checked;
        } else {
          field.value = value;
        }
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
  });
}

function showFileNames(event) {
  if (!event.target.matches(".upload-input")) return;
  const list = event.target.closest(".upload").querySelector("[data-upload-names]");
  list.replaceChildren(
    ...[...event.target.files].map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name} (${(file.size / 1024 ** 2).toFixed(1)} MB)`;
      return item;
    }),
  );
}
