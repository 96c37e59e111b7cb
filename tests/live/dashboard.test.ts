/** What a host's dashboard and the projector receive, over real sockets: T-8, T-9 and H-11. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { progressOf } from '../../src/lib/live/dashboard/testing.ts';
import type { ProjectorView } from '../../src/lib/live/projector.ts';
import { next, nextEvent, send, startRound, TestServer, type Client } from './harness.ts';

let server: TestServer;
afterEach(() => server.stop());

async function classroom() {
  server = await TestServer.start();
  const { code, hostCookie } = await server.session();
  const host = server.connect(code, 'host', hostCookie);
  const ada = await server.join(code, 'Ada');
  const student = server.connect(code, 'participant', ada.cookie);
  await Promise.all([next(host, 'session:snapshot'), next(student, 'session:snapshot')]);
  const room = (await server.root.rooms.byCode(code))!;
  return { code, hostCookie, host, ada, student, room, id: ada.participant.id };
}

describe('telemetry by its changes (T-8)', () => {
  it('sends a run once, then the fields that change, and everything to who comes later', async () => {
    const { code, hostCookie, host, student, id } = await classroom();
    const first = next(host, 'class:progress', ({ changed }) => id in changed);
    student.emit('run:progress', progressOf());
    expect((await first)[0]).toEqual({ whole: false, changed: { [id]: progressOf() } });

    const second = next(host, 'class:progress');
    await new Promise((resolve) => setTimeout(resolve, 500));
    student.emit('run:progress', progressOf({ step: 31, loss: 1.1 }));
    expect((await second)[0]).toEqual({ whole: false, changed: { [id]: { step: 31, loss: 1.1 } } });

    const later = server.connect(code, 'screen', hostCookie);
    const [progress, present] = await Promise.all([
      next(later, 'class:progress'),
      next(later, 'class:present'),
    ]);
    const changed = { [id]: progressOf({ step: 31, loss: 1.1 }) };
    expect(progress[0]).toEqual({ whole: true, changed });
    expect(present[0]).toEqual({ whole: true, here: [id], gone: [] });

    const cleared = next(host, 'class:progress');
    await startRound(host);
    expect((await cleared)[0]).toEqual({ whole: false, changed: { [id]: null } });
    const gone = next(host, 'class:present', (change) => change.gone.includes(id));
    student.disconnect();
    expect((await gone)[0]).toEqual({ whole: false, here: [], gone: [id] });
  });

  it('refuses a report that does not fit, and keeps what it had (P-1)', async () => {
    const { code, hostCookie, student, id } = await classroom();
    expect(await send(student, 'run:progress', progressOf())).toMatchObject({ ok: true });
    const { recipe } = progressOf();
    for (const [field, junk] of [
      ['diagnosis', progressOf({ diagnosis: 'lazy' as never })],
      ['recipe.method', progressOf({ recipe: { ...recipe, method: 'magic' as never } })],
      ['recipe.memory', progressOf({ recipe: { ...recipe, memory: -1 } })],
      ['validatedAt', progressOf({ validatedAt: 0.5 })],
    ] as const)
      expect(await send(student, 'run:progress', junk)).toMatchObject({ ok: false, field });
    const later = server.connect(code, 'host', hostCookie);
    expect((await next(later, 'class:progress'))[0].changed).toEqual({ [id]: progressOf() });
  });
});

describe('curves on the projector (H-11)', () => {
  const view: ProjectorView = {
    kind: 'curves',
    title: 'Runs that stalled',
    curves: [
      {
        points: [
          [1, 2.5],
          [300, 2.49],
        ],
        validation: [
          [0, 2.6],
          [60, 2.6],
        ],
      },
      {
        points: [
          [1, 2.4],
          [300, 2.41],
        ],
        validation: [],
      },
    ],
  };
  const show = (client: Client, shown: unknown, requestId = randomUUID()) =>
    send(client, 'projector:show', { requestId, view: shown });

  it('stay over a reload and a restart, until they are taken away', async () => {
    const { code, hostCookie, host, room } = await classroom();
    const screen = server.connect(code, 'screen', hostCookie);
    await next(screen, 'session:snapshot');
    const seen = nextEvent(screen, 'projector:shown');
    const requestId = randomUUID();
    expect(await show(host, view, requestId)).toMatchObject({ ok: true });
    expect(await seen).toMatchObject({ view });
    const { seq } = room.state;
    expect(await show(host, view, requestId)).toMatchObject({ ok: true });
    expect(room.state.seq).toBe(seq);

    screen.disconnect();
    server.root.rooms.evict(Infinity, () => false);
    const again = server.connect(code, 'screen', hostCookie);
    expect((await next(again, 'session:snapshot'))[0].projector).toEqual(view);

    const taken = nextEvent(again, 'projector:shown');
    const other = server.connect(code, 'host', hostCookie);
    await next(other, 'session:snapshot');
    expect(await show(other, null)).toMatchObject({ ok: true });
    expect(await taken).toMatchObject({ view: null });
    expect(await show(other, null)).toMatchObject({ ok: true });
  });

  it('give way to a round that starts', async () => {
    const { host, room } = await classroom();
    await show(host, view);
    expect(room.state.projector).toEqual(view);
    await startRound(host);
    expect(room.state.projector).toBeNull();
  });

  it('are refused from a student, and where they are not what a projector can show (P-1)', async () => {
    const { host, student, room } = await classroom();
    expect(await show(student, view)).toMatchObject({
      ok: false,
      error: 'Only the host of this session can do this.',
    });
    const [curve] = view.curves;
    const points = Array.from({ length: 61 }, (_, step) => [step, 1]);
    for (const junk of [
      { ...view, curves: [] },
      { ...view, curves: new Array(7).fill(curve) },
      { ...view, curves: [{ points }] },
      { ...view, curves: [{ points: [[1, 2]] }] },
      {
        ...view,
        curves: [
          {
            points: [
              [1, 2],
              [2, null],
            ],
          },
        ],
      },
      { ...view, curves: [{ ...curve, name: 'Ada' }] },
      { ...view, title: ' ' },
      { ...view, kind: 'names' },
    ])
      expect(await show(host, junk)).toMatchObject({ ok: false });
    expect(room.state.projector).toBeNull();
  });
});
