/**
 * Lets a page's text be shown before its scripts are asked for. Kit names them in the page's head and headers, where they
 * share a slow line with the words that a reader waits for; nothing is readable sooner by their being there.
 */
import type { ResolveOptions } from '@sveltejs/kit';

/** In the page's head, for a page that is there to be read. A tab that nobody looks at is not painted, so there is an end to the wait. */
const TEXT_SHOWN =
  "const textShown=new Promise(go=>{setTimeout(go,1000);try{new PerformanceObserver(list=>list.getEntriesByName('first-contentful-paint').length&&go()).observe({type:'paint',buffered:true})}catch{go()}});";

/**
 * At the page's end. By a script: links are found by a browser that looks ahead, wherever in the page they stand. Where
 * they wait they come one at a time, since on a phone each takes some milliseconds, and all at once would hold up a
 * reader's first touch.
 */
const NAME =
  "const name=href=>document.head.append(Object.assign(document.createElement('link'),{rel:'modulepreload',href}));";
const NAME_AT_ONCE = `(paths=>{${NAME}paths.forEach(name)})`;
const NAME_IN_TURN = `(paths=>{${NAME}const turn=()=>{name(paths.shift());if(paths.length)setTimeout(turn)};textShown.then(turn)})`;

/** How Kit's own script asks for what it starts with. */
const ENTRIES = /\bimport\(("[^"]+\/entry\/(?:start|app)\.[^"]+")\)/g;

/**
 * For one response: Kit asks for each file before it sends the page that names it.
 * @param waits whether scripts wait until the text is shown, or only stand behind it
 */
export function textFirst(
  waits: boolean,
): Required<Pick<ResolveOptions, 'preload' | 'transformPageChunk'>> {
  const scripts: string[] = [];
  return {
    preload({ type, path }) {
      if (type === 'js') scripts.push(path);
      return type === 'css';
    },
    transformPageChunk({ html }) {
      const nonce = /<script nonce="([^"]+)"/.exec(html)?.[1];
      if (!nonce || scripts.length === 0) return html;
      const script = (code: string) => `<script nonce="${nonce}">${code}</script>`;
      const paths = JSON.stringify(scripts).replaceAll('<', '\\u003c');
      if (!waits) return named(html, script(`${NAME_AT_ONCE}(${paths})`));
      const waiting = html
        .replace('</head>', () => `${script(TEXT_SHOWN)}</head>`)
        .replace(ENTRIES, 'textShown.then(()=>import($1))');
      return named(waiting, script(`${NAME_IN_TURN}(${paths})`));
    },
  };
}

const named = (html: string, script: string) => html.replace('</body>', () => `${script}</body>`);
