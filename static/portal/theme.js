// Light, dark or as the device: at once on the page, and in a cookie so that the server draws the next page right.
const A_YEAR = 365 * 24 * 3600;

export function watchTheme() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=${A_YEAR}; samesite=lax${secure}`;
    document.documentElement.dataset.bsTheme = theme;
    for (const button of event.target.querySelectorAll("[name=theme]")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  });
}
