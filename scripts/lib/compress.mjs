/**
 * Compresses the built client for the wire, in seconds. Kit's own step takes Brotli's slowest setting, which
 * on ONNX Runtime's 40 MB of WASM costs over a minute of every first `npm start` to save a tenth of their size.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const COMPRESSED = ['.css', '.html', '.js', '.json', '.jsonl', '.mjs', '.svg', '.txt', '.wasm'];
/** Of 11. */
const BROTLI_QUALITY = 9;

/**
 * An adapter that compresses with this module instead of Kit's.
 * @param {import('@sveltejs/kit').Adapter} adapter
 * @returns {import('@sveltejs/kit').Adapter}
 */
export const withQuickCompression = (adapter) => ({
  ...adapter,
  adapt: (builder) => adapter.adapt(Object.assign(Object.create(builder), { compress })),
});

/** Writes `.br` and `.gz` beside every file under `folder` that is worth it. @param {string} folder */
async function compress(folder) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.filter((name) => COMPRESSED.includes(extname(name)));
  await Promise.all(files.map((name) => compressFile(join(folder, name))));
}

/** @param {string} file */
async function compressFile(file) {
  const content = await readFile(file);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  await Promise.all([
    promisify(brotliCompress)(content, { params }).then((data) => writeFile(`${file}.br`, data)),
    promisify(gzip)(content, { level: 6 }).then((data) => writeFile(`${file}.gz`, data)),
  ]);
}
