import { expect, it } from 'vitest';
import { openMultipart, TooLarge } from './multipart.ts';

const encoder = new TextEncoder();

/** A request whose body arrives in pieces of `size` bytes. */
function inPieces(body: Uint8Array, size: number, type = 'multipart/form-data; boundary=xx') {
  let at = 0;
  let pulled = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at >= body.length) return controller.close();
        controller.enqueue(body.slice(at, (at += size)));
        pulled = at;
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request('http://localhost', {
    method: 'PUT',
    body: stream,
    duplex: 'half',
    headers: { 'content-type': type },
  } as RequestInit);
  return { reader: openMultipart(request), pulled: () => pulled };
}

const form = (content: string) =>
  encoder.encode(
    '--xx\r\nContent-Disposition: form-data; name="recipe"\r\n\r\n{"a":1}\r\n' +
      '--xx\r\nContent-Disposition: form-data; name="artifact"; filename="a; name=.bin"\r\n' +
      `Content-Type: application/octet-stream\r\n\r\n${content}\r\n--xx--\r\n`,
  );

it('reads what a browser sends, however it is cut into pieces', async () => {
  const tricky = 'bytes with \r\n--x and \r\n\r\n inside';
  for (const size of [1, 2, 3, 7, 64, 4096]) {
    const { reader } = inPieces(form(tricky), size);
    expect(await reader.next()).toBe('recipe');
    expect((await reader.read(100)).toString()).toBe('{"a":1}');
    expect(await reader.next()).toBe('artifact');
    expect((await reader.read(100)).toString()).toBe(tricky);
    expect(await reader.next()).toBeNull();
  }
});

it('reads a form that fetch has written', async () => {
  const body = new FormData();
  body.set('round', 'r1');
  body.set('artifact', new File([Uint8Array.of(0, 13, 10, 45, 45, 255)], 'a.safetensors'));
  const reader = openMultipart(new Request('http://localhost', { method: 'PUT', body }));
  expect(await reader.next()).toBe('round');
  expect((await reader.read(10)).toString()).toBe('r1');
  expect(await reader.next()).toBe('artifact');
  expect([...(await reader.read(10))]).toEqual([0, 13, 10, 45, 45, 255]);
  expect(await reader.next()).toBeNull();
});

it('stops taking bytes as soon as a part is too large (U-7)', async () => {
  const { reader, pulled } = inPieces(form('x'.repeat(1_000_000)), 1000);
  await reader.next();
  await reader.read(100);
  await reader.next();
  await expect(reader.read(5000)).rejects.toThrow(TooLarge);
  expect(pulled()).toBeLessThan(8000);
});

it('refuses what is no form, or is cut off', async () => {
  expect(() => inPieces(form(''), 10, 'application/json')).toThrow('multipart/form-data');
  for (const body of ['', 'xx', '--yy\r\n', '--xx\r\n\r\n\r\n', '--xxzz']) {
    const { reader } = inPieces(encoder.encode(body), 5);
    await expect(reader.next(), JSON.stringify(body)).rejects.toMatchObject({
      status: 400,
    });
  }
  const { reader } = inPieces(form('abc').slice(0, -9), 5);
  await reader.next();
  await reader.read(100);
  await reader.next();
  await expect(reader.read(100)).rejects.toMatchObject({ status: 400 });
});
