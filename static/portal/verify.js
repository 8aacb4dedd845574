// Compares a file with the hash on the page. The file is hashed here and never leaves the device.
const form = document.querySelector("[data-compare]");
const expected = document.querySelector("[data-sha256]")?.textContent.trim();

if (form && expected && window.crypto?.subtle) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.elements.file.files[0];
    if (!file) return;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const result = form.querySelector("[data-result]");
    const isSame = hex === expected;
    result.textContent = isSame ? result.dataset.same : result.dataset.other;
    result.className = isSame ? "note tone-ok mt-2" : "note tone-bad mt-2";
  });
}
