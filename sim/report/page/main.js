// Brings the page to life.
const figures = [...document.querySelectorAll("figure[data-name]")].map((holder) => new Figure(holder));
const draw_all = () => figures.forEach((figure) => figure.draw());

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw_all);
addEventListener("beforeprint", () => {
  for (const figure of figures) figure.print();
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});

const theme_button = document.getElementById("theme");
const name_theme = () => { theme_button.textContent = theme() === dark ? "Light" : "Dark"; };
theme_button.addEventListener("click", () => {
  document.documentElement.dataset.theme = theme() === dark ? "light" : "dark";
  name_theme();
  draw_all();
});
name_theme();
document.body.classList.remove("waits");
