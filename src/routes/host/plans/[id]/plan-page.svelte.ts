/** A plan on its page: what stands there, what is saved, and what of it is kept in the tab meanwhile. */
import { dropDraft, keepDraft, readDraft, type PlanDraft } from '$lib/live/plan/draft.ts';
import { faultsOf } from '$lib/live/plan/plan-edit.ts';
import type { Plan } from '$lib/live/plan.ts';

interface Saved {
  id: string;
  title: string;
  plan: Plan;
  updatedAt: number;
}

type Refused = { message: string; field: string | null; status: number };
export type Saving =
  | { state: 'idle' }
  | { state: 'saving' }
  | { state: 'saved' }
  | { state: 'refused'; why: Refused }
  /** No answer came. */
  | { state: 'failed' };

const textOf = (title: string, plan: Plan) => JSON.stringify([title, plan]);

export class PlanPage {
  readonly id: string;
  title = $state('');
  plan = $state.raw<Plan>([]);
  saving = $state.raw<Saving>({ state: 'idle' });
  /** True while the page shows changes that an earlier visit left unsaved. */
  restored = $state(false);
  #saved = $state.raw<Saved>({ id: '', title: '', plan: [], updatedAt: 0 });
  #basedOn = $state(0);

  constructor(saved: Saved) {
    this.id = saved.id;
    this.#show(saved);
  }

  readonly isChanged = $derived.by(
    () => textOf(this.title, this.plan) !== textOf(this.#saved.title, this.#saved.plan),
  );
  readonly isSound = $derived.by(() => faultsOf(this.plan).size === 0);
  /** Of the title, as the server would say it. */
  readonly titleFault = $derived.by(() => {
    if (this.title.trim() === '') return 'Give the plan a title.';
    const { saving } = this;
    return saving.state === 'refused' && saving.why.field === 'title' ? saving.why.message : null;
  });
  readonly canSave = $derived.by(
    () => this.isSound && this.titleFault === null && this.saving.state !== 'saving',
  );

  get basedOn(): number {
    return this.#basedOn;
  }

  /** Brings back what an earlier visit of this tab left. */
  restore(): void {
    const draft = readDraft(this.id);
    if (!draft) return;
    this.title = draft.title;
    this.plan = draft.plan;
    this.#basedOn = draft.basedOn;
    this.restored = this.isChanged;
  }

  discard(): void {
    this.#show(this.#saved);
    dropDraft(this.id);
  }

  setTitle(title: string): void {
    this.title = title;
    this.#changed();
  }

  setPlan(plan: Plan): void {
    this.plan = plan;
    this.#changed();
  }

  /** @param sent what the server has now */
  kept(sent: Pick<PlanDraft, 'title' | 'plan'>, savedAt: number): void {
    this.#saved = { id: this.id, ...sent, updatedAt: savedAt };
    this.#basedOn = savedAt;
    this.restored = false;
    this.saving = { state: 'saved' };
    if (this.isChanged) this.#keep();
    else dropDraft(this.id);
  }

  #changed(): void {
    if (this.saving.state !== 'saving') this.saving = { state: 'idle' };
    if (this.isChanged) this.#keep();
    else dropDraft(this.id);
  }

  #keep(): void {
    keepDraft(this.id, { title: this.title, plan: this.plan, basedOn: this.#basedOn });
  }

  #show(saved: Saved): void {
    this.#saved = saved;
    this.title = saved.title;
    this.plan = saved.plan;
    this.#basedOn = saved.updatedAt;
    this.restored = false;
    this.saving = { state: 'idle' };
  }
}
