import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfiguration } from "./parse.ts";
import { file } from "./testing.ts";

describe("any text", () => {
  it("is a configuration or gets diagnostics, and never an exception", () => {
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "service: api",
        "environments:",
        "  local:",
        "    processes: {",
        "health: &a",
        "- *a",
        "? [",
        "!!x",
        "---",
        "<<: *a",
        "__proto__: 1",
        "}",
        "\t",
        "constructor: {}",
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const parsed = parseConfiguration({ file: "f", text: lines.join("\n") });
        if (parsed.kind === "valid") return;
        expect(parsed.diagnostics.length).toBeGreaterThan(0);
        for (const { place } of parsed.diagnostics)
          expect(Math.min(place.line, place.column)).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it("that is a valid file with one character changed gets diagnostics or is valid", () => {
    const text = file("health: { interval: 2s }\nprobe: [{ rate: 20/s }]\nsecrets: [A]", "drain: auto");
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ unit: "binary", maxLength: 2 }), (at, change) => {
        const changed = text.slice(0, at) + change + text.slice(at + 1);
        expect(["valid", "invalid"]).toContain(parseConfiguration({ file: "f", text: changed }).kind);
      }),
      { numRuns: 500 },
    );
  });
});
