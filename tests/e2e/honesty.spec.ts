/** What a client claims, and what it sends broken, moves nobody's row. */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { Page } from '@playwright/test';
import { PROTOCOL_VERSION, type SubmissionReceipt } from '../../src/lib/live/protocol.ts';
import {
  createSession,
  expectBoard,
  fetchLeaderboard,
  join,
  startRound,
  verifiedLeaderboard,
} from './support/classroom.ts';
import { headRecipe, randomHead, upload, type Upload } from './support/submission.ts';
import { expect, test } from './support/test.ts';

const honestReport = { accuracy: 0.1, trainingSeconds: 1, backend: 'wasm' } as const;

test('a claimed accuracy of 1.0 on random weights is ranked by the server’s figure (V-2, R-1)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const liar = await person('Liar');
  await join(liar, code, 'Liar');
  await startRound(host);

  const artifact = await randomHead();
  const runId = randomUUID();
  const claim = { accuracy: 1, trainingSeconds: 0.1, backend: 'webgpu' } as const;
  const sent = { recipe: headRecipe(), report: claim, artifact };
  const first = await upload(liar, code, runId, sent);
  expect(first.status()).toBe(201);
  const again = await upload(liar, code, runId, sent);
  expect(again.status()).toBe(200);
  const receipts = (await Promise.all([first.json(), again.json()])) as SubmissionReceipt[];
  expect(receipts[0]?.submissionId).toBe(receipts[1]?.submissionId);

  const { rows } = await verifiedLeaderboard(host, code, 1);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.accuracy).toBeLessThan(0.4);
  expect(rows[0]?.trainable).toBe((artifact.length - headerBytes(artifact)) / 4);
  await expectBoard(host, rows);
});

test('broken uploads get a clear error and change nothing (U-3, U-5, P-1)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const student = await person('Eve');
  await join(student, code, 'Eve');
  const good = { recipe: headRecipe(), report: honestReport, artifact: await randomHead() };
  const beforeRound = await upload(student, code, randomUUID(), good);
  expect(beforeRound.status(), 'no round is running').toBeGreaterThanOrEqual(400);
  await startRound(host);
  await expect(student.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();

  const { seed: _seed, ...withoutSeed } = headRecipe();
  const broken: Record<string, Upload> = {
    'recipe is not JSON': { ...good, recipe: '{' },
    'recipe lacks a field': { ...good, recipe: withoutSeed },
    'recipe has a field too many': { ...good, recipe: { ...headRecipe(), extra: 1 } },
    'recipe is above the budget': { ...good, recipe: { ...headRecipe(), steps: 1999 } },
    'recipe starts from random weights': {
      ...good,
      recipe: { ...headRecipe(), base: { id: 'nano', weights: 'random' } },
    },
    'report is out of range': { ...good, report: { ...honestReport, accuracy: 7 } },
    'artifact is missing': { ...good, artifact: null },
  };
  for (const [why, sent] of Object.entries(broken)) {
    const response = await upload(student, code, randomUUID(), sent);
    expect(response.status(), why).toBeGreaterThanOrEqual(400);
    expect(response.status(), why).toBeLessThan(500);
    const body = (await response.json()) as { error: string };
    expect(body.error, why).toMatch(/\w+ \w+/);
  }
  const badId = await upload(student, code, 'not-a-uuid', good);
  expect(badId.status()).toBe(400);
  const stranger = await person('Stranger');
  await stranger.goto('/');
  expect([401, 403]).toContain((await upload(stranger, code, randomUUID(), good)).status());
  expect((await fetchLeaderboard(host, code)).rows).toEqual([]);

  await test.step('an artifact that does not fit is rejected with a reason (V-3)', async () => {
    const unfit = { ...good, artifact: await randomHead(11) };
    const response = await upload(student, code, randomUUID(), unfit);
    if (response.status() >= 400) {
      expect(((await response.json()) as { error: string }).error).toContain('score.weight');
      return;
    }
    await expect
      .poll(async () => (await fetchLeaderboard(host, code)).rows[0]?.status, { timeout: 60_000 })
      .toBe('rejected');
    const [row] = (await fetchLeaderboard(host, code)).rows;
    expect(row?.reason).toContain('score.weight');
    expect(row?.rank).toBeNull();
  });
});

test('malformed socket messages get a clear answer and disturb nobody (P-1, P-2, I-6)', async ({
  instructor: host,
  person,
  server,
}) => {
  const code = await createSession(host);
  const student = await person('Finn');
  await join(student, code, 'Finn');

  const open = async (page: Page, auth: unknown): Promise<Socket> =>
    io(server.url, {
      auth: auth as Record<string, unknown>,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: {
        origin: server.url,
        cookie: (await page.context().cookies())
          .map(({ name, value }) => `${name}=${value}`)
          .join('; '),
      },
    });
  const refusal = async (page: Page, auth: unknown): Promise<string> => {
    const socket = await open(page, auth);
    const reason = await new Promise<string>((resolve) => {
      socket.once('connect_error', ({ message }) => resolve(message));
      socket.once('connect', () => resolve('accepted'));
    });
    socket.disconnect();
    return reason;
  };
  const hello = { protocol: PROTOCOL_VERSION, code, role: 'participant' };
  expect(await refusal(student, { ...hello, protocol: 0 })).toBe('client-too-old');
  expect(await refusal(student, { ...hello, protocol: 99 })).toBe('server-too-old');
  expect(await refusal(student, { ...hello, code: 'ZZZZZZ' })).toBe('unknown-session');
  expect(await refusal(student, { ...hello, role: 'host' })).toBe('not-the-host');
  expect(await refusal(host, hello)).toBe('not-a-participant');
  expect(await refusal(student, { hello: 'world' })).toBe('malformed');
  expect(await refusal(student, hello)).toBe('accepted');

  const socket = await open(host, { ...hello, role: 'host' });
  await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
  const ask = (message: unknown) =>
    socket.timeout(5_000).emitWithAck('round:start', message) as Promise<{
      ok: boolean;
      error?: string;
    }>;
  for (const message of [
    null,
    'start',
    {},
    { requestId: 'x' },
    { requestId: randomUUID(), challenge: {} },
  ]) {
    const answer = await ask(message);
    expect(answer.ok, JSON.stringify(message)).toBe(false);
    expect(answer.error).toMatch(/\w/);
  }
  socket.emit('run:progress', { nonsense: true });
  socket.emit('no:such:event', [1, 2, 3]);
  socket.disconnect();

  await startRound(host);
  await expect(student.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
});

/** Bytes before the tensors of a safetensors file. */
function headerBytes(file: Uint8Array): number {
  return 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
}
