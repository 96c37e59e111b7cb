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
  joined,
  openStudyStorage,
  takenAlong,
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

export class Study {
  /** `blocked`: this browser keeps nothing, or no longer. */
  state = $state<'loading' | 'kept' | 'blocked'>('loading');
  /** What the account has: for a guest there is none. */
  account = $state<'none' | 'sending' | 'kept' | 'unreachable' | 'signed-out'>('none');
  readonly owner: string;
  readonly #records = new SvelteMap<string, KeptRecord>();
  /** Why the account does not keep a record, by its key. */
  readonly #refused = new SvelteMap<string, string>();
  readonly #storage: StudyStorage;
  readonly #server: StudyAccount;
  readonly #now: () => number;
  /** Whether all that there was before this page is known: a guest's from the device, an account's from the account. */
  #heard = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor({ owner, storage, account, now = Date.now }: Options = {}) {
    this.owner = owner ?? GUEST;
    this.#storage = storage ?? openStudyStorage();
    this.#server = account ?? httpAccount(this.owner);
    this.#now = now;
  }

  /** Reads what the device has, then what the account has. */
  async open(): Promise<void> {
    const loaded = await this.#storage.load(this.owner).catch(() => null);
    this.#save(this.#takeAll(loaded ?? []).filter((record) => !loaded?.includes(record)));
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
    const blind = kind === 'note' && (known ? known.blind : !this.#heard);
    const record = {
      owner,
      kind,
      lesson,
      section,
      value,
      updatedAt,
      unsent,
      ...(blind && { blind }),
    };
    this.#records.set(key, record);
    this.#refused.delete(key);
    this.#save([record]);
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

  /** Sends what the account lacks; first hears what it has, where that is not known yet. */
  send(): Promise<void> {
    return this.#once(async () => {
      if (!this.#heard) await this.#exchange();
      else if (await this.#push()) await this.#pull();
    });
  }

  /** Sends at once when the page is left, and again when the network is back. @returns ends it */
  follow(): () => void {
    if (this.owner === GUEST) return () => {};
    const turned = () => void (document.visibilityState === 'visible' ? this.sync() : this.send());
    const online = () => void this.sync();
    document.addEventListener('visibilitychange', turned);
    addEventListener('online', online);
    return () => {
      document.removeEventListener('visibilitychange', turned);
      removeEventListener('online', online);
      clearTimeout(this.#timer);
      if (this.unsent > 0) void this.send();
    };
  }

  note(lesson: string, section: string): string {
    const note = this.get('note', lesson, section);
    return typeof note === 'string' ? note : '';
  }

  /** Numbers of the choices taken; null before there is an answer. */
  answer(lesson: string, question: string): number[] | null {
    const answer = this.get('answer', lesson, question);
    return Array.isArray(answer) && answer.every((one) => Number.isInteger(one))
      ? (answer as number[])
      : null;
  }

  isRead(lesson: string, section: string): boolean {
    return this.get('read', lesson, section) === true;
  }

  /** How many of these sections are read. */
  readOf(lesson: string, sections: readonly { id: string }[]): number {
    return sections.filter(({ id }) => this.isRead(lesson, id)).length;
  }

  /** Section at which the reader left the lesson; null at its beginning. */
  position(lesson: string): string | null {
    const position = this.get('position', lesson);
    return typeof position === 'string' && position !== '' ? position : null;
  }

  /** One at a time: an answer must not arrive after what was sent later. */
  #once(work: () => Promise<void>): Promise<void> {
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
    this.#save(this.#takeAll(news.map((record) => ({ ...record, owner, unsent: false }))));
    this.#settle();
  }

  /** From here on notes replace what they are written over. */
  #settle(): void {
    this.#heard = true;
    const seeing = [...this.#records.values()]
      .filter(({ blind }) => blind)
      .map((record) => ({ ...record, blind: false }));
    for (const record of seeing) this.#records.set(studyKey(record), record);
    this.#save(seeing);
  }

  /** @returns whether the account holds something later of what was sent */
  async #push(): Promise<boolean> {
    let stale = false;
    for (;;) {
      for (const record of this.#records.values())
        if (record.unsent && isTooLong(record)) this.#refused.set(studyKey(record), NOTE_TOO_LONG);
      const waiting = [...this.#records.values()].filter(
        (record) => record.unsent && !this.#refused.has(studyKey(record)),
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
        .filter((record) => this.#records.get(studyKey(record)) === record)
        .map((record) => ({ ...record, unsent: false }));
      for (const record of sent) this.#records.set(studyKey(record), record);
      this.#save(sent);
    }
  }

  /** After the account's own are known: which of two is later cannot be said before. */
  async #takeAlong(): Promise<void> {
    if (!guestClaim.get()) return;
    const guest = await this.#storage.load(GUEST).catch(() => null);
    if (!guest) return;
    const taken = takenAlong(this.owner, guest, this.#records, this.#now());
    for (const record of taken) this.#records.set(studyKey(record), record);
    await this.#storage.takeAlong(taken);
    guestClaim.set(false);
  }

  /** @returns what has changed: what was typed while they were on their way stays */
  #takeAll(records: readonly KeptRecord[]): KeptRecord[] {
    const taken = records.flatMap((record) => this.#chosen(record) ?? []);
    for (const record of taken) this.#records.set(studyKey(record), record);
    return taken;
  }

  /** @returns what takes the place of what is known; null for nothing */
  #chosen(record: KeptRecord): KeptRecord | null {
    const known = this.#records.get(studyKey(record));
    if (known?.blind) return joined(known, record, this.#now()) ?? record;
    // The account's word on what it has heard of holds, even with an earlier time: it corrects clocks that are ahead.
    const settled = known && known.owner !== GUEST && !known.unsent;
    const stays = settled
      ? known.updatedAt === record.updatedAt
      : (known?.updatedAt ?? 0) > record.updatedAt;
    return stays ? null : record;
  }

  #save(records: readonly KeptRecord[]): void {
    if (records.length === 0) return;
    void this.#storage.save(records).catch(() => {
      this.state = 'blocked';
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
