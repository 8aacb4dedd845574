// On a phone the menu is wider than the screen: the entry of this page is moved into view.
export function showPlace() {
  const menu = document.querySelector(".p-menu");
  const here = menu?.querySelector("[aria-current]");
  if (here) menu.scrollLeft = here.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;
}
