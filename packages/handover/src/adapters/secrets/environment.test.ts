import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { SecretReference } from "../../config/configuration.ts";
import { secretsFromEnvironment } from "./environment.ts";
import { SecretValue } from "./secret.ts";

const reference = (name: string, variable: string, line: number): SecretReference => {
  return { name, from: { kind: "env", variable }, place: { file: "handover.yaml", line, column: 3 } };
};

describe("a secret", () => {
  const secret = new SecretValue("hunter2");

  it("opens to its value", () => {
    expect(secret.open()).toBe("hunter2");
  });

  it.each([
    ["joined to text", String(secret) + ["a", secret].join(" ")],
    ["serialised", JSON.stringify({ secret, map: Object.fromEntries([["a", secret]]) })],
    ["inspected", inspect({ secret, deep: { secret } }, { showHidden: true, depth: null })],
    ["formatted as a map", inspect(new Map([["a", secret]]))],
    ["spread", JSON.stringify(Object.entries(secret))],
  ])("does not show when it is %s", (_, text) => {
    expect(text).not.toContain("hunter2");
  });

  it("prints as [secret]", () => {
    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
      "[secret]",
      '"[secret]"',
      "[secret]",
    ]);
  });
});

describe("secrets from the environment", () => {
  it("come from the variable that the configuration names", async () => {
    const secrets = secretsFromEnvironment([reference("TOKEN", "API_TOKEN", 2)], {
      API_TOKEN: "t",
      OTHER: "o",
    });
    const resolved = await secrets.resolve(["TOKEN", "OTHER"]);
    expect([...resolved].map(([name, secret]) => [name, secret.open()])).toEqual([
      ["TOKEN", "t"],
      ["OTHER", "o"],
    ]);
  });

  it("that are missing are all named at once, at the place of the first", async () => {
    const secrets = secretsFromEnvironment(
      [reference("A", "A", 2), reference("B", "STAGING_B", 3), reference("C", "C", 4)],
      { A: "a", C: "" },
    );
    await expect(secrets.resolve(["A", "B", "C"])).rejects.toMatchObject({
      code: "SECRET_MISSING",
      message: "2 secrets are not in the environment: `B` (from `STAGING_B`); `C`, which is set but empty",
      place: { file: "handover.yaml", line: 3, column: 3 },
      next: "Set `STAGING_B`, `C` in the environment of this command.",
    });
  });

  it("are not taken from what every object has", async () => {
    await expect(secretsFromEnvironment([], {}).resolve(["constructor"])).rejects.toMatchObject({
      code: "SECRET_MISSING",
      message: "a secret is not in the environment: `constructor`",
    });
  });
});
