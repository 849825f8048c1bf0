import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { bringDown } from "../../operations/bring-down.ts";
import { command } from "../options.ts";
import { jsonLine, print } from "../print.ts";
import { openEnvironment } from "../project.ts";

/** `down`: ends everything that runs in the background; releases and history stay. */
export function downCommand(): CommandUnknownOpts {
  return command(
    "down",
    "end all instances, the supervisor and the load balancer; releases and history stay",
  ).action(async (options) => {
    const local = await openEnvironment(options);
    const ended = await bringDown(local, AbortSignal.timeout(180_000));
    if (options.json === true) return print(jsonLine("down", { ended }));
    return print(ended.length === 0 ? "nothing was running" : `ended: ${ended.join(", ")}`);
  });
}
