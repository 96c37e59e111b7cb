/** Uploads by how they arrive: slowly, or no further. */
import { randomUUID } from 'node:crypto';
import { request as httpRequest, type ClientRequest } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { takeUpload } from '../../server/submissions/upload.ts';
import { next, send, startRound, TestServer, upload } from './harness.ts';

let server: TestServer;
afterEach(() => server.stop());

async function classroom(now: () => number = Date.now) {
  server = await TestServer.start({ now });
  const { code, hostCookie } = await server.session();
  const host = server.connect(code, 'host', hostCookie);
  await next(host, 'session:snapshot');
  const round = await startRound(host);
  const room = (await server.root.rooms.byCode(code))!;
  return { code, host, room, round };
}

const TYPE = 'multipart/form-data; boundary=xx';
const field = (name: string, value: string) =>
  `--xx\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

/** An upload as it travels: what decides about it, and the artifact. */
function formOf(roundId: string): { runId: string; claim: Buffer; artifact: Buffer } {
  const { runId, recipe, report, artifact } = upload();
  const claim =
    field('round', roundId) +
    field('recipe', recipe) +
    field('report', report) +
    '--xx\r\nContent-Disposition: form-data; name="artifact"; filename="a"\r\n\r\n';
  return {
    runId,
    claim: Buffer.from(claim),
    artifact: Buffer.concat([artifact, Buffer.from('\r\n--xx--\r\n')]),
  };
}

/** A request whose pieces are made one after the other, each when the one before has been read. */
function requestOf(...pieces: (() => Promise<Buffer> | Buffer)[]): Request {
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = pieces.shift();
        if (piece) controller.enqueue(await piece());
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return new Request('http://localhost', {
    method: 'PUT',
    body,
    duplex: 'half',
    headers: { 'content-type': TYPE },
  } as RequestInit);
}

it('takes an artifact that was let in before its round closed, however long it travels (U-4, U-7)', async () => {
  let clock = 1_700_000_000_000;
  const { code, host, room, round } = await classroom(() => clock);
  const { participant } = await server.join(code, 'Ada');
  const put = ({ runId, claim, artifact }: ReturnType<typeof formOf>, wait: number) =>
    takeUpload(
      server.root,
      room,
      participant,
      runId,
      requestOf(
        () => claim,
        () => {
          clock += wait;
          return artifact;
        },
      ),
    );
  await send(host, 'round:end', { requestId: randomUUID() });
  clock += 100_000;
  const form = formOf(round.id);
  expect(await put(form, 30_000)).toMatchObject({
    isNew: true,
    receipt: { status: 'provisional' },
  });
  expect(Object.values(room.state.submissions)).toMatchObject([
    { roundId: round.id, submittedAt: clock },
  ]);
  expect(await put(form, 0)).toMatchObject({ isNew: false });
  await expect(put(formOf(round.id), 0)).rejects.toMatchObject({ status: 409 });
});

it('counts a run as of its first attempt where the connection died under it (U-4)', async () => {
  let clock = 1_700_000_000_000;
  const { code, host, room, round } = await classroom(() => clock);
  const { participant } = await server.join(code, 'Ada');
  await send(host, 'round:end', { requestId: randomUUID() });
  clock += 100_000;
  const { runId, claim, artifact } = formOf(round.id);
  const attempt = (rest: () => Promise<Buffer> | Buffer) =>
    takeUpload(
      server.root,
      room,
      participant,
      runId,
      requestOf(() => claim, rest),
    );
  const died = attempt(() => Promise.reject(new Error('the connection was reset')));
  await expect(died).rejects.toThrow();
  clock += 90_000;
  expect(await attempt(() => artifact)).toMatchObject({ isNew: true });

  const late = formOf(round.id);
  const lateAttempt = takeUpload(
    server.root,
    room,
    participant,
    late.runId,
    requestOf(
      () => late.claim,
      () => late.artifact,
    ),
  );
  await expect(lateAttempt).rejects.toMatchObject({ status: 409 });
});

it('looks at the seat again when the artifact has been read (U-7, S-21)', async () => {
  const { code, host, room, round } = await classroom();
  const { participant } = await server.join(code, 'Ada');
  const { runId, claim, artifact } = formOf(round.id);
  const removed = requestOf(
    () => claim,
    async () => {
      await send(host, 'participant:remove', {
        requestId: randomUUID(),
        participantId: participant.id,
      });
      return artifact;
    },
  );
  await expect(takeUpload(server.root, room, participant, runId, removed)).rejects.toMatchObject({
    status: 403,
  });
});

/** Sends what decides about an upload and, unless it `stalls`, the artifact. */
function put(code: string, cookie: string, roundId: string, stalls: boolean) {
  const { runId, claim, artifact } = formOf(roundId);
  let request: ClientRequest;
  const status = new Promise<number>((resolve, reject) => {
    request = httpRequest(
      `${server.url}/api/sessions/${code}/submissions/${runId}`,
      {
        method: 'PUT',
        agent: false,
        headers: {
          cookie,
          'content-type': TYPE,
          'content-length': claim.length + artifact.length,
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode!);
      },
    );
    request.on('error', reject);
    request.write(claim);
    if (!stalls) request.end(artifact);
  });
  return { status, drop: () => request.destroy() };
}

it('gives the places of connections that died back within seconds (U-8, U-13)', async () => {
  const { code, room, round } = await classroom();
  const { participant, cookie } = await server.join(code, 'Ada');
  const dead = [1, 2].map(() => put(code, cookie, round.id, true));
  try {
    const { uploads } = server.root;
    await vi.waitFor(
      () => expect(() => uploads.take(participant.id)()).toThrow('under way'),
      10_000,
    );
    expect(await put(code, cookie, round.id, false).status).toBe(429);
    const began = performance.now();
    expect(await Promise.all(dead.map(({ status }) => status))).toEqual([408, 408]);
    expect(performance.now() - began).toBeLessThan(60_000);
    expect(await put(code, cookie, round.id, false).status).toBe(201);
    expect(Object.keys(room.state.submissions)).toHaveLength(1);
  } finally {
    for (const { drop } of dead) drop();
  }
});
