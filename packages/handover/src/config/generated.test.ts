import { describe, expect, it } from "vitest";
import { EXAMPLE } from "./example.ts";
import { jsonSchemaText } from "./json-schema.ts";
import { parseConfiguration } from "./parse.ts";
import { configurationReference } from "./reference.ts";

/** `npx vitest run packages/handover/src/config -u` writes them anew. */
describe("what is made from the schema is current", () => {
  it("the JSON Schema for editors", async () => {
    await expect(jsonSchemaText()).toMatchFileSnapshot("../../schema/handover.schema.json");
  });

  it("the configuration reference", async () => {
    await expect(configurationReference()).toMatchFileSnapshot("../../../../docs/configuration.md");
  });
});

describe("the ten-line example", () => {
  it("has ten lines and is a valid configuration", () => {
    expect(EXAMPLE.trimEnd().split("\n")).toHaveLength(10);
    expect(parseConfiguration({ file: "handover.yaml", text: EXAMPLE }).kind).toBe("valid");
  });
});
