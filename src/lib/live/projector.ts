/** What the host puts on the projector in the board's place: curves of single runs, without a name. */
import * as v from 'valibot';

export const MAX_CURVES = 6;
/** As many as can be told apart in a panel that is read from the back row. */
export const MAX_CURVE_POINTS = 60;

/** [step, loss in nats] */
const PointSchema = v.tuple([
  v.pipe(v.number(), v.integer(), v.minValue(0)),
  v.pipe(v.number(), v.finite()),
]);
const PointsSchema = v.pipe(v.array(PointSchema), v.maxLength(MAX_CURVE_POINTS));

export const ProjectorViewSchema = v.strictObject({
  kind: v.literal('curves'),
  title: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(120)),
  /** In the order in which they are to be talked about. */
  curves: v.pipe(
    v.array(
      v.strictObject({
        /** Training loss. */
        points: v.pipe(PointsSchema, v.minLength(2)),
        /** Loss on held-out examples. */
        validation: v.optional(PointsSchema, []),
      }),
    ),
    v.minLength(1),
    v.maxLength(MAX_CURVES),
  ),
});
export type ProjectorView = v.InferOutput<typeof ProjectorViewSchema>;
export type ProjectorCurve = ProjectorView['curves'][number];
