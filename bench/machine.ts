import { availableParallelism, cpus, release, totalmem } from "node:os";

export interface Machine {
  readonly kind: "machine";
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
}

/** What the figures were measured on: they say nothing without it. */
export function machine(): Machine {
  return {
    kind: "machine",
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
  };
}
