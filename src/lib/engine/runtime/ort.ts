/**
 * {@link Runtime} over ONNX Runtime's common JavaScript API. onnxruntime-node and onnxruntime-web share it;
 * `node.ts` and `browser.ts` only choose and set up the provider.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import type { BackendChoice } from '../train/events.ts';
import type { Held, HostTensor, Runtime, Session } from './runtime.ts';

/** The part of `import * as ort` that is used. */
export interface OrtModule {
  InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  Tensor: TensorConstructor;
}

export function ortRuntime(
  ort: OrtModule,
  choice: BackendChoice,
  base: InferenceSession.SessionOptions,
): Runtime {
  return {
    choice,
    async createSession(model, { keepOnDevice = [], fuse = true } = {}) {
      const options: InferenceSession.SessionOptions = {
        ...base,
        graphOptimizationLevel: fuse ? 'all' : 'basic',
        logSeverityLevel: 3,
      };
      if (choice.backend === 'webgpu')
        options.preferredOutputLocation = Object.fromEntries(
          keepOnDevice.map((name) => [name, 'gpu-buffer' as const]),
        );
      return new OrtSession(ort, await ort.InferenceSession.create(model, options));
    },
  };
}

class OrtSession implements Session {
  readonly #ort: OrtModule;
  readonly #session: InferenceSession;

  constructor(ort: OrtModule, session: InferenceSession) {
    this.#ort = ort;
    this.#session = session;
  }

  async run(feeds: Readonly<Record<string, HostTensor | Held>>): Promise<Record<string, Held>> {
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [
        name,
        feed instanceof HeldTensor ? feed.tensor : this.#hostTensor(feed),
      ]),
    );
    const outputs = await this.#session.run(inputs);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, new HeldTensor(tensor)]),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #hostTensor(feed: HostTensor | Held): Tensor {
    if (!('data' in feed)) throw new TypeError('a value of another runtime was fed');
    const { data, shape } = feed;
    if (data instanceof Int32Array) return new this.#ort.Tensor('int32', data, shape);
    if (data instanceof Float64Array) return new this.#ort.Tensor('float64', data, shape);
    return new this.#ort.Tensor('float32', data, shape);
  }
}

class HeldTensor implements Held {
  constructor(readonly tensor: Tensor) {}

  get shape(): readonly number[] {
    return this.tensor.dims;
  }
  async read(): Promise<Float32Array> {
    const data = await this.#numbers();
    return data instanceof Float32Array ? data : Float32Array.from(data);
  }
  async readExact(): Promise<Float64Array> {
    return Float64Array.from(await this.#numbers());
  }
  async readWhole(): Promise<Int32Array> {
    const data = await this.#data();
    if (data instanceof Int32Array) return data;
    throw new TypeError(`a ${this.tensor.type} output is not int32`);
  }
  dispose(): void {
    this.tensor.dispose();
  }

  async #numbers(): Promise<Float32Array | Float64Array> {
    const data = await this.#data();
    if (data instanceof Float32Array || data instanceof Float64Array) return data;
    throw new TypeError(`a ${this.tensor.type} output cannot be read as real numbers`);
  }

  #data() {
    return this.tensor.location === 'cpu' ? this.tensor.data : this.tensor.getData();
  }
}
