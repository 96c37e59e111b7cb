/** What signing in and out does to a browser's seats, by the routes that do it. */
import { randomUUID } from 'node:crypto';
import type { Cookies } from '@sveltejs/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInUser } from '../../server/auth/sessions.ts';
import { AUTH_COOKIE, seatCookie } from '../../server/http/cookies.ts';
import * as account from '../../src/routes/account/+page.server.ts';
import * as plans from '../../src/routes/host/plans/+page.server.ts';
import * as login from '../../src/routes/login/+page.server.ts';
import * as joining from '../../src/routes/join/[code]/+page.server.ts';
import * as live from '../../src/routes/live/[code]/+page.server.ts';
import * as reset from '../../src/routes/reset/+page.server.ts';
import * as setup from '../../src/routes/setup/+page.server.ts';
import * as signup from '../../src/routes/signup/+page.server.ts';
import { next, refusal, TestServer } from './harness.ts';

const PASSWORD = 'a long password';
/** Where the routes look for the process's root. */
const HELD = Symbol.for('rankroom');
const holder = globalThis as { [HELD]?: Promise<unknown> };

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  holder[HELD] = Promise.resolve(server.root);
});
afterAll(async () => {
  delete holder[HELD];
  await server.stop();
});

/** A browser: its cookies, and who they say is signed in. */
class Browser {
  readonly jar = new Map<string, string>();
  readonly cookies = {
    get: (name: string) => this.jar.get(name),
    getAll: () => [...this.jar].map(([name, value]) => ({ name, value })),
    set: (name: string, value: string) => void this.jar.set(name, value),
    delete: (name: string) => void this.jar.delete(name),
  } as unknown as Cookies;

  get header(): string {
    return [...this.jar].map((pair) => pair.join('=')).join('; ');
  }

  async user(): Promise<SignedInUser | null> {
    const id = this.jar.get(AUTH_COOKIE);
    return (id && (await server.root.sessions.validate(id))?.user) || null;
  }

  /** @returns what the route answers, or where it leads */
  async ask(
    route: (event: never) => unknown,
    path: string,
    fields: Record<string, string> = {},
  ): Promise<unknown> {
    const url = new URL(path, server.url);
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const event = {
      url,
      cookies: this.cookies,
      locals: { user: await this.user() },
      params: { code: path.split('/').at(-1) },
      request: new Request(url, { method: 'POST', body: form }),
      getClientAddress: () => '127.0.0.1',
      setHeaders: () => {},
    };
    try {
      return await route(event as never);
    } catch (thrown) {
      if (thrown !== null && typeof thrown === 'object' && 'location' in thrown)
        return thrown.location;
      throw thrown;
    }
  }
}

const name = () => `u-${randomUUID().slice(0, 8)}`;
const credentials = (username = name()) => ({ username, password: PASSWORD });
const instructor = async () => {
  const path = await server.root.accounts.issueSetupPath();
  return server.root.accounts.setUpInstructor(path.split('token=')[1]!, credentials());
};

describe('the forms that sign in (A-39)', () => {
  it('are for nobody who is signed in', async () => {
    const browser = new Browser();
    expect(await browser.ask(login.load, '/login')).toMatchObject({ seats: [] });
    await browser.ask(signup.actions.default!, '/signup', credentials());
    for (const { load } of [login, signup]) {
      expect(await browser.ask(load, '/login')).toBe('/account');
      expect(await browser.ask(load, '/login?next=/lab')).toBe('/lab');
      expect(await browser.ask(load, '/login?next=//elsewhere')).toBe('/account');
    }
    // It would lead back here, without end.
    await expect(browser.ask(plans.load, '/host/plans')).rejects.toMatchObject({ status: 403 });
  });
});

it('who signs in gets where they wanted, or where their account begins', async () => {
  const teacher = credentials();
  const link = (await server.root.accounts.issueSetupPath()).split('token=')[1]!;
  await server.root.accounts.setUpInstructor(link, teacher);
  const wanting = async (path: string) => {
    const { next: wanted } = (await new Browser().ask(login.load, path)) as { next: string };
    return new Browser().ask(login.actions.default!, path, { ...teacher, next: wanted });
  };
  expect(await wanting('/login')).toBe('/host');
  expect(await wanting('/login?next=/lab')).toBe('/lab');
  expect(await wanting('/login?next=//elsewhere')).toBe('/host');
});

