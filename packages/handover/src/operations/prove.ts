import type { ProbeTarget } from "../ports/prober.ts";
import type { Clock } from "../ports/clock.ts";
import type { Events } from "../ports/events.ts";
import type { Measurement, MeasuredSample, MeasuringProber } from "../proof/measurement.ts";
import type { RolloutEvent } from "../rollout/rollout-event.ts";
import type { Milliseconds } from "../fleet/time.ts";

/** How long the probe runs ahead of the first action and after the last one. */
export const PROBE_MARGIN_MS: Milliseconds = 2_000;

/**
 * Runs `work` while the probe sends requests through the load balancer, from a little before to a little after.
 * The first action that `work` tells marks the end of `before`; an interruption cuts short the time ahead of it.
 */
export async function prove<T>(
  prober: MeasuringProber,
  targets: readonly ProbeTarget[],
  clock: Clock,
  events: Events<RolloutEvent>,
  onSample: (sample: MeasuredSample) => void,
  interrupt: AbortSignal,
  work: (events: Events<RolloutEvent>) => Promise<T>,
): Promise<{ readonly result: T; readonly measurement: Measurement }> {
  const probe = await prober.start(targets, onSample);
  try {
    await clock.sleep(PROBE_MARGIN_MS, interrupt).catch(() => undefined);
    let acted = false;
    const result = await work({
      emit: (event) => {
        if (event.kind === "action" && !acted) {
          acted = true;
          probe.mark("during");
        }
        events.emit(event);
      },
    });
    probe.mark("after");
    await clock.sleep(PROBE_MARGIN_MS);
    return { result, measurement: await probe.stop() };
  } catch (error) {
    await probe.stop();
    throw error;
  }
}
