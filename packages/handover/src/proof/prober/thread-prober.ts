import { performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import type { Instant, Milliseconds } from "../../fleet/time.ts";
import type { ProbeTarget } from "../../ports/prober.ts";
import type { Measurement, MeasuredSample, MeasuringProbe, MeasuringProber } from "../measurement.ts";
import { addressesOf } from "./addresses.ts";
import type { FromProbe, ProbeSetup, ToProbe } from "./messages.ts";
import { workerEntry } from "./worker-entry.ts";

export interface ThreadProberOptions {
  /** The run's clock; `performance.now` by default. */
  readonly now?: () => Instant;
  /** A request without a whole answer after this long has failed with `timeout`; 30 s by default. */
  readonly deadlineMs?: Milliseconds;
  /** The thread's entry, where it is not beside this module. */
  readonly entry?: URL;
}

/**
 * A prober in a thread of its own, so that nothing the deploy does delays a request. `start` rejects when a host name
 * does not resolve or a URL is not http(s). The thread alone does not keep the process alive.
 */
export function threadProber(options: ThreadProberOptions = {}): MeasuringProber {
  const now = options.now ?? (() => performance.now());
  const entry = options.entry ?? workerEntry(import.meta.url);
  return {
    async start(targets, onSample) {
      const resolved = await Promise.all(targets.map(withAddresses));
      const setup: ProbeSetup = {
        targets: resolved,
        deadlineMs: options.deadlineMs ?? 30_000,
        clockOrigin: Number(process.hrtime.bigint()) / 1e6 - now(),
      };
      return await runIn(new Worker(entry, { workerData: setup, execArgv: [] }), onSample);
    },
  };
}

async function withAddresses(target: ProbeTarget): Promise<ProbeSetup["targets"][number]> {
  const { protocol } = new URL(target.url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw new TypeError(`The probe asks over http or https, not ${protocol} (${target.url})`);
  }
  return { ...target, addresses: await addressesOf(target.url) };
}

async function runIn(worker: Worker, onSample: (sample: MeasuredSample) => void): Promise<MeasuringProbe> {
  const result = new Promise<Measurement>((resolve, reject) => {
    worker.on("message", (message: FromProbe) => {
      if (message.kind === "result") resolve(message.result);
      else if (message.kind === "sample") onSample(message.sample);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`The probe's thread ended early with status ${code}.`)));
  });
  const exited = new Promise<void>((resolve) => worker.on("exit", () => resolve()));
  const started = new Promise<void>((resolve) => {
    worker.on("message", (message: FromProbe) => {
      if (message.kind === "started") resolve();
    });
  });
  // Asked for only at the end: a thread that dies meanwhile must not be an unhandled rejection.
  result.catch(() => undefined);
  await Promise.race([started, result]);
  worker.unref();

  const tell = (message: ToProbe): void => worker.postMessage(message, []);
  let stopped: Promise<Measurement> | null = null;
  async function stop(): Promise<Measurement> {
    worker.ref();
    tell({ kind: "stop" });
    const measurement = await result;
    await exited;
    return measurement;
  }
  return {
    mark: (phase) => tell({ kind: "mark", phase }),
    stop: () => (stopped ??= stop()),
  };
}
