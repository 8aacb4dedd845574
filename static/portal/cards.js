// On a phone the rows of a wide table become cards: every cell says what its column is called.
// `data-cards` asks for it where fewer columns hold much text.
const FROM_COLUMNS = 4;

export function makeCards() {
  for (const table of document.querySelectorAll(".table-wrap > .table")) {
    const heads = [...table.querySelectorAll(":scope > thead > tr > th")];
    const isWide = heads.length >= FROM_COLUMNS || "cards" in table.dataset;
    if (isWide && table.tHead.rows.length === 1 && isPlain(table)) label(table, heads);
  }
}

// A table of numbers with names at its side, or with joined cells, stays a table.
const isPlain = (table) => !table.querySelector("tbody th, [colspan], [rowspan]");

function label(table, heads) {
  table.classList.add("as-cards");
  // What is laid out as a block is no table for a screen reader unless it is said.
  table.setAttribute("role", "table");
  for (const group of [table.tHead, ...table.tBodies]) group.setAttribute("role", "rowgroup");
  for (const row of table.rows) row.setAttribute("role", "row");
  for (const head of heads) head.setAttribute("role", "columnheader");
  for (const row of table.querySelectorAll(":scope > tbody > tr")) {
    [...row.cells].forEach((cell, place) => {
      cell.setAttribute("role", "cell");
      const head = heads[place];
      const words = head?.textContent.trim();
      if (words && !head.querySelector("input, .visually-hidden")) cell.dataset.label = words;
      if (saysNothing(cell)) cell.classList.add("is-blank");
    });
  }
}

// Empty, a dash, or a faint “none”: worth its place in a column, not on a card.
function saysNothing(cell) {
  if (cell.querySelector("input, button, svg, img, a")) return false;
  const words = cell.textContent.trim();
  return words === "" || words === "–" || words === cell.querySelector(":scope > .t3:only-child")?.textContent.trim();
}
