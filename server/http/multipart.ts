/**
 * Reads multipart/form-data part by part while it arrives (RFC 7578), so that the small parts can decide
 * how much of the last one is taken. `Request.formData()` would hold the whole body first.
 *
 * Not a general parser: parts come in their order, each read once, with a limit of its own.
 */
import { Refusal } from '../refusal.ts';

/**
 * A connection that brings nothing for this long is taken for dead, in ms. TCP repeats what is lost within a few
 * seconds, and whoever begins again must find a place while the round still takes submissions.
 */
const LONGEST_SILENCE = 15_000;
const MAX_PART_HEADERS = 4096;
const DISPOSITION = /^content-disposition:\s*form-data\s*;(?:.*;)?\s*name="([^"\r\n]*)"/im;
const PART_END = Buffer.from('\r\n\r\n');

/**
 * @param longest in which all of it must have arrived, in ms from now
 * @throws {Refusal} 400 when it is no multipart form
 */
export function openMultipart(request: Request, longest = Infinity): MultipartReader {
  const type = request.headers.get('content-type') ?? '';
  const match =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type);
  const boundary = match?.[1] ?? match?.[2];
  if (!boundary || !request.body) throw malformed();
  return new MultipartReader(request.body, boundary, longest);
}

/** Every way of reading throws a {Refusal} 408 once the body takes too long. */
export class MultipartReader {
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #delimiter: Buffer;
  readonly #longest: number;
  /** By `performance.now()`. */
  readonly #due: number;
  /** Received, not yet taken. The first delimiter has no line break before it; this supplies one. */
  #held: Buffer = Buffer.from('\r\n');
  #state: 'before' | 'in-part' | 'ended' = 'before';

  constructor(body: ReadableStream<Uint8Array>, boundary: string, longest: number) {
    this.#body = body.getReader();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    this.#longest = longest;
    this.#due = performance.now() + longest;
  }

  /**
   * The name of the next part; null after the last. The part before must have been read.
   * @throws {Refusal} 400
   */
  async next(): Promise<string | null> {
    if (this.#state === 'before') await this.#small(this.#delimiter, 0);
    if (this.#state === 'ended') return null;
    const mark = (await this.#take(2)).toString('latin1');
    if (mark === '--') {
      this.#state = 'ended';
      return null;
    }
    if (mark !== '\r\n') throw malformed();
    const headers = await this.#small(PART_END, MAX_PART_HEADERS);
    const name = DISPOSITION.exec(headers.toString('utf8'))?.[1];
    if (name === undefined) throw malformed();
    this.#state = 'in-part';
    return name;
  }

  /**
   * The content of the part.
   * @throws {TooLarge} as soon as more than `limit` bytes of it have arrived · {Refusal} 400
   */
  read(limit: number): Promise<Buffer> {
    return this.#until(this.#delimiter, limit);
  }

  /** What stands between parts; no form of ours has much of it. */
  async #small(mark: Buffer, limit: number): Promise<Buffer> {
    try {
      return await this.#until(mark, limit);
    } catch (error) {
      throw error instanceof TooLarge ? malformed() : error;
    }
  }

  /** Everything before `mark`, which is taken with it. */
  async #until(mark: Buffer, limit: number): Promise<Buffer> {
    const taken: Buffer[] = [];
    let size = 0;
    const take = (bytes: Buffer) => {
      size += bytes.length;
      if (size > limit) throw new TooLarge();
      taken.push(bytes);
    };
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at >= 0) {
        take(this.#held.subarray(0, at));
        this.#held = this.#held.subarray(at + mark.length);
        return Buffer.concat(taken);
      }
      // The mark may have begun in the last bytes.
      const certain = Math.max(0, this.#held.length - mark.length + 1);
      take(this.#held.subarray(0, certain));
      this.#held = this.#held.subarray(certain);
      await this.#receive();
    }
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#held.length < count) await this.#receive();
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#inTime(this.#body.read());
    if (done) throw malformed();
    this.#held = Buffer.concat([this.#held, value]);
  }

  /** A body that is late is not cancelled: that would cut the connection before the refusal has been said. */
  async #inTime<T>(arrival: Promise<T>): Promise<T> {
    const left = Math.max(0, this.#due - performance.now());
    const isLast = left < LONGEST_SILENCE;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(isLast ? tooSlow(this.#longest) : tooSilent()),
        isLast ? left : LONGEST_SILENCE,
      );
    });
    try {
      return await Promise.race([arrival, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A part has more bytes than it may. */
export class TooLarge extends Error {
  override name = 'TooLarge';
}

const malformed = () =>
  new Refusal(
    400,
    'Send the parts round, recipe, report and artifact as multipart/form-data, in this order.',
  );

const tooSilent = () =>
  new Refusal(
    408,
    `Nothing of the upload arrived for ${LONGEST_SILENCE / 1000} seconds. It has to begin again.`,
  );

const tooSlow = (longest: number) =>
  new Refusal(408, `The upload took longer than ${longest / 1000} seconds. It has to begin again.`);
