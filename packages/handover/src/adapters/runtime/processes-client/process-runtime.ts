import type { ReleaseName } from "../../../fleet/ids.ts";
import type { SlotKey } from "../../../fleet/instance.ts";
import type { SlotState } from "../../../fleet/slot-content.ts";
import type { Runtime } from "../../../ports/runtime.ts";
import type { Spec } from "../processes/protocol.ts";
import { askSupervisor } from "./supervisor-request.ts";
import { supervisorState } from "./supervisor-state.ts";

export interface ProcessRuntimeOptions {
  /** The supervisor's control socket. */
  readonly socket: string;
  /** How a kept release is run, with its secrets opened. */
  readonly specOf: (release: ReleaseName) => Spec | Promise<Spec>;
}

/** Runs releases as processes of this machine, through the supervisor of the environment. */
export function processRuntime({ socket, specOf }: ProcessRuntimeOptions): Runtime {
  const order = async (path: string, body: unknown, signal: AbortSignal): Promise<void> => {
    const request = { method: "POST", path, body, whenGone: "LOST", expected: [202] } as const;
    await askSupervisor(socket, request, signal);
  };
  return {
    async observe(signal) {
      const { slots } = await supervisorState(socket, signal);
      const states: Record<SlotKey, SlotState> = {};
      for (const { slot, content, failure, orderedBy, previous } of slots) {
        states[slot] = { content, failure, orderedBy, previous };
      }
      return states;
    },
    async start({ token, notAfterMs, slot, release }, signal) {
      await order("/start", { token, notAfterMs, slot, spec: await specOf(release) }, signal);
    },
    async swap({ token, notAfterMs, slot, run, drains, release }, signal) {
      const spec = await specOf(release);
      await order("/swap", { token, notAfterMs, slot, run, drains, spec }, signal);
    },
    async stop({ token, notAfterMs, slot, run, drains }, signal) {
      await order("/stop", { token, notAfterMs, slot, run, drains }, signal);
    },
  };
}
