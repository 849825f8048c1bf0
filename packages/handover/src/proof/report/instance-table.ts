import type { StepName } from "../../rollout/rollout-event.ts";
import type { Ink, Paint } from "../paint.ts";
import { seconds } from "../quantities.ts";
import type { Report, ReportInstance, ReportStep } from "./report.ts";
import { textTable } from "./text-table.ts";

const STEPS: readonly StepName[] = ["start", "swap", "join", "prove", "drain", "stop", "restore"];

const inks: Readonly<Record<ReportInstance["outcome"], Ink>> = {
  replaced: "good",
  kept: "faint",
  restored: "warn",
  failed: "bad",
};

/** One line an instance: what became of it, what it runs, and how long each step took and by which evidence. */
export function instanceTable({ instances }: Report, paint: Paint): readonly string[] {
  const shown = STEPS.filter((step) =>
    instances.some(({ steps }) => steps.some((taken) => taken.step === step)),
  );
  const rows = instances.map(({ id, outcome, runs, steps }) => [
    id,
    outcome,
    runs ?? "nothing",
    ...shown.map((step) => stepCell(steps.filter((taken) => taken.step === step))),
  ]);
  return textTable([["instance", "outcome", "runs", ...shown], ...rows], (cell, row, column) => {
    if (row === 0) return paint("faint", cell);
    const outcome = instances[row - 1]?.outcome;
    return column === 1 && outcome !== undefined ? paint(inks[outcome], cell) : cell;
  });
}

/** `1.0 s told`; what was begun more than once is summed up, what did not end has an ellipsis. */
function stepCell(taken: readonly ReportStep[]): string {
  const last = taken.at(-1);
  if (last === undefined) return "-";
  const total = taken.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return `${seconds(total)}${last.ended ? "" : " ..."}${last.evidence === null ? "" : ` ${last.evidence}`}`;
}
