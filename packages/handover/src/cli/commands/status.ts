import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { join } from "node:path";
import { keptReleases } from "../../adapters/builder/kept-releases.ts";
import { answers } from "../../adapters/control/control-request.ts";
import { publicUrl } from "../../config/environment-facts.ts";
import { statusOf, type Status } from "../../operations/status-of.ts";
import { textTable } from "../../proof/report/text-table.ts";
import { command } from "../options.ts";
import { jsonLine, print } from "../print.ts";
import { openEnvironment } from "../project.ts";

/** `status`: what runs, what is in rotation, who deploys. */
export function statusCommand(): CommandUnknownOpts {
  return command("status", "show what each instance runs and whether it is in rotation")
    .option("--releases", "list the releases that are kept")
    .action(async (options) => {
      const local = await openEnvironment(options);
      const releases = keptReleases(join(local.store, "releases")).map(({ release }) => release.name);
      if (options.releases === true)
        return print(options.json === true ? jsonLine("releases", { releases }) : releases.join("\n"));
      const isUp = await answers(local.supervisorSocket, AbortSignal.timeout(5_000));
      const status = isUp ? await statusOf(local, AbortSignal.timeout(5_000)) : null;
      const { service, name } = local.environment;
      if (options.json === true)
        return print(
          jsonLine("status", { service, environment: name, up: isUp, ...(status ?? { instances: [] }) }),
        );
      const head = `${service} in ${name}, at ${publicUrl(local.environment)}`;
      return print(status === null ? `${head}: nothing runs` : [head, ...statusLines(status)].join("\n"));
    });
}

function statusLines({ instances, lease, inRotation }: Status): readonly string[] {
  const rows = instances.map(({ slot, content, release, rotation, inFlight, why }) => [
    slot,
    release ?? "-",
    content,
    rotation,
    inFlight === null ? "" : `${inFlight} in flight`,
    why ?? "",
  ]);
  const deploying = lease === null ? [] : [`${lease.owner} (process ${lease.pid}) is deploying`];
  return [...textTable(rows), `${inRotation} in rotation`, ...deploying];
}
