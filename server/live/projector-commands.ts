/** What a host puts on the projector. A repeat of a request changes nothing. */
import type { ProjectorView } from '../../src/lib/live/projector.ts';
import { once } from './class-commands.ts';
import type { SessionRoom } from './session-room.ts';

export const showOnProjector = (
  room: SessionRoom,
  { requestId, view }: { requestId: string; view: ProjectorView | null },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'projector:shown', (state) =>
    view === null && state.projector === null
      ? null
      : { event: { type: 'projector:shown', at: now(), view } },
  );
