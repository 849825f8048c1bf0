import { slotKeysOf, type SlotKey } from "../fleet/instance.ts";
import type { SlotContent, SlotState } from "../fleet/slot-content.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { LocalEnvironment } from "../main.ts";
import type { JournalEntry } from "../ports/journal.ts";
import type { Goal } from "../rollout/goal.ts";
import { predict, type Predicted } from "../simulation/predict.ts";

/** How often the loop looks at a local environment: both sockets answer in a few milliseconds. */
export const LOCAL_POLL_MS: Milliseconds = 100;

/** Where no deploy has told yet how long a start takes. */
const UNKNOWN_START_UP_MS: Milliseconds = 500;

/** Earlier deploys that count; older ones ran something else. */
const RECENT = 5;

/** How this deploy will go by what is known: the live fleet, the settings, and the times of earlier deploys. */
export async function forecast(
  local: LocalEnvironment,
  goal: Goal,
  slots: Readonly<Record<SlotKey, SlotState>>,
): Promise<Predicted | null> {
  const history = (await local.journal.read()).slice(-RECENT);
  const contents = Object.fromEntries(
    slotKeysOf(slots).flatMap((key): [SlotKey, SlotContent][] => {
      const state = slots[key];
      return state === undefined ? [] : [[key, state.content]];
    }),
  );
  return await predict({
    goal,
    contents,
    health: local.environment.health,
    startUpMs: median(timesOf(history, "startUpMs")) ?? UNKNOWN_START_UP_MS,
    requestMs: median(timesOf(history, "drainMs")) ?? 0,
    stopMs: 100,
    startDeadlineMs: local.environment.startDeadlineMs,
    pollMs: LOCAL_POLL_MS,
  });
}

function timesOf(history: readonly JournalEntry[], what: "startUpMs" | "drainMs"): readonly Milliseconds[] {
  return history.flatMap((entry) => Object.values(entry[what]));
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
