/** Changes of a session's plan that are not saved yet, and which plan they began from: another host may save one meanwhile. */
import type { Plan } from '../plan.ts';
import type { Ack } from '../protocol.ts';
import type { SessionState } from '../session.ts';

type Version = Pick<SessionState, 'planSeq'>;

export class SessionDraft {
  /** Null for no changes. */
  plan = $state.raw<Plan | null>(null);
  #basedOn = $state(0);
  #saving = $state(false);

  edit(plan: Plan, { planSeq }: Version): void {
    if (this.plan === null) this.#basedOn = planSeq;
    this.plan = plan;
  }

  drop(): void {
    this.plan = null;
  }

  /** Whether another plan was saved after this one had been begun. */
  isOvertaken({ planSeq }: Version): boolean {
    return this.plan !== null && !this.#saving && this.#basedOn !== planSeq;
  }

  /**
   * Changes stay until the server has them.
   * @param session as the page has it when the answer comes
   * @param basedOn the version whose place they take; the one that they began from where it is left out
   */
  async save(
    send: (plan: Plan, basedOn: number) => Promise<Ack>,
    session: () => Version,
    basedOn = this.#basedOn,
  ): Promise<Ack> {
    const sent = this.plan ?? [];
    this.#saving = true;
    const said = await send(sent, basedOn);
    this.#saving = false;
    if (said.ok) {
      if (this.plan === sent) this.drop();
      // Edited on while it was on its way.
      else this.#basedOn = session().planSeq;
    }
    return said;
  }
}
