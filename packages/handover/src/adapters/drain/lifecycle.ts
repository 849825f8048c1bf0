import { z } from "zod";
import { HandoverError } from "../../errors/handover-error.ts";
import type { DrainState } from "../../fleet/drain-state.ts";
import type { SlotKey } from "../../fleet/instance.ts";
import type { Drain } from "../../ports/drain.ts";
import { askControl, nobodyListens, refusedOrder } from "../control/ask-control.ts";
import type { ControlAddress } from "../control/control-request.ts";
import { drainedBy, endDrain, holdDrain, type DrainPlace } from "./drain-protocol.ts";

/** The control listener of what runs in a slot, as the host that started it knows it. */
export interface ServiceControl {
  /** `127.0.0.1:20012` or `http://127.0.0.1:20012`. */
  readonly address: string;
  /** `HANDOVER_TOKEN`: every request carries it. */
  readonly token: string;
}

/** Read from the host: who can be asked. A slot where nothing runs, or without a control listener, has no entry. */
export type ServiceControls = (signal: AbortSignal) => Promise<ReadonlyMap<SlotKey, ServiceControl>>;

/** Drains by the control contract of a service (`@handover/lifecycle`): it refuses its health check and goes on serving. */
export function lifecycleDrain(controls: ServiceControls): Drain {
  const placeOf = async (slot: SlotKey, signal: AbortSignal): Promise<DrainPlace | null> => {
    const control = (await controls(signal)).get(slot);
    return control === undefined ? null : placeAt(slot, control);
  };
  return {
    async observe(signal) {
      const all = [...(await controls(signal).catch(() => new Map<SlotKey, ServiceControl>()))];
      const answers = await Promise.all(
        all.map(async ([slot, control]) =>
          observeService(placeAt(slot, control), signal).then(
            (state): [SlotKey, DrainState][] => [[slot, state]],
            () => [],
          ),
        ),
      );
      signal.throwIfAborted();
      return Object.fromEntries(answers.flat());
    },
    async hold(slot, by, leaseMs, signal) {
      const place = await placeOf(slot, signal);
      if (place === null) throw new HandoverError("HOST_UNREACHABLE", `${slot} has no control listener`);
      await holdDrain(place, by, leaseMs, signal);
    },
    async end(slot, signal) {
      const place = await placeOf(slot, signal);
      if (place === null) return;
      try {
        const { held } = await observeService(place, signal);
        for (const drain of held) if (drain.by === "deploy") await endDrain(place, drain.id, signal);
      } catch (error) {
        // A process that has gone took its drain with it.
        if (!nobodyListens(error)) throw error;
      }
    },
  };
}

function placeAt(slot: SlotKey, { address, token }: ServiceControl): DrainPlace {
  const at: ControlAddress = `http://${address.replace(/^http:\/\//, "")}`;
  return { at, token, slot, about: {} };
}

/** The parts of a service's state that matter here; others may be there. */
const serviceState = z.object({
  drain: z
    .object({ id: z.string(), by: z.string(), forMs: z.number(), leaseMs: z.number().nullable() })
    .nullable(),
  inFlight: z.int().nonnegative().nullable().default(null),
});

async function observeService(place: DrainPlace, signal: AbortSignal): Promise<DrainState> {
  const { at, token } = place;
  const asked = { at, method: "GET", path: "/state", ...(token === undefined ? {} : { token }) } as const;
  const answer = await askControl(asked, signal);
  if (answer.status !== 200) throw refusedOrder(asked, answer);
  const state = serviceState.safeParse(answer.body);
  if (!state.success)
    throw new HandoverError("HOST_UNREACHABLE", `what answers at ${at} is not ${place.slot}`, {
      cause: state.error,
    });
  const { drain, inFlight } = state.data;
  if (drain === null) return { held: [], inFlight };
  const { id, by, forMs, leaseMs } = drain;
  return { held: [{ via: "service", id, at, by: drainedBy(by), forMs, leaseMs }], inFlight };
}
