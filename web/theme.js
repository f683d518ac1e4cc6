import { hook } from './dom.js';
import { remember, recall } from './storage.js';

/** Light, dark, or as the system has it. index.html sets the first theme before anything is painted. */
export function setUpTheme() {
  const select = hook('theme');
  const system = matchMedia('(prefers-color-scheme: dark)');

  function apply() {
    const dark = select.value === 'auto' ? system.matches : select.value === 'dark';
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.dispatchEvent(new Event('themechange'));
  }

  select.value = recall('theme') ?? 'auto';
  if (select.selectedIndex < 0) select.value = 'auto';
  select.addEventListener('change', () => {
    remember('theme', select.value);
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}
