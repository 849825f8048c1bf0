import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { bringUp } from "../../operations/bring-up.ts";
import { publicUrl } from "../../config/environment-facts.ts";
import { command } from "../options.ts";
import { jsonLine, print } from "../print.ts";
import { openEnvironment } from "../project.ts";

/** `up`: the background processes, without a deploy. */
export function upCommand(): CommandUnknownOpts {
  return command("up", "start the supervisor and the load balancer in the background").action(
    async (options) => {
      const local = await openEnvironment(options);
      const started = await bringUp(local, AbortSignal.timeout(30_000));
      const url = publicUrl(local.environment);
      if (options.json === true) return print(jsonLine("up", { started, url }));
      return print(
        started.length === 0
          ? `already up at ${url}`
          : `started ${started.join(" and ")}; listening at ${url}`,
      );
    },
  );
}
