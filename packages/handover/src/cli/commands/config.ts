import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { chooseEnvironment } from "../../config/choose-environment.ts";
import { renderResolved } from "../../config/render-resolved.ts";
import { command } from "../options.ts";
import { openProject } from "../project.ts";
import { jsonLine, print } from "../print.ts";

/** `config`: the configuration with every default. */
export function configCommand(): CommandUnknownOpts {
  return command("config", "print the configuration with every default").action(async (options) => {
    const { configuration } = await openProject(options);
    if (options.env !== undefined) chooseEnvironment(configuration, options.env);
    print(options.json === true ? jsonLine("config", { configuration }) : renderResolved(configuration));
  });
}
