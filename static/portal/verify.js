// Compares a file with the hash on the page. The file is hashed here and never leaves the device.
const form = document.querySelector("[data-compare]");
const expected = document.querySelector("[data-sha256]")?.dataset.sha256.split(" ");
const finder = document.querySelector("[data-find]");

async function hashed(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

if (form && expected && window.crypto?.subtle) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.elements.file.files[0];
    if (!file) return;
    const hex = await hashed(await file.arrayBuffer());
    const result = form.querySelector("[data-result]");
    const isSame = expected.includes(hex);
    result.textContent = isSame ? result.dataset.same : result.dataset.other;
    result.className = isSame ? "note tone-ok mt-2" : "note tone-bad mt-2";
  });
}

// Looks a file up by its hash and by the code that its seal names; only these two are sent.
if (finder && window.crypto?.subtle) {
  finder.addEventListener("submit", async (event) => {
    const file = finder.elements.file.files[0];
    if (!file || finder.elements.sha256.value) return;
    event.preventDefault();
    const bytes = await file.arrayBuffer();
    const code = new TextDecoder("latin1").decode(bytes).replaceAll("\\055", "-").match(/\b(?:CSR|REV)(?:-[0-9A-HJKMNP-TV-Z]{4}){4}\b/);
    finder.elements.sha256.value = await hashed(bytes);
    finder.elements.code.value = code ? code[0] : "";
    finder.elements.file.disabled = true;
    finder.submit();
  });
}
