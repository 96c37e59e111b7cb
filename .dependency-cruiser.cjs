/**
 * Which folder may import which. Imports point one way:
 *
 *   routes → lab, instruments, live, ui, content → engine, leaderboard → nothing
 *   server → engine, live, leaderboard
 *
 * tests/tooling/layers.test.ts breaks each rule on purpose and sees it caught.
 */
const { join } = require('node:path');

const TEST = '\\.test\\.ts$';
/** Files that only the server runs; Kit refuses to ship them to a browser. */
const SERVER_ONLY = '(\\.server\\.ts|/\\+server\\.ts|\\.test\\.ts|^src/app\\.d\\.ts)$';
/** Modules that Kit and Vite make at build time; `vite build` fails on a `?url` that points nowhere. */
const VIRTUAL = '^(\\$app|\\$env|\\$service-worker)(/|$)|^\\./\\$types$|\\?url$';
/** What the engine is built on; everything else it writes itself. */
const ENGINE_PACKAGES =
  '(^|node_modules/)(valibot|papaparse|@types/papaparse|onnxruntime-(web|node|common)|@huggingface/tokenizers|@bufbuild/protobuf)(/|$)';

const forbidden = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbidden(
      'engine-stands-alone',
      'The engine runs unchanged in a worker and in Node: it imports nothing of ours outside itself.',
      { path: '^src/lib/engine/' },
      { path: '^(src|server|scripts|bench|tests)/', pathNot: '^(src/lib/engine|tests/fixtures)/' },
    ),
    forbidden(
      'engine-packages',
      'The engine imports no Svelte, no Kit and no DOM library: only the packages listed in this file.',
      { path: '^src/lib/engine/', pathNot: TEST },
      {
        pathNot: `^src/|${ENGINE_PACKAGES}`,
        dependencyTypesNot: ['core'],
      },
    ),
    forbidden(
      'engine-node',
      'Node is reached from the engine only in runtime/node.ts; a browser has none.',
      { path: '^src/lib/engine/', pathNot: `${TEST}|^src/lib/engine/runtime/node` },
      { dependencyTypes: ['core'] },
    ),
    forbidden(
      'graph-is-the-bottom',
      'engine/graph knows nothing of models, methods or training.',
      { path: '^src/lib/engine/graph/', pathNot: TEST },
      { path: '^src/', pathNot: '^src/lib/engine/graph/' },
    ),
    forbidden(
      'leaderboard-stands-alone',
      'Ranking is a pure function of its rows.',
      { path: '^src/lib/leaderboard/', pathNot: TEST },
      { pathNot: '^src/lib/leaderboard/' },
    ),
    forbidden(
      'instruments-stand-alone',
      'An instrument draws what the engine computes and the lab keeps. Lessons and classes show it; it knows of neither.',
      { path: '^src/lib/instruments/' },
      { path: '^src/lib/(content|live|leaderboard)/' },
    ),
    forbidden(
      'nothing-below-instruments',
      'What instruments are built on does not know them.',
      { path: '^src/lib/(engine|lab|ui|live|leaderboard|measurements)/' },
      { path: '^src/lib/instruments/' },
    ),
    forbidden(
      'lib-below-routes',
      'Nothing under src/lib knows a URL of the app.',
      { path: '^src/lib/' },
      { path: '^src/routes/' },
    ),
    forbidden(
      'lib-without-server',
      'Nothing under src/lib imports the server.',
      { path: '^src/lib/' },
      { path: '^server/' },
    ),
    forbidden(
      'browser-without-server',
      'Only +*.server.ts, +server.ts and hooks.server.ts may import the server or a *.server.ts module.',
      { path: '^src/', pathNot: SERVER_ONLY },
      { path: '^server/|\\.server\\.ts$' },
    ),
    forbidden(
      'server-without-views',
      'The server takes the engine, the live rules and the ranking from src/lib, never a view.',
      { path: '^server/' },
      {
        path: '^src/|\\.svelte(\\.ts)?$',
        pathNot:
          '^src/lib/((engine|live|leaderboard)/.*(?<!\\.svelte)|content/(study|run)-record)\\.ts$',
      },
    ),
    forbidden(
      'server-runtime-packages',
      'The served build imports packages by name, so what the server uses is a dependency, not a devDependency.',
      { path: '^server/', pathNot: `${TEST}|rolldown\\.config|^server/dev` },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    forbidden(
      'product-without-tooling',
      'The product does not import its scripts, benches or tests.',
      { path: '^(src|server)/', pathNot: TEST },
      { path: '^(scripts|bench|tests)/' },
    ),
    forbidden(
      'no-unresolvable',
      'An import that cannot be resolved hides whatever it points at.',
      {},
      { couldNotResolve: true, pathNot: VIRTUAL },
    ),
    forbidden(
      'no-circular',
      'Two modules that need each other are one module, or three.',
      {},
      {
        circular: true,
        viaOnly: { dependencyTypesNot: ['type-only'] },
      },
    ),
    forbidden(
      'no-orphans',
      'A module that imports nothing and is imported by nothing is dead.',
      {
        orphan: true,
        pathNot: `${TEST}|\\.spec\\.ts$|\\.d\\.ts$|\\.worker\\.ts$|\\.browser\\.js$|(^|/)[^/]+\\.config\\.(js|ts|mjs|cjs)$|^src/routes/|^tests/|^scripts/[^/]+$`,
      },
      {},
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|build-server|\\.svelte-kit)/|\\.(css|svg|woff2)$' },
    tsPreCompilationDeps: true,
    webpackConfig: { fileName: join(__dirname, '.dependency-cruiser.aliases.cjs') },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'browser', 'import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