describe('a guest’s seat (I-17)', () => {
  const session = async () =>
    (await server.root.rooms.create((await instructor()).id, 'Class', null)).code;
  /** Takes a seat as a guest. */
  const sit = async (browser: Browser, code: string) => {
    const { participant, cookie } = await server.join(code, 'Ada');
    browser.jar.set(seatCookie(code), cookie.split('=')[1]!);
    return participant;
  };
  const guests = (browser: Browser) => server.root.seats.guests([...browser.jar.values()]);

  it('becomes the account’s by signing in and up, unless it is somebody else’s', async () => {
    const code = await session();
    const [mine, theirs] = [new Browser(), new Browser()];
    await sit(mine, code);
    await mine.ask(signup.actions.default!, '/signup', credentials());
    expect(await guests(mine)).toEqual([]);
    const other = await session();
    await sit(theirs, other);
    const fields = { ...credentials(), 'not-mine': other };
    await theirs.ask(signup.actions.default!, '/signup', fields);
    expect(await guests(theirs)).toMatchObject([{ nickname: 'Ada' }]);
  });

  it('stays a guest’s when a password is changed or set by a link, and when an instructor is made', async () => {
    const browser = new Browser();
    const ada = credentials();
    await browser.ask(signup.actions.default!, '/signup', ada);
    await sit(browser, await session());
    const changed = { current: PASSWORD, password: 'another long password' };
    expect(await browser.ask(account.actions.password!, '/account', changed)).toEqual({
      done: 'password',
    });
    expect(await browser.user()).toMatchObject({ username: ada.username });
    expect(await guests(browser)).toHaveLength(1);

    const { path } = await server.root.accounts.issueResetPath(ada.username, null);
    const token = path.split('token=')[1]!;
    expect(await browser.ask(reset.actions.default!, '/reset', { token, password: PASSWORD })).toBe(
      '/account',
    );
    expect(await guests(browser)).toHaveLength(1);

    const link = (await server.root.accounts.issueSetupPath()).split('token=')[1]!;
    const made = { ...credentials(), token: link };
    expect(await browser.ask(setup.actions.default!, '/setup', made)).toBe('/host');
    expect(await guests(browser)).toHaveLength(1);
  });
});

describe('an account’s seat (I-17)', () => {
  it('is left by signing out, for nobody else, and there again where the account is signed in', async () => {
    const { code } = await server.session();
    const ada = credentials();
    const browser = new Browser();
    await browser.ask(signup.actions.default!, '/signup', ada);
    const fields = { nickname: 'Ada', requestId: randomUUID() };
    expect(await browser.ask(joining.actions.default!, `/join/${code}`, fields)).toBe(
      `/live/${code}`,
    );
    // Sent again after a lost answer it is the same seat.
    expect(await browser.ask(joining.actions.default!, `/join/${code}`, fields)).toBe(
      `/live/${code}`,
    );
    const seat = (await browser.ask(live.load, `/live/${code}`)) as { participant: { id: string } };
    const connect = (who: Browser) => server.connect(code, 'participant', who.header);
    const page = connect(browser);
    await next(page, 'session:snapshot');
    const left = browser.header;

    const dropped = new Promise<void>((resolve) => void page.once('disconnect', () => resolve()));
    expect(await browser.ask(account.actions.signout!, '/account')).toBe('/');
    await dropped;
    expect(browser.header).toBe('');
    // Nor do the old cookies let the page in again.
    expect(await refusal(server.connect(code, 'participant', left))).toBe('not-a-participant');
    expect(await browser.ask(live.load, `/live/${code}`)).toBe(`/join/${code}`);

    // Somebody else signs in there, with the cookie that an older server has left.
    const bob = new Browser();
    for (const pair of left.split('; ').filter((one) => !one.startsWith(AUTH_COOKIE)))
      bob.jar.set(pair.split('=')[0]!, pair.split('=')[1]!);
    await bob.ask(signup.actions.default!, '/signup', credentials());
    expect(await bob.ask(live.load, `/live/${code}`)).toBe(`/join/${code}`);
    expect(await refusal(connect(bob))).toBe('not-a-participant');

    const home = new Browser();
    await home.ask(login.actions.default!, '/login', ada);
    expect(await home.ask(joining.load, `/join/${code}`)).toMatchObject({
      participant: seat.participant,
    });
    expect(await home.ask(live.load, `/live/${code}`)).toMatchObject({
      participant: seat.participant,
    });
    await next(connect(home), 'session:snapshot');
  });
});
