import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { slotLog, supervisorState } from "../../adapters/runtime/processes-client/supervisor-state.ts";
import { HandoverError } from "../../errors/handover-error.ts";
import { partsOf } from "../../fleet/instance.ts";
import { command } from "../options.ts";
import { jsonLine, print } from "../print.ts";
import { openEnvironment } from "../project.ts";

/** `logs [INSTANCE]`: the last lines that the instances wrote. */
export function logsCommand(): CommandUnknownOpts {
  return command("logs", "show the last lines that the instances wrote")
    .argument("[instance]", "only this instance: api-1, or one slot of it: api-1/a")
    .option("--lines <count>", "how many lines of each", wholeNumber, 100)
    .action(async (wanted, options) => {
      const local = await openEnvironment(options);
      const signal = AbortSignal.timeout(30_000);
      const { slots } = await supervisorState(local.supervisorSocket, signal);
      const meant = slots.filter(
        ({ slot }) => wanted === undefined || slot === wanted || partsOf(slot).instance === wanted,
      );
      if (meant.length === 0 && wanted !== undefined) {
        const names = [...new Set(slots.map(({ slot }) => partsOf(slot).instance))].join(", ");
        throw new HandoverError("USAGE", `there is no instance ${wanted}`, {
          next: `Choose one of ${names}.`,
        });
      }
      for (const { slot } of meant) {
        const lines = await slotLog(local.supervisorSocket, slot, options.lines, signal);
        for (const line of lines)
          print(options.json === true ? jsonLine("log", { slot, line }) : `${slot} | ${line}`);
      }
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 100_000) return value;
  throw new HandoverError("USAGE", `--lines takes a whole number from 1 to 100000, not ${text}`);
}
