import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { lastGoodRelease } from "../../operations/last-good-release.ts";
import { findRelease } from "../../operations/prepare.ts";
import { command } from "../options.ts";
import { openEnvironment } from "../project.ts";
import { runDeploy } from "../run-deploy.ts";

/** `rollback [RELEASE]`: to the last release that was good, or to any that is kept. */
export function rollbackCommand(exit: (status: number) => void): CommandUnknownOpts {
  return command(
    "rollback",
    "go back to the last release that was good, with the configuration that it ran with",
  )
    .argument("[release]", "any kept release, by its name or commit")
    .action(async (release, options) => {
      const local = await openEnvironment(options);
      const status = await runDeploy(
        local,
        {
          kind: "rollback",
          release: (_, signal) =>
            release === undefined ? lastGoodRelease(local, signal) : findRelease(local, release, signal),
        },
        options,
      );
      exit(status);
    });
}
