/** What a screen may ask of its session, one method for each command. How a request travels is the client's. */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { Roam } from './activities.ts';
import type { Challenge } from './challenge.ts';
import type { Knob, KnobLock } from './locks.ts';
import type { Plan } from './plan.ts';
import type { ProjectorView } from './projector.ts';
import type { Ack } from './protocol.ts';
import type { Round } from './session.ts';
import type { Sweep } from './sweep.ts';

export abstract class Requests {
  /** Sends a command until it is answered, under one id; the server does it once. */
  protected abstract request<T = undefined>(event: string, message: object): Promise<Ack<T>>;

  /**
   * @param minutes after which the server ends the round; null for when the host does
   * @param activityId the activity of the plan that it is of
   */
  startRound(
    challenge: Challenge,
    minutes: number | null = null,
    activityId: string | null = null,
  ): Promise<Ack<Round>> {
    return this.request<Round>('round:start', { challenge, minutes, activityId });
  }

  startSweep(
    sweep: Sweep,
    minutes: number | null = null,
    activityId: string | null = null,
  ): Promise<Ack<Round>> {
    return this.request<Round>('sweep:start', { sweep, minutes, activityId });
  }

  /** @param basedOn `planSeq` of the plan that was edited */
  changePlan(plan: Plan, basedOn: number): Promise<Ack> {
    return this.request('plan:change', { plan, basedOn });
  }

  /** Moves the class; a running round ends. */
  goTo(activityId: string): Promise<Ack> {
    return this.request('activity:go', { activityId });
  }

  /** Lets students go by themselves between two activities; null for following the host. */
  changePacing(roam: Roam | null): Promise<Ack> {
    return this.request('pacing:change', { roam });
  }

  revealAnswers(activityId: string): Promise<Ack> {
    return this.request('answers:reveal', { activityId });
  }

  /** Puts a recipe before everybody; null takes it away. */
  sendRecipe(recipe: Recipe | null): Promise<Ack> {
    return this.request('recipe:send', { recipe });
  }

  /** Shows a student's last shared run to everybody; null ends it. */
  showRun(participantId: string | null): Promise<Ack> {
    return this.request('spotlight:show', { participantId });
  }

  /** In the board's place; null shows the board again. */
  showOnProjector(view: ProjectorView | null): Promise<Ack> {
    return this.request('projector:show', { view });
  }

  lowerHand(participantId: string): Promise<Ack> {
    return this.request('hand:lower', { participantId });
  }

  /** @returns the path of a link that makes one co-host */
  inviteHost(): Promise<Ack<string>> {
    return this.request<string>('host:invite', {});
  }

  removeHost(hostId: string): Promise<Ack> {
    return this.request('host:remove', { hostId });
  }

  passLead(hostId: string): Promise<Ack> {
    return this.request('lead:pass', { hostId });
  }

  changeSharing(shares: boolean): Promise<Ack> {
    return this.request('sharing:change', { shares });
  }

  changeHand(up: boolean): Promise<Ack> {
    return this.request('hand:change', { up });
  }

  /** Asks for the next cell of the sweep. */
  takeCell(): Promise<Ack> {
    return this.request('cell:take', {});
  }

  extendRound(minutes: number): Promise<Ack> {
    return this.request('round:extend', { minutes });
  }

  lockKnob(lock: KnobLock): Promise<Ack> {
    return this.request('knob:lock', { lock });
  }

  unlockKnob(knob: Knob): Promise<Ack> {
    return this.request('knob:unlock', { knob });
  }

  endRound(): Promise<Ack> {
    return this.request('round:end', {});
  }

  endSession(): Promise<Ack> {
    return this.request('session:end', {});
  }

  /** Puts pseudonyms in the place of nicknames on every page but the host's, or takes them away again. */
  hideNames(hidden: boolean): Promise<Ack> {
    return this.request('names:change', { hidden });
  }

  rename(participantId: string, nickname: string): Promise<Ack> {
    return this.request('participant:rename', { participantId, nickname });
  }

  removeParticipant(participantId: string): Promise<Ack> {
    return this.request('participant:remove', { participantId });
  }

  restoreParticipant(participantId: string): Promise<Ack> {
    return this.request('participant:restore', { participantId });
  }

  /** Removes a participant and guards the door, so that whoever comes back has to see the room's screen. */
  blockParticipant(participantId: string): Promise<Ack> {
    return this.request('participant:block', { participantId });
  }

  /** @returns how many seats were closed, none of which had ever connected */
  sweepSeats(): Promise<Ack<number>> {
    return this.request<number>('participants:sweep', {});
  }

  guardDoor(guarded: boolean): Promise<Ack> {
    return this.request('door:change', { guarded });
  }

  pauseClass(): Promise<Ack> {
    return this.request('class:pause', {});
  }

  resumeClass(): Promise<Ack> {
    return this.request('class:resume', {});
  }
}
