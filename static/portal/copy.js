// A button that copies a field: on a phone a long link in a field can hardly be marked.
export function watchCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Older engines, and pages without TLS.
    document.execCommand("copy");
  }
  button.querySelector("[role=status]").textContent = button.dataset.copied;
}
