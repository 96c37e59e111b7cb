/** The import aliases of svelte.config.js, for dependency-cruiser: it would leave them unresolved, and then see no violation through them. */
const { resolve } = require('node:path');

module.exports = {
  resolve: { alias: { $lib: resolve('src/lib'), $server: resolve('server') } },
};
