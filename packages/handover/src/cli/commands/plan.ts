import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { answers } from "../../adapters/control/control-request.ts";
import { leaseToken } from "../../fleet/ids.ts";
import { findRelease, mostOf } from "../../operations/prepare.ts";
import { forecast } from "../../operations/forecast.ts";
import { goalFor } from "../../operations/goal-for.ts";
import { count, seconds } from "../../proof/quantities.ts";
import { textLanes, textLegend } from "../../proof/timeline/text-lanes.ts";
import { timelineOf } from "../../proof/timeline/timeline.ts";
import { floorOf } from "../../rollout/goal.ts";
import { command } from "../options.ts";
import { jsonLine, print } from "../print.ts";
import { openEnvironment } from "../project.ts";

/** `plan [RELEASE]`: what a deploy would do, by a run in the simulated world. Touches nothing that runs. */
export function planCommand(): CommandUnknownOpts {
  return command("plan", "show what a deploy would do and how long it would take; touches nothing that runs")
    .argument("[release]", "a kept release, by its name or commit; without it the directory as it is now")
    .action(async (wanted, options) => {
      const local = await openEnvironment(options);
      const signal = AbortSignal.timeout(120_000);
      const secrets = await local.secrets.resolve(local.environment.secrets.map(({ name }) => name));
      const isUp = await answers(local.supervisorSocket, signal);
      const slots = isUp ? await local.runtime(secrets).observe(signal) : {};
      const release =
        wanted === undefined
          ? await local.builder(secrets).build(signal)
          : await findRelease(local, wanted, signal);
      const goal = goalFor(local, {
        kind: "deploy",
        token: leaseToken("plan"),
        release,
        configured: await local.inventory.instances(signal),
        slots,
        newerReleases: await local.newerReleases(release.commit, signal),
      });
      const predicted = await forecast(local, goal, slots);
      const from = mostOf(slots);
      const floor = floorOf(goal);
      const steps = (predicted?.events ?? []).flatMap((event) =>
        event.kind === "step" && event.edge === "begin"
          ? [{ atMs: Math.round(event.at), instance: event.instance, step: event.step }]
          : [],
      );
      const halt = predicted === null ? "the run would not end" : (predicted.halt?.why ?? null);
      if (options.json === true) {
        const expected =
          predicted === null || halt !== null
            ? null
            : { durationMs: predicted.durationMs, minimum: predicted.minimum };
        return print(
          jsonLine("plan", { from, to: release.name, floor, predicted: expected, refused: halt, steps }),
        );
      }
      const change = from === null ? `first deploy of ${release.name}` : `${from} to ${release.name}`;
      if (halt !== null || predicted === null) return print(`${change}: would be refused: ${halt}`);
      if (steps.length === 0) return print(`${release.name} runs already: nothing to do`);
      const lanes = textLanes(timelineOf(predicted.events), {
        columns: process.stdout.columns ?? 80,
        to: release.name,
      });
      return print(
        [
          `${change}, about ${seconds(predicted.durationMs)}; never fewer than ${count(predicted.minimum)} in rotation (floor ${floor})`,
          "",
          ...lanes,
          textLegend(),
          "",
          ...steps.map(({ atMs, instance, step }) => `${seconds(atMs).padStart(8)}  ${instance}  ${step}`),
        ].join("\n"),
      );
    });
}
