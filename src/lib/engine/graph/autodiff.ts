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
  readonly #tracked = new Set<Tensor>();

  constructor(readonly graph: Graph) {}

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
   * Emits d loss / d target for each target.
   * @param loss a tensor with one element
   * @throws when the loss does not depend on a target
   */
  backward(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
    const one = this.graph.reshape(this.graph.scalar(1), loss.shape);
    const gradients = new Map<Tensor, Tensor>([[loss, one]]);
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
