import { HandoverError } from "../../errors/handover-error.ts";
import type { DrainState } from "../../fleet/drain-state.ts";
import type { Drain } from "../../ports/drain.ts";

export interface DrainPlaces {
  /** The service itself, where it offers the contract; null where it does not. */
  readonly service: Drain | null;
  readonly balancers: readonly Drain[];
}

/**
 * One drain over several places: the service, asked first so that it refuses its checks from the start, and each load
 * balancer that can be told. What is in flight is counted by the service where it answers, otherwise by the balancers.
 */
export function joinedDrain({ service, balancers }: DrainPlaces): Drain {
  const places = service === null ? balancers : [service, ...balancers];
  return {
    async observe(signal) {
      const [atService, ...atBalancers] = await Promise.all(
        [service, ...balancers].map(
          async (place) => new Map(Object.entries((await place?.observe(signal)) ?? {})),
        ),
      );
      const slots = new Set([atService, ...atBalancers].flatMap((states) => [...(states?.keys() ?? [])]));
      const joined = [...slots].map((slot): [string, DrainState] => [
        slot,
        together(
          atService?.get(slot) ?? null,
          atBalancers.map((states) => states.get(slot) ?? null),
        ),
      ]);
      return Object.fromEntries(joined);
    },

    async hold(slot, by, leaseMs, signal) {
      // A service that does not answer (yet) is drained by its balancers alone; an operator's drain stops everything.
      let unanswered: HandoverError | null = null;
      try {
        await service?.hold(slot, by, leaseMs, signal);
      } catch (error) {
        if (!(error instanceof HandoverError) || error.code !== "HOST_UNREACHABLE") throw error;
        unanswered = error;
      }
      if (unanswered !== null && balancers.length === 0) throw unanswered;
      await everyOne(balancers.map((balancer) => balancer.hold(slot, by, leaseMs, signal)));
    },

    async end(slot, signal) {
      await everyOne(places.map((place) => place.end(slot, signal)));
    },
  };
}

/** A count is known only when nobody who has a part in it is missing. */
function together(atService: DrainState | null, atBalancers: readonly (DrainState | null)[]): DrainState {
  const held = [atService, ...atBalancers].flatMap((state) => state?.held ?? []);
  const counts = atBalancers.map((state) => state?.inFlight ?? null);
  const sent = counts.reduce<number | null>(
    (sum, count) => (sum === null || count === null ? null : sum + count),
    counts.length === 0 ? null : 0,
  );
  return { held, inFlight: atService?.inFlight ?? sent };
}

/** Lets each place finish before the first failure is told: one that cannot be asked keeps none of the others waiting. */
async function everyOne(asked: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(asked))
    if (outcome.status === "rejected") throw outcome.reason;
}
