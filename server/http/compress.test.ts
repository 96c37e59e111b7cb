import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressPage } from './compress.ts';

const page = () =>
  new Response('<p>lesson</p>', {
    headers: { 'content-type': 'text/html', 'content-length': '13', etag: '"a"' },
  });
const asking = (encoding: string) =>
  new Request('http://localhost/', { headers: { 'accept-encoding': encoding } });

it('compresses a page for a browser that reads it, and says on what it depends (A-15)', async () => {
  const response = compressPage(asking('gzip, br'), page());
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('vary')).toBe('accept-encoding');
  expect(response.headers.get('content-length')).toBeNull();
  expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toBe('<p>lesson</p>');
});

it('leaves a page as it is for others, and what is no page for everybody (A-15)', async () => {
  expect(await compressPage(asking('identity'), page()).text()).toBe('<p>lesson</p>');
  const image = new Response('x', { headers: { 'content-type': 'image/png' } });
  expect(compressPage(asking('gzip'), image)).toBe(image);
});
