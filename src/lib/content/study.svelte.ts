/**
 * A reader's study records, held by the pages of the course: read from this device, written as they change and, for
 * who is signed in, kept in the account as well. Where the browser keeps nothing they hold until the page is left, and
 * `state` says so.
 */
import { getContext, setContext, untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import {
  httpAccount,
  nextBatch,
  refusedKeys,
  SignedOut,
  type StudyAccount,
} from './study-account.ts';
import { followPage, StudyDevice } from './study-device.ts';
import { StudyReadings } from './study-readings.ts';
import {
  isTooLong,
  NOTE_TOO_LONG,
  studyKey,
  type StudyKind,
  type StudyName,
  type StudyRecord,
} from './study-record.ts';
import {
  GUEST,
  guestClaim,
  holdsOver,
  joined,
  openStudyStorage,
  reconciled,
  takenAlong,
  type Change,
  type KeptRecord,
  type StudyStorage,
} from './study.ts';

/** A reader who types gets this long a pause before what they typed is sent, in ms. */
const PAUSE = 1_500;
/** After the server could not be reached, in ms. */
const RETRY = 30_000;
/** The account is waited for this long before the page goes on with what the device has, in ms. */
const PATIENCE = 3_000;

interface Options {
  /** Id of the account; none for a guest. */
  owner?: string | null;
  storage?: StudyStorage;
  account?: StudyAccount;
  now?: () => number;
}

export class Study extends StudyReadings {
  /** `blocked`: this browser keeps nothing, or no longer. */
  state = $state<'loading' | 'kept' | 'blocked'>('loading');
  /** What the account has: for a guest there is none. */
  account = $state<'none' | 'sending' | 'kept' | 'unreachable' | 'signed-out'>('none');
  readonly owner: string;
  readonly #records = new SvelteMap<string, KeptRecord>();
  /** Why the account does not keep a record, by its key. */
  readonly #refused = new SvelteMap<string, string>();
  readonly #device: StudyDevice;
  readonly #server: StudyAccount;
  readonly #now: () => number;
  /** Whether all that there was before this page is known: a guest's from the device, an account's from the account. */
  #heard = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor({ owner, storage, account, now = Date.now }: Options = {}) {
    super();
    this.owner = owner ?? GUEST;
    this.#device = new StudyDevice(this.owner, storage ?? openStudyStorage(), {
      arrived: (records) =>
        this.#put(records.filter((one) => holdsOver(this.#records.get(studyKey(one)), one))),
      met: (stored) => this.#meet(stored),
      blocked: () => (this.state = 'blocked'),
    });
    this.#server = account ?? httpAccount(this.owner);
    this.#now = now;
  }

  /** Reads what the device has, then what the account has. */
  async open(): Promise<void> {
    const loaded = await this.#device.load(this.owner);
    const taken = this.#takeAll(loaded ?? []);
    this.#device.save(taken.filter(({ record }) => !loaded?.includes(record)));
    if (this.owner === GUEST) {
      if (loaded) this.#settle();
    } else {
      const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
      await Promise.race([this.sync(), patience]);
    }
    // What was typed meanwhile may have found out already that nothing is kept.
    if (this.state === 'loading') this.state = loaded ? 'kept' : 'blocked';
  }

  get records(): StudyRecord[] {
    return [...this.#records.values()].filter(({ value }) => value !== null);
  }

  /** How many records the account has yet to hear of. */
  get unsent(): number {
    return [...this.#records.values()].filter(({ unsent }) => unsent).length;
  }

  /** Whether the account has yet to hear of it. */
  isUnsent(name: StudyName): boolean {
    return this.#records.get(studyKey(name))?.unsent ?? false;
  }

  /** Undefined where there is none. What is stored may be of an older version: callers look at it before they use it. */
  get(kind: StudyKind, lesson: string, section = ''): unknown {
    return this.#records.get(studyKey({ kind, lesson, section }))?.value ?? undefined;
  }

  /** @param value JSON; null takes it back */
  set(kind: StudyKind, lesson: string, section: string, value: unknown): void {
    const key = studyKey({ kind, lesson, section });
    const { owner } = this;
    // Later than what it replaces, whatever the clocks of two devices say.
    const known = untrack(() => this.#records.get(key));
    const updatedAt = Math.max(this.#now(), (known?.updatedAt ?? 0) + 1);
    const unsent = owner !== GUEST;
    const record: KeptRecord = { owner, kind, lesson, section, value, updatedAt, unsent };
    if (kind === 'note' && (known ? known.blind : !this.#heard)) record.blind = true;
    this.#refused.delete(key);
    this.#device.save(this.#put([record]));
    if (unsent) this.#later(PAUSE, () => this.send());
  }

  /** Why the account does not keep a record; null where it does, or there is no account. */
  refusal(name: StudyName): string | null {
    return this.#refused.get(studyKey(name)) ?? null;
  }

  /** Gets what the account has and sends what it lacks. Does not reject: what failed stands in `account`. */
  sync(): Promise<void> {
    return this.#once(() => this.#exchange());
  }

  /** Sends what the account lacks; first hears what it has, where a note was written without that. */
  send(): Promise<void> {
    return this.#once(async () => {
      if (!this.#heard || this.#blind.length > 0) await this.#exchange();
      else if (await this.#push()) await this.#pull();
    });
  }

  /**
   * Hears what other pages of this browser store. What the account lacks is sent at once when the page is left, and
   * again when the network is back. @returns ends it
   */
  follow(): () => void {
    const silence = this.#device.listen();
    const leave = followPage({
      shown: () => void this.#wake(),
      hidden: () => void this.send(),
      online: () => void this.sync(),
    });
    return () => {
      silence();
      leave();
      clearTimeout(this.#timer);
      if (this.unsent > 0) void this.send();
    };
  }

  /** A page that was frozen has heard of nothing. */
  async #wake(): Promise<void> {
    await this.#device.reread();
    await this.sync();
  }

  /** One at a time: an answer must not arrive after what was sent later. */
  #once(work: () => Promise<void>): Promise<void> {
    if (this.owner === GUEST) return Promise.resolve();
    clearTimeout(this.#timer);
    const before = this.#working;
    return (this.#working = before.then(async () => {
      try {
        this.account = 'sending';
        await work();
        this.account = 'kept';
      } catch (error) {
        this.account = error instanceof SignedOut ? 'signed-out' : 'unreachable';
        if (this.account === 'unreachable') this.#later(RETRY, () => this.sync());
      }
    }));
  }

  async #exchange(): Promise<void> {
    await this.#pull();
    await this.#takeAlong();
    if (await this.#push()) await this.#pull();
  }

  async #pull(): Promise<void> {
    const { owner } = this;
    const news = await this.#server.pull();
    this.#device.save(this.#takeAll(news.map((record) => ({ ...record, owner, unsent: false }))));
    this.#settle();
  }

  /** From here on notes replace what they are written over. */
  #settle(): void {
    this.#heard = true;
    this.#mark(this.#blind, { blind: false });
  }

  get #blind(): KeptRecord[] {
    return [...this.#records.values()].filter(({ blind }) => blind);
  }

  /** @returns whether the account holds something later of what was sent */
  async #push(): Promise<boolean> {
    let stale = false;
    for (;;) {
      for (const record of this.#records.values())
        if (record.unsent && isTooLong(record)) this.#refused.set(studyKey(record), NOTE_TOO_LONG);
      const waiting = [...this.#records.values()].filter(
        (record) => record.unsent && !record.blind && !this.#refused.has(studyKey(record)),
      );
      const batch = nextBatch(waiting);
      if (batch.length === 0) return stale;
      const receipt = await this.#server.push(batch);
      const refused = refusedKeys(receipt);
      for (const [key, error] of refused) this.#refused.set(key, error);
      stale ||= receipt.stale;
      // What was changed while it was on its way is still to be sent.
      const sent = batch
        .filter((record) => !refused.has(studyKey(record)))
        .filter((record) => this.#records.get(studyKey(record)) === record);
      this.#mark(sent, { unsent: false });
    }
  }

  /** After the account's own are known: which of two is later cannot be said before. */
  async #takeAlong(): Promise<void> {
    if (!guestClaim.get()) return;
    const guest = await this.#device.load(GUEST);
    if (!guest) return;
    const taken = takenAlong(this.owner, guest, this.#records, this.#now());
    await this.#device.takeAlong(this.#put(taken));
    guestClaim.set(false);
  }

  /** @returns what has changed: what was typed while they were on their way stays */
  #takeAll(records: readonly KeptRecord[]): Change[] {
    const taken = records.flatMap((record) => {
      const known = this.#records.get(studyKey(record));
      if (known?.blind) return joined(known, record, this.#now()) ?? record;
      return holdsOver(known, record) ? record : [];
    });
    return this.#put(taken);
  }

  /** Another page had stored something that this one did not know when it wrote. */
  #meet(stored: KeptRecord): void {
    const record = reconciled(this.#records.get(studyKey(stored)), stored, this.#now());
    this.#put([record]);
    if (record === stored) return;
    this.#device.save([{ record, over: stored.updatedAt }]);
    if (record.unsent) this.#later(PAUSE, () => this.send());
  }

  /** What is said of records that stay what they are. */
  #mark(records: readonly KeptRecord[], said: Partial<KeptRecord>): void {
    this.#device.save(this.#put(records.map((record) => ({ ...record, ...said }))));
  }

  /** Puts records in the place of what is known. @returns what the device is told of it */
  #put(records: readonly KeptRecord[]): Change[] {
    return records.map((record) => {
      const key = studyKey(record);
      const over = untrack(() => this.#records.get(key))?.updatedAt ?? 0;
      this.#records.set(key, record);
      return { record, over };
    });
  }

  #later(delay: number, work: () => Promise<void>): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void work(), delay);
  }
}

const CONTEXT = Symbol('study');

/** Called by the layout around the course's pages, which opens it in the browser. */
export const provideStudy = (study: Study): Study => setContext(CONTEXT, study);
export const useStudy = (): Study => getContext<Study>(CONTEXT);
