// Signing: on to the next step only after reading to the end; a field for drawing. Without it a tick box and a name do.
const clauses = document.querySelector("[data-clauses]");
const readForm = document.querySelector("[data-read-form]");
const progress = document.querySelector("[data-read-progress]");

if (clauses && readForm) {
  const buttons = readForm.querySelectorAll("button[type=submit]");
  let furthest = 0;
  const look = () => {
    const whole = clauses.scrollHeight - clauses.clientHeight;
    const share = whole <= 2 ? 100 : Math.min(100, Math.round((clauses.scrollTop / (whole - 2)) * 100));
    furthest = Math.max(furthest, share);
    if (progress) progress.value = furthest;
    for (const button of buttons) button.disabled = furthest < 100;
  };
  if (progress) progress.hidden = false;
  clauses.addEventListener("scroll", look, { passive: true });
  window.addEventListener("resize", look);
  look();
}

const pad = document.querySelector("[data-pad]");
const canvas = document.querySelector("[data-canvas]");
const signForm = document.querySelector("[data-sign-form]");

if (pad && canvas && signForm) {
  pad.hidden = false;
  const pen = canvas.getContext("2d");
  let hasDrawn = false;
  let isDown = false;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  pen.lineWidth = 3;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#17212d";
  canvas.addEventListener("pointerdown", (event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    pen.lineTo(...place(event));
    pen.stroke();
    hasDrawn = true;
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (isDown = false));
  canvas.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
  pad.querySelector("[data-clear]").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    hasDrawn = false;
  });
  signForm.addEventListener("submit", () => {
    signForm.elements.drawing.value = hasDrawn ? canvas.toDataURL("image/png") : "";
  });
}
