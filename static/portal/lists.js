// Selecting rows: the bulk bar appears with a selection and counts it.
export function watchLists() {
  document.addEventListener("change", (event) => {
    const table = event.target.closest("table");
    if (!table) return;
    if (event.target.matches("[data-select-all]")) {
      for (const box of boxes(table)) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-select-all], tbody input[type=checkbox][name=pk]")) show(table);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-select-none]");
    if (!button) return;
    const table = scope(button).querySelector("table");
    for (const box of boxes(table)) box.checked = false;
    show(table);
  });
  for (const table of document.querySelectorAll("table:has([data-select-all])")) show(table);
}

const boxes = (table) => [...table.querySelectorAll("tbody input[type=checkbox][name=pk]")];
const scope = (element) => element.closest("form, .panel") ?? document;

function show(table) {
  const all = boxes(table);
  const chosen = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr").setAttribute("aria-selected", String(box.checked));
  const head = table.querySelector("[data-select-all]");
  if (head) {
    head.checked = chosen.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  const bar = scope(table).querySelector("[data-bulk]");
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  bar.querySelector("[data-selected]").textContent = chosen.length;
}
