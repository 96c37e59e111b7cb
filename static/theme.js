// Runs before the first paint so that a chosen theme never flashes. A file of its own, because the
// content security policy allows no inline script that SvelteKit did not write.
try {
  var theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's scheme applies.
}
