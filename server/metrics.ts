/** Prometheus metrics of this process. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export interface MetricSources {
  connections(): number;
  rooms(): number;
  queued(): Promise<number>;
}

export class Metrics {
  readonly #registry = new Registry();
  /** By `verdict`: scored or rejected. */
  readonly verdicts: Counter<'verdict'>;
  readonly submissions: Counter;

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'rankroom_' });
    new Gauge({
      name: 'rankroom_live_connections',
      help: 'Screens with an open connection',
      registers,
      collect() {
        this.set(sources.connections());
      },
    });
    new Gauge({
      name: 'rankroom_live_rooms',
      help: 'Sessions held in memory',
      registers,
      collect() {
        this.set(sources.rooms());
      },
    });
    new Gauge({
      name: 'rankroom_verifications_unfinished',
      help: 'Submissions that wait for a verdict',
      registers,
      async collect() {
        this.set(await sources.queued());
      },
    });
    this.verdicts = new Counter({
      name: 'rankroom_verdicts_total',
      help: 'Verdicts stored by this process',
      labelNames: ['verdict'],
      registers,
    });
    this.submissions = new Counter({
      name: 'rankroom_submissions_total',
      help: 'Submissions stored by this process, repeats left out',
      registers,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
