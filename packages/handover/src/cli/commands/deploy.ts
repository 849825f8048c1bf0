import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { findRelease } from "../../operations/prepare.ts";
import { command } from "../options.ts";
import { openEnvironment } from "../project.ts";
import { runDeploy } from "../run-deploy.ts";

/** `deploy [RELEASE]`: the directory as it is now, or a release that is kept. */
export function deployCommand(exit: (status: number) => void): CommandUnknownOpts {
  return command("deploy", "replace the running release, one instance at a time, without failing a request")
    .argument("[release]", "a kept release, by its name or commit; without it the directory as it is now")
    .action(async (release, options) => {
      const local = await openEnvironment(options);
      const status = await runDeploy(
        local,
        {
          kind: "deploy",
          release: (secrets, signal) =>
            release === undefined
              ? local.builder(secrets).build(signal)
              : findRelease(local, release, signal),
        },
        options,
      );
      exit(status);
    });
}
