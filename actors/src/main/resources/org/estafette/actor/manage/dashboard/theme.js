'use strict';
// Runs before the first paint, so that a dark page never flashes white. The resolved theme stands in
// data-theme; the choice, where one was made, in the browser's storage.
(() => {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const read = () => {
    try {
      return localStorage.getItem('estafette-theme') || 'auto';
    } catch {
      return 'auto'; // Storage may be forbidden.
    }
  };
  let choice = read();
  const apply = () => {
    root.dataset.theme = choice === 'auto' ? (system.matches ? 'dark' : 'light') : choice;
    dispatchEvent(new Event('theme'));
  };
  system.addEventListener('change', apply);
  apply();
  addEventListener('DOMContentLoaded', () => {
    for (const input of document.querySelectorAll('input[name=theme]')) {
      input.checked = input.value === choice;
      input.addEventListener('change', () => {
        choice = input.value;
        try {
          localStorage.setItem('estafette-theme', choice);
        } catch {
          // Then it lasts as long as the page.
        }
        apply();
      });
    }
  });
})();
