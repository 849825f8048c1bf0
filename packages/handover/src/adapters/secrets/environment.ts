import type { SecretReference } from "../../config/configuration.ts";
import { HandoverError } from "../../errors/handover-error.ts";
import type { Secret, Secrets } from "../../ports/secrets.ts";
import { SecretValue } from "./secret.ts";

/**
 * Secrets from the environment of the command, each under the variable that `handover.yaml` names.
 * An empty variable counts as missing: that is how CI hands over a secret that nobody has set.
 */
export function secretsFromEnvironment(
  references: readonly SecretReference[],
  environment: Readonly<Record<string, string | undefined>>,
): Secrets {
  return {
    resolve: async (names) => {
      const found = new Map<string, Secret>();
      const missing: Missing[] = [];
      for (const name of names) {
        const reference = references.find((reference) => reference.name === name);
        const variable = reference?.from.variable ?? name;
        const value = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
        if (value === undefined || value === "") missing.push({ name, variable, value, reference });
        else found.set(name, new SecretValue(value));
      }
      if (missing.length > 0) throw missingSecrets(missing);
      return found;
    },
  };
}

interface Missing {
  readonly name: string;
  readonly variable: string;
  readonly value: "" | undefined;
  readonly reference: SecretReference | undefined;
}

/** One error that names them all, at the place of the first. */
function missingSecrets(missing: readonly Missing[]): HandoverError {
  const told = missing.map(({ name, variable, value }) => {
    const what = name === variable ? `\`${name}\`` : `\`${name}\` (from \`${variable}\`)`;
    return value === "" ? `${what}, which is set but empty` : what;
  });
  const variables = missing.map(({ variable }) => `\`${variable}\``).join(", ");
  const place = missing.find(({ reference }) => reference !== undefined)?.reference?.place;
  return new HandoverError(
    "SECRET_MISSING",
    `${missing.length === 1 ? "a secret is" : `${missing.length} secrets are`} not in the environment: ${told.join("; ")}`,
    {
      next: `Set ${variables} in the environment of this command.`,
      ...(place === undefined ? {} : { place }),
    },
  );
}
