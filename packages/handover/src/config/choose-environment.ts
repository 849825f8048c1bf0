import { HandoverError } from "../errors/handover-error.ts";
import type { Configuration, Environment } from "./configuration.ts";
import { suggest } from "./suggest.ts";

/** The environment that is meant by `--env`, which is needed only when there are several. Throws USAGE. */
export function chooseEnvironment(configuration: Configuration, wanted: string | undefined): Environment {
  const { environments } = configuration;
  const names = environments.map(({ name }) => name);
  const existing = names.map((name) => `\`${name}\``).join(", ");
  const [only, ...others] = environments;
  if (wanted === undefined) {
    if (only !== undefined && others.length === 0) return only;
    throw new HandoverError("USAGE", `there are several environments: ${existing}`, {
      next: "Choose one with `--env NAME`.",
    });
  }
  const chosen = environments.find(({ name }) => name === wanted);
  if (chosen !== undefined) return chosen;
  const meant = suggest(wanted, names);
  throw new HandoverError(
    "USAGE",
    `there is no environment \`${wanted}\`${meant === null ? "" : `; \`${meant}\` was probably meant`}`,
    {
      next:
        meant === null ? `Choose one of ${existing}.` : `Write \`--env ${meant}\`. There are: ${existing}.`,
    },
  );
}
