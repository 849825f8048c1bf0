import { describe, expect, it } from "vitest";
import { chooseEnvironment } from "./choose-environment.ts";
import { file, valid } from "./testing.ts";

const one = valid(file());
const two = valid(`${file()}  staging:\n    processes: { command: x, instances: 2 }\n`);

describe("--env", () => {
  it("is not needed when there is a single environment", () => {
    expect(chooseEnvironment(one, undefined).name).toBe("local");
  });

  it("chooses among several", () => {
    expect(chooseEnvironment(two, "staging").name).toBe("staging");
  });

  it("is asked for when there are several, with their names", () => {
    expect(() => chooseEnvironment(two, undefined)).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message: "there are several environments: `local`, `staging`",
      }),
    );
  });

  it("names the environment that was meant, and those that exist", () => {
    expect(() => chooseEnvironment(two, "stagign")).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message: "there is no environment `stagign`; `staging` was probably meant",
        next: "Write `--env staging`. There are: `local`, `staging`.",
      }),
    );
    expect(() => chooseEnvironment(one, "production")).toThrow(
      expect.objectContaining({
        message: "there is no environment `production`",
        next: "Choose one of `local`.",
      }),
    );
  });
});
