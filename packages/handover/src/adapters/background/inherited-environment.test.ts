import { expect, it } from "vitest";
import { inheritedEnvironment } from "./inherited-environment.ts";

it("passes on where things are and which language, and no secret of whoever started it", () => {
  const env = {
    PATH: "/bin",
    HOME: "/root",
    LC_ALL: "C",
    TZ: undefined,
    API_KEY: "s3cret",
    HANDOVER_TOKEN: "t0ken",
  };
  expect(inheritedEnvironment(env)).toEqual({ PATH: "/bin", HOME: "/root", LC_ALL: "C" });
});
