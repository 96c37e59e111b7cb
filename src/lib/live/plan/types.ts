/** What the fields of every kind of activity are given. */
import type { ActivityKind, ActivityOf } from '../plan.ts';
import type { FaultAt } from './plan-edit.ts';

export interface FieldsProps<K extends ActivityKind> {
  activity: ActivityOf<K>;
  faultAt: FaultAt;
  onchange: (activity: ActivityOf<K>) => void;
}

/** Sections that a lesson has, by its slug; none are known of one that is not written yet. */
export type Sections = Readonly<Record<string, readonly { id: string; title: string }[]>>;
