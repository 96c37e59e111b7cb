/**
 * Reads multipart/form-data part by part while it arrives (RFC 7578), so that the small parts can decide
 * how much of the last one is taken. `Request.formData()` would hold the whole body first.
 *
 * Not a general parser: parts come in their order, each read once, with a limit of its own.
 */
import { Refusal } from '../refusal.ts';

const MAX_PART_HEADERS = 4096;
const DISPOSITION = /^content-disposition:\s*form-data\s*;(?:.*;)?\s*name="([^"\r\n]*)"/im;
const PART_END = Buffer.from('\r\n\r\n');

/** @throws {Refusal} 400 when it is no multipart form */
export function openMultipart(request: Request): MultipartReader {
  const type = request.headers.get('content-type') ?? '';
  const match =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type);
  const boundary = match?.[1] ?? match?.[2];
  if (!boundary || !request.body) throw malformed();
  return new MultipartReader(request.body, boundary);
}

export class MultipartReader {
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #delimiter: Buffer;
  /** Received, not yet taken. The first delimiter has no line break before it; this supplies one. */
  #held: Buffer = Buffer.from('\r\n');
  #state: 'before' | 'in-part' | 'ended' = 'before';

  constructor(body: ReadableStream<Uint8Array>, boundary: string) {
    this.#body = body.getReader();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
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
    const { done, value } = await this.#body.read();
    if (done) throw malformed();
    this.#held = Buffer.concat([this.#held, value]);
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
