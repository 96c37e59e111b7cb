/**
 * Reverse-mode automatic differentiation over a {@link Graph}.
 *
 * A {@link Tape} records, for each differentiable function of `functions.ts`, how the gradient of its
 * output becomes the gradients of its inputs. {@link Tape.backward} walks the record once, backwards, and
 * emits those rules as further nodes of the same graph: the backward pass is ordinary ONNX, too.
 * Gradients are only emitted for tensors that a watched one flows into.
 */
import { same, ShapeError, type Graph, type Tensor } from './graph.ts';

/** Gradient with respect to one input, made only when it is needed; null for an input without one. */
export type Pullback = (() => Tensor) | null;

interface Recorded {
  output: Tensor;
  inputs: readonly Tensor[];
  /** @param gradient of the loss with respect to the output, shaped like the output */
  pull: (gradient: Tensor) => readonly Pullback[];
}

export class Tape {
  readonly #records: Recorded[] = [];
  readonly #tracked: Set<Tensor>;
  /**
   * A zero that exists only once the backward pass has come this far; null in a first pass. Whatever is to be
   * computed again, and not before, adds it to something: see {@link checkpoint}.
   */
  readonly zero: Tensor | null;

  constructor(
    readonly graph: Graph,
    { tracked = [], zero = null }: { tracked?: Iterable<Tensor>; zero?: Tensor | null } = {},
  ) {
    this.#tracked = new Set(tracked);
    this.zero = zero;
  }

  /** Declares a tensor trainable: gradients flow to it. */
  watch(tensor: Tensor): Tensor {
    this.#tracked.add(tensor);
    return tensor;
  }

  /** True when the loss's gradient must reach this tensor. */
  tracks(tensor: Tensor): boolean {
    return this.#tracked.has(tensor);
  }

  /** Notes a differentiable function. Functions of untracked tensors alone leave no record. */
  record(output: Tensor, inputs: readonly Tensor[], pull: Recorded['pull']): Tensor {
    if (inputs.some((input) => this.#tracked.has(input))) {
      this.#tracked.add(output);
      this.#records.push({ output, inputs, pull });
    }
    return output;
  }

  /**
   * Activation checkpointing, Chen et al. 2016 (arXiv:1604.06174): what `build` computes between its inputs
   * and its output is not kept for the backward pass but computed again there, from the inputs.
   *
   * The second pass begins with a zero made of the gradient. Without it nothing would order the two passes, and
   * a runtime that merges equal nodes would undo the exchange of memory for time.
   * @param build called twice, with tapes of its own; must emit the same nodes both times
   */
  checkpoint(
    inputs: readonly Tensor[],
    build: (tape: Tape, inputs: readonly Tensor[]) => Tensor,
  ): Tensor {
    const g = this.graph;
    const first = new Tape(g, { tracked: this.#tracked });
    const output = build(first, inputs);
    const flowing = inputs.filter((input) => this.tracks(input));
    const captured = new Set(
      first.#records
        .flatMap((record) => record.inputs)
        .filter((tensor) => this.tracks(tensor) && !inputs.includes(tensor)),
    );
    const sources = [...flowing, ...captured];
    return this.record(output, sources, (gradient) => {
      let gradients: Tensor[] | undefined;
      const again = (): Tensor[] => {
        const zero = g.mul(firstElement(g, gradient), g.scalar(0));
        const second = new Tape(g, { tracked: this.#tracked, zero });
        const copies = inputs.map((input) => {
          const copy = g.add(input, zero);
          return this.tracks(input) ? second.watch(copy) : copy;
        });
        const watched = copies.filter((copy) => second.tracks(copy));
        return second.backward(build(second, copies), [...watched, ...captured], gradient);
      };
      return sources.map((_, index) => () => (gradients ??= again())[index]!);
    });
  }

  /**
   * Emits d loss / d target for each target.
   * @param loss a tensor with one element, or of any shape where `seed` is given
   * @param seed the gradient with respect to `loss`; 1 when left out
   * @throws when the loss does not depend on a target
   */
  backward(loss: Tensor, targets: readonly Tensor[], seed?: Tensor): Tensor[] {
    const start = seed ?? this.graph.reshape(this.graph.scalar(1), loss.shape);
    const gradients = new Map<Tensor, Tensor>([[loss, start]]);
    for (const { output, inputs, pull } of this.#records.toReversed()) {
      const gradient = gradients.get(output);
      if (!gradient) continue;
      pull(gradient).forEach((make, index) => {
        const input = inputs[index];
        if (!make || !input || !this.#tracked.has(input)) return;
        const part = make();
        if (!same(part.shape, input.shape))
          throw new ShapeError(
            `gradient of ${input.name} is [${part.shape.join()}], not [${input.shape.join()}]`,
          );
        const sum = gradients.get(input);
        gradients.set(input, sum ? this.graph.add(sum, part) : part);
      });
    }
    return targets.map((target) => {
      const gradient = gradients.get(target);
      if (!gradient) throw new Error(`the loss does not depend on ${target.name}`);
      return gradient;
    });
  }
}

function firstElement(g: Graph, a: Tensor): Tensor {
  const first = a.shape.reduce((rest, _, axis) => g.slice(rest, axis, 0, 1), a);
  return g.reshape(first, []);
}
