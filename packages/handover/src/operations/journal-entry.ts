import type { InstanceId } from "../fleet/ids.ts";
import { partsOf, slotKeysOf } from "../fleet/instance.ts";
import type { Observed } from "../fleet/observed.ts";
import type { Release } from "../fleet/release.ts";
import type { Milliseconds } from "../fleet/time.ts";
import type { JournalEntry } from "../ports/journal.ts";
import type { Report } from "../proof/report/report.ts";
import { IDLE_FOR_MS } from "../rollout/deadlines.ts";

/** What the journal keeps of a run that ended. */
export function journalEntry(
  kind: JournalEntry["kind"],
  to: Release,
  report: Report,
  observed: Observed,
): JournalEntry {
  return {
    at: report.at,
    kind,
    outcome: report.outcome,
    from: report.from,
    to,
    durationMs: report.durationMs,
    startUpMs: startUps(to, observed),
    drainMs: drains(report),
  };
}

function startUps(to: Release, { slots }: Observed): JournalEntry["startUpMs"] {
  const entries = slotKeysOf(slots).flatMap((key): [InstanceId, Milliseconds][] => {
    const fact = slots[key];
    const content = fact?.kind === "known" ? fact.value.content : null;
    if (content?.kind !== "running" || content.release !== to.name) return [];
    return [[partsOf(key).instance, Math.round(content.startUpMs)]];
  });
  return Object.fromEntries(entries);
}

/** How long requests were under way after the evidence: the drain without its idle second. */
function drains(report: Report): JournalEntry["drainMs"] {
  const entries = report.instances.flatMap(({ id, steps }): [InstanceId, Milliseconds][] =>
    steps
      .filter(({ step, ended }) => step === "drain" && ended)
      .map(({ durationMs }) => [id, Math.max(0, durationMs - IDLE_FOR_MS)]),
  );
  return Object.fromEntries(entries);
}
