/**
 * `npm run evidence:classroom`: what a live class must be seen to do. Runs the end-to-end files that hold it, on the
 * built server in Chromium, and keeps each of their steps; times how long a client that fell silent is thought to be
 * there; takes pictures. Writes docs/evidence/5-classroom.json and docs/evidence/screens/5-*.jpg.
 */
import type { Socket as TcpSocket } from 'node:net';
import { chromium } from 'playwright';
import { io, type Socket } from 'socket.io-client';
import {
  PROTOCOL_VERSION,
  type ClientToServer,
  type Hello,
  type ServerToClient,
} from '../../src/lib/live/protocol.ts';
import { Person } from '../../tests/support/person.ts';
import { CHROMIUM_ARGS, ensureChromium } from '../lib/chromium.mjs';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { removeFolder, startServer, temporaryFolder } from '../lib/server.mjs';
import { ensureBuilt } from '../lib/setup.mjs';
import { note, runMain } from '../lib/steps.mjs';
import { takeClassroomScreens } from './classroom-screens.ts';
import { runSpecs } from './run-specs.ts';

const SPECS = ['planned-session', 'network', 'keyboard-round'];
const SAMPLES = 5;

await runMain(async () => {
  await ensureBuilt();
  const executablePath = await ensureChromium();
  const tests = await runSpecs(SPECS);
  const data = await temporaryFolder();
  const server = await startServer({ data });
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  try {
    // Before the pictures: they stand in the checkout, and would count as changes.
    const described = describeRun({ chromium: browser.version() });
    const host = new Person(server.url);
    const code = await host.createSession(await server.setupPath());
    const silent = await timeSilence(server.url, code, host.cookie);
    const screens = await takeClassroomScreens(browser, server.url);
    await writeEvidence('5-classroom.json', {
      ...described,
      tests,
      deadClient: {
        what: 'seconds from the moment a connection says nothing more to the host being told that it is away',
        seconds: silent,
      },
      screens,
    });
  } finally {
    await browser.close();
    await server.stop();
    await removeFolder(data);
  }
});

type Client = Socket<ServerToClient, ClientToServer>;

function connect(url: string, code: string, role: Hello['role'], cookie: string): Client {
  return io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { cookie, origin: url },
    auth: { protocol: PROTOCOL_VERSION, code, role, lastSeq: 0 },
  });
}

/** Stops reading from an open connection, as a laptop does whose lid is shut. */
async function timeSilence(url: string, code: string, hostCookie: string): Promise<number[]> {
  const host = connect(url, code, 'host', hostCookie);
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const student = new Person(url);
    await student.join(code, `Silent ${sample + 1}`);
    const present = new Promise<string>((resolve) =>
      host.on('class:present', ({ here }) => here[0] && resolve(here[0])),
    );
    const client = connect(url, code, 'participant', student.cookie);
    const id = await present;
    // Some way into the interval between two pings, another one each time.
    await new Promise((resolve) => setTimeout(resolve, sample * 900));
    const { transport } = client.io.engine as unknown as {
      transport: { ws: { _socket: TcpSocket } };
    };
    const connection = transport.ws._socket;
    const from = performance.now();
    connection.pause();
    await new Promise<void>((resolve) =>
      host.on('class:present', ({ gone }) => {
        if (gone.includes(id)) resolve();
      }),
    );
    samples.push((performance.now() - from) / 1000);
    host.off('class:present');
    connection.destroy();
    note(`a silent client was away after ${samples.at(-1)?.toFixed(1)} s`);
  }
  host.disconnect();
  return samples;
}
