// Two papers beside each other: larger and smaller together, and scrolled to the same place.
const STEPS = ["1", "1.5", "2", "3"];

export function watchPapers() {
  const papers = document.querySelector("[data-papers]");
  if (!papers) return;
  for (const button of document.querySelectorAll("[data-zoom-by]")) {
    button.hidden = false;
    button.addEventListener("click", () => zoom(papers, Number(button.dataset.zoomBy)));
  }
  papers.addEventListener("scroll", scrollTogether, true);
}

function zoom(papers, by) {
  const place = STEPS.indexOf(papers.dataset.zoom) + by;
  papers.dataset.zoom = STEPS[Math.min(Math.max(place, 0), STEPS.length - 1)];
}

function scrollTogether(event) {
  const sheet = event.target.closest?.(".sheet");
  if (!sheet) return;
  for (const other of sheet.closest(".pair").querySelectorAll(".sheet")) {
    if (other === sheet) continue;
    const left = share(sheet.scrollLeft, sheet.scrollWidth - sheet.clientWidth) * (other.scrollWidth - other.clientWidth);
    const top = share(sheet.scrollTop, sheet.scrollHeight - sheet.clientHeight) * (other.scrollHeight - other.clientHeight);
    if (Math.abs(other.scrollLeft - left) > 2) other.scrollLeft = left;
    if (Math.abs(other.scrollTop - top) > 2) other.scrollTop = top;
  }
}

function share(place, whole) {
  return whole > 0 ? place / whole : 0;
}
