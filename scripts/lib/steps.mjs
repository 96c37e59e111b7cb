/** Says what a command is doing while it does it: one line when a step starts, one when it ends. */

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
/** @param {string} code ANSI colour @param {string} text */
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

/** @param {string} text */
export const note = (text) => console.log(`${paint('2', '·')} ${text}`);

/**
 * Runs one named step and prints its time.
 * @template T
 * @param {string} title what is being done, as a phrase: "Building the app"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  console.log(`${paint('36', '▸')} ${title} …`);
  const started = performance.now();
  try {
    const result = await work();
    console.log(`${paint('32', '✓')} ${title} (${seconds(started)})`);
    return result;
  } catch (error) {
    console.log(`${paint('31', '✗')} ${title} (${seconds(started)})`);
    throw error;
  }
}

/** @param {number} started a `performance.now()` reading */
export const seconds = (started) => `${((performance.now() - started) / 1000).toFixed(1)} s`;

/** A failure whose message is all the reader needs: no stack is printed for it. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Runs a command's main function; a {@link SetupError} ends it with its sentence, anything else with its stack.
 * @param {() => Promise<number | void>} main resolves to the exit code where there is one
 */
export async function runMain(main) {
  try {
    const code = await main();
    if (typeof code === 'number') process.exitCode = code;
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
