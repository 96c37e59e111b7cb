import { afterEach, describe, expect, it, vi } from 'vitest';
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

describe('a body that does not come', () => {
  afterEach(() => void vi.useRealTimers());

  /** A request to which pieces are added one by one, with the time in the test's hands. */
  function openPieceByPiece(longest?: number) {
    vi.useFakeTimers();
    let give = (_piece: string) => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        give = (piece) => controller.enqueue(encoder.encode(piece));
      },
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=xx' };
    const init = { method: 'PUT', body, duplex: 'half', headers } as RequestInit;
    return { reader: openMultipart(new Request('http://localhost', init), longest), give };
  }

  const outcome = async (reading: Promise<unknown>) => {
    let said: unknown = 'nothing yet';
    reading.then(
      (value) => (said = value),
      (error: unknown) => (said = error),
    );
    await vi.advanceTimersByTimeAsync(0);
    return () => said;
  };

  it('is given up after fifteen silent seconds, and one that comes slowly is not (U-13)', async () => {
    const { reader, give } = openPieceByPiece();
    const said = await outcome(reader.next());
    for (const piece of ['--x', 'x\r\nContent-Disposition: form-data; ']) {
      await vi.advanceTimersByTimeAsync(14_900);
      give(piece);
    }
    await vi.advanceTimersByTimeAsync(14_900);
    expect(said()).toBe('nothing yet');
    await vi.advanceTimersByTimeAsync(200);
    expect(said()).toMatchObject({
      status: 408,
      message: 'Nothing of the upload arrived for 15 seconds. It has to begin again.',
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is given up when all of it takes too long, however steadily it comes (U-13)', async () => {
    const { reader, give } = openPieceByPiece(90_000);
    const said = await outcome(reader.next());
    give('--xx\r\nContent-Disposition: form-data; name="artifact"\r\n\r\n');
    await vi.advanceTimersByTimeAsync(0);
    expect(said()).toBe('artifact');
    const content = await outcome(reader.read(1000));
    for (let second = 0; second < 89; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      give('a');
    }
    expect(content()).toBe('nothing yet');
    await vi.advanceTimersByTimeAsync(1000);
    expect(content()).toMatchObject({
      status: 408,
      message: 'The upload took longer than 90 seconds. It has to begin again.',
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind where it comes in time (U-13)', async () => {
    const { reader, give } = openPieceByPiece();
    give('--xx\r\nContent-Disposition: form-data; name="artifact"\r\n\r\nab');
    expect(await reader.next()).toBe('artifact');
    const content = await outcome(reader.read(100));
    expect(vi.getTimerCount()).toBe(1);
    give('c\r\n--xx--\r\n');
    await vi.advanceTimersByTimeAsync(0);
    expect(String(content())).toBe('abc');
    expect(vi.getTimerCount()).toBe(0);
  });
});
