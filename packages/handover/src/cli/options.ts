import { Command } from "@commander-js/extra-typings";

/** Options that every command understands, as commander gives them. */
export type CommonOptions = {
  config?: string | undefined;
  env?: string | undefined;
  json?: true | undefined;
  quiet?: true | undefined;
  verbose?: true | undefined;
};

/** A command with the common options, which does not exit by itself: `main.ts` decides that. */
export function command(name: string, summary: string): Command<[], CommonOptions> {
  return new Command(name)
    .description(summary)
    .option("--config <file>", "the configuration, instead of the nearest handover.yaml")
    .option("--env <name>", "the environment; needed only when there are several")
    .option("--json", "one JSON object a line")
    .option("--quiet", "results only")
    .option("--verbose", "errors with their causes and where they arose");
}
