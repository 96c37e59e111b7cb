/** Session plans that an account keeps for its next classes. */
import { and, desc, eq } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { PlanSchema, type Plan } from '../../src/lib/live/plan.ts';
import type { Database } from '../db/index.ts';
import { sessionPlans } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';
import { validate } from '../validate.ts';

export interface SavedPlan {
  id: string;
  title: string;
  plan: Plan;
  /** Milliseconds since the epoch. */
  updatedAt: number;
}

const SavedPlanSchema = v.object({
  title: v.pipe(
    v.string('Give the plan a title.'),
    v.trim(),
    v.minLength(1, 'Give the plan a title.'),
    v.maxLength(80, 'A title has at most 80 characters.'),
  ),
  plan: PlanSchema,
});
/** Of one account. */
const MAX_PLANS = 100;

export class Plans {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** The newest first. */
  async of(ownerId: string): Promise<SavedPlan[]> {
    const rows = await this.#db
      .select()
      .from(sessionPlans)
      .where(eq(sessionPlans.ownerId, ownerId))
      .orderBy(desc(sessionPlans.updatedAt));
    return rows.map(({ id, title, plan, updatedAt }) => ({
      id,
      title,
      plan,
      updatedAt: updatedAt.getTime(),
    }));
  }

  async find(ownerId: string, id: string): Promise<SavedPlan | null> {
    return (await this.of(ownerId)).find((saved) => saved.id === id) ?? null;
  }

  /**
   * Keeps a new plan.
   * @param requestId made by the client, and the plan's id: a repeat keeps one plan
   * @returns its id
   * @throws {Refusal} 400 with the field that is unfit · 409 when there are enough
   */
  async create(ownerId: string, requestId: string, input: unknown): Promise<string> {
    const { title, plan } = validate(SavedPlanSchema, input);
    const id = requestId.toLowerCase();
    if (await this.find(ownerId, id)) return id;
    if ((await this.of(ownerId)).length >= MAX_PLANS)
      throw new Refusal(409, `You have ${MAX_PLANS} plans already. Delete one first.`);
    const updatedAt = new Date(this.#now());
    await this.#db
      .insert(sessionPlans)
      .values({ id, ownerId, title, plan, updatedAt })
      .onConflictDoNothing();
    if (!(await this.find(ownerId, id))) throw new Refusal(409, 'Reload the page and try again.');
    return id;
  }

  /**
   * Puts a plan in the place of the one kept under an id.
   * @param basedOn when the one that was edited had been kept; one kept since then is not lost
   * @returns when it was kept, in ms since the epoch
   * @throws {Refusal} 400 with the field that is unfit · 404 where there is none · 409 when it was changed meanwhile
   */
  async save(ownerId: string, id: string, input: unknown, basedOn: number): Promise<number> {
    const { title, plan } = validate(SavedPlanSchema, input);
    const updatedAt = this.#now();
    const changed = await this.#db
      .update(sessionPlans)
      .set({ title, plan, updatedAt: new Date(updatedAt) })
      .where(and(this.#owned(ownerId, id), eq(sessionPlans.updatedAt, new Date(basedOn))))
      .returning({ id: sessionPlans.id });
    if (changed.length > 0) return updatedAt;
    const kept = await this.find(ownerId, id);
    if (!kept) throw new Refusal(404, 'You have no such plan any longer.');
    // The answer to an earlier saving of the same got lost.
    if (isDeepStrictEqual({ title, plan }, { title: kept.title, plan: kept.plan }))
      return kept.updatedAt;
    throw new Refusal(409, 'This plan was saved in another window after you had opened it here.');
  }

  async delete(ownerId: string, id: string): Promise<void> {
    await this.#db.delete(sessionPlans).where(this.#owned(ownerId, id));
  }

  #owned(ownerId: string, id: string) {
    return and(eq(sessionPlans.ownerId, ownerId), eq(sessionPlans.id, id));
  }
}
