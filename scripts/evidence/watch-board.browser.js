/** Runs inside a page, as it is: notes in `rankroomSeen` when each name first stood on the board with each status. */
(() => {
  /** @type {Record<string, Record<string, number>>} ms since the epoch by nickname and status */
  const seen = {};
  Object.assign(window, { rankroomSeen: seen });

  const look = () => {
    for (const row of document.querySelectorAll('table tbody tr')) {
      const texts = [...row.children].map((cell) => cell.textContent?.trim() ?? '');
      const status = texts.find((text) => text === 'provisional' || text === 'verified');
      const name = /Anna|Ben|Cleo/.exec(texts.join(' '))?.[0];
      if (status && name) (seen[name] ??= {})[status] ??= Date.now();
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
  });
  document.addEventListener('DOMContentLoaded', look);
})();
